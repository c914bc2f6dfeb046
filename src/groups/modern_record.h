#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "groups/stored.h"
#include "protocol/message.h"

namespace millrace::groups {

// The message of a record's value, behind its version; texts point into `bytes`. Nothing for one that cannot be read.
template <typename Value>
std::optional<Value> value_of(const Buffer& bytes) {
  protocol::Reader in(bytes.bytes());
  const std::int16_t version = in.i16();
  Value value;
  if (!in.status().ok() || !decode(in, version, value).ok()) return std::nullopt;
  return value;
}

// Keys of members' records have two texts: the group and the member. Points into `key`.
inline std::string_view member_of(const ModernKey& key) {
  protocol::Reader in(as_bytes(key.key));
  in.i16();
  in.string(false);
  return in.string(false);
}

}  // namespace millrace::groups
