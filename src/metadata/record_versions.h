#pragma once

#include <cstdint>

#include "metadata/image.h"

namespace millrace::metadata {

// Which version of each record the finalized metadata.version allows; all others are always written in version 0.
class RecordVersions {
 public:
  explicit RecordVersions(const Image& image) : level_(image.feature("metadata.version")) {}

  bool knows_directories() const { return level_ >= 17; }  // 3.7-IV2, KIP-858
  std::int16_t partition() const {
    if (level_ >= 23) return 2;  // 4.0-IV1: eligible leader replicas
    return knows_directories() ? 1 : 0;
  }
  std::int16_t register_broker() const {
    if (level_ >= 30) return 4;       // 4.3-IV0: cordoned directories
    if (knows_directories()) return 3;
    return level_ >= 8 ? 2 : 1;
  }

 private:
  std::int16_t level_;
};

}  // namespace millrace::metadata
