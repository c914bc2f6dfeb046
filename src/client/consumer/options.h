#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "client/settings.h"

namespace millrace::client {

// Where a partition without a position begins (auto.offset.reset).
enum class Reset : std::uint8_t { none, earliest, latest, by_duration };

// The assignors of the classic protocol, as partition.assignment.strategy names them.
enum class Strategy : std::uint8_t { range, roundrobin, sticky, cooperative_sticky };

// Which protocol a group speaks (group.protocol): one whose leading member shares the partitions out, or KIP-848's.
enum class GroupProtocol : std::uint8_t { classic, consumer };

// A consumer's settings as values; Kafka's names are in the comments of settings.
struct ConsumerOptions {
  std::optional<std::string> group_id;
  std::optional<std::string> instance_id;
  GroupProtocol protocol = GroupProtocol::classic;
  std::optional<std::string> remote_assignor;  // none: the brokers choose
  std::vector<Strategy> strategies{Strategy::range, Strategy::cooperative_sticky};
  bool auto_commit = true;
  Millis auto_commit_interval{5'000};
  Reset reset = Reset::latest;
  Millis reset_back{0};  // by_duration: so long ago
  Millis fetch_wait{500};
  std::int32_t fetch_min_bytes = 1;
  std::int32_t fetch_max_bytes = 50 << 20;
  std::int32_t partition_max_bytes = 1 << 20;
  std::size_t max_poll_records = 500;
  Millis max_poll_interval{300'000};
  Millis session_timeout{45'000};
  Millis heartbeat_interval{3'000};
  Millis api_timeout{60'000};
  Millis request_timeout{30'000};
  Millis retry_backoff{100};
  Millis retry_backoff_max{1'000};
  Millis metadata_max_age{300'000};
  bool committed_only = false;  // isolation.level=read_committed
  bool check_crcs = true;
  bool exclude_internal = true;
  std::string rack;
};

// Reads them. Cause::invalid_config where settings contradict each other or cannot be honoured: a heartbeat interval
// that is not below the session timeout, an unknown assignor, auto commit asked for without a group.
Result<ConsumerOptions> consumer_options(const Settings& settings);

}  // namespace millrace::client
