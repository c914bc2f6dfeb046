#pragma once

#include <random>

#include "kload/basics.h"

namespace kload {

struct BatchShape {
  int records = 1;
  int record_bytes = 1024;
  bool compressible = false;
  int codec = 0;
};

// The attribute bits of a codec's name.
int codec_of(const std::string& name);
// A batch of magic 2 with records of that many bytes, made now.
Bytes record_batch(const BatchShape& shape, std::mt19937_64& dice);

}  // namespace kload
