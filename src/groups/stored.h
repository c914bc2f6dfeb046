#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/uuid.h"

// What __consumer_offsets keeps, as values (docs/formats/consumer-offsets.md).
namespace millrace::groups {

struct StoredMember {
  std::string id;
  std::optional<std::string> instance_id;
  std::string client_id;
  std::string client_host;
  Millis rebalance_timeout;
  Millis session_timeout;
  Buffer subscription;
  Buffer assignment;
};

// A classic group, as its record of type 2 says.
struct StoredGroup {
  std::string protocol_type;  // "" before the first member
  std::int32_t generation = 0;
  std::optional<std::string> protocol;
  std::optional<std::string> leader;
  WallTime since = kNoTime;  // when it came into this state
  std::vector<StoredMember> members;
};

// Whose offset it is.
struct OffsetKey {
  std::string group;
  std::string topic;
  std::int32_t partition = 0;

  friend auto operator<=>(const OffsetKey&, const OffsetKey&) = default;
};
// The same without owning the text, for look-ups.
struct OffsetKeyView {
  std::string_view group;
  std::string_view topic;
  std::int32_t partition = 0;
};
struct OffsetKeyLess {
  using is_transparent = void;
  using Parts = std::tuple<std::string_view, std::string_view, std::int32_t>;
  static Parts parts(const OffsetKey& key) { return {key.group, key.topic, key.partition}; }
  static Parts parts(const OffsetKeyView& key) { return {key.group, key.topic, key.partition}; }
  template <typename A, typename B>
  bool operator()(const A& a, const B& b) const {
    return parts(a) < parts(b);
  }
};

struct StoredOffset {
  std::int64_t offset = 0;
  std::int32_t leader_epoch = -1;  // -1: not said
  std::string metadata;
  WallTime committed_at = kNoTime;
  WallTime expires_at = kNoTime;  // only where the client asked for it (OffsetCommit 2-4)
  Uuid topic_id;                  // zero: not known
  std::uint64_t position = 0;     // counts the records replayed: of two the later in the log has the higher one
};

// An offset that an open transaction would commit.
struct PendingKey {
  OffsetKey of;
  ProducerId producer = kNoProducer;
};
struct PendingKeyView {
  OffsetKeyView of;
  ProducerId producer = kNoProducer;
};
struct PendingKeyLess {
  using is_transparent = void;
  template <typename A, typename B>
  bool operator()(const A& a, const B& b) const {
    const auto left = OffsetKeyLess::parts(a.of), right = OffsetKeyLess::parts(b.of);
    return left != right ? left < right : a.producer < b.producer;
  }
};

// What kind of group an id names. A group that has nothing but offsets is classic.
enum class GroupKind : std::uint8_t { classic, consumer, share, streams };
// As ListGroups says it: "classic".
std::string_view to_string(GroupKind kind);

// A record of a group of the newer protocols (types 3 and up), which is kept as it was read.
struct ModernKey {
  std::string group;
  std::string key;  // the whole key of the record, its type first

  std::int16_t type() const { return load_be<std::int16_t>(as_bytes(key).data()); }
  friend auto operator<=>(const ModernKey&, const ModernKey&) = default;
};

}  // namespace millrace::groups
