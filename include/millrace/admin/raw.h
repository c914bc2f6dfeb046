#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "millrace/admin/common.h"

namespace millrace::client {

// A request of Kafka's protocol as bytes, for tools.
struct RawRequest {
  std::int16_t api = 0;
  std::int16_t version = 0;
  std::vector<std::byte> body;         // without the header
  std::optional<std::int32_t> broker;  // none: any broker that is connected
  bool controller = false;             // the active controller, or what stands for it, instead
};

// What came back.
struct RawAnswer {
  std::vector<std::byte> body;  // without the header
  std::int32_t broker = -1;     // who answered; negative: a bootstrap server whose number is not known
};

}  // namespace millrace::client
