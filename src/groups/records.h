#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "coordinator/record.h"
#include "groups/stored.h"

// The records of __consumer_offsets, as bytes (docs/formats/consumer-offsets.md). The numbers of types and versions are
// on disks everywhere and never change.
namespace millrace::groups {

// Type 2. A group, or its removal.
coordinator::Record group_record(std::string_view group, const StoredGroup& value);
coordinator::Record group_tombstone(std::string_view group);
// Type 1. An offset, or its removal.
coordinator::Record offset_record(const OffsetKey& key, const StoredOffset& value);
coordinator::Record offset_tombstone(const OffsetKey& key);
// Removes a record of a newer protocol's group.
coordinator::Record modern_tombstone(const ModernKey& key);

// What a record says; a value that is nothing removes.
struct GroupEntry {
  std::string group;
  std::optional<StoredGroup> value;
};
struct OffsetEntry {
  OffsetKey key;
  std::optional<StoredOffset> value;
};
// Of a group of a newer protocol: kept as it is.
struct ModernEntry {
  ModernKey key;
  GroupKind kind;
  bool is_group = false;  // the record that the group itself lives and dies with
  std::optional<Buffer> value;
};
struct OtherEntry {
  std::int16_t type;  // that no Kafka known here writes
};
using Entry = std::variant<GroupEntry, OffsetEntry, ModernEntry, OtherEntry>;

// Reads a record of any version. Error::corrupt, Error::truncated, or Error::unsupported for a version that is unknown.
Result<Entry> parse_record(const coordinator::RecordView& record);

}  // namespace millrace::groups
