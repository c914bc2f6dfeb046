#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/uuid.h"

namespace millrace::groups {

// What the coordinator asks about topics: the newest metadata that its shard knows.
class TopicDirectory {
 public:
  virtual ~TopicDirectory() = default;
  struct Topic {
    std::string name;
    Uuid id;
    std::int32_t partitions = 0;
  };
  virtual std::optional<Topic> by_name(std::string_view name) const = 0;
  virtual std::optional<Topic> by_id(const Uuid& id) const = 0;
};

}  // namespace millrace::groups
