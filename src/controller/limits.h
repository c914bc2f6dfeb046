#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ids.h"

namespace millrace::controller {

// Partitions that one CreateTopics request may ask for, as Kafka's: its records go into one batch, so that either all
// of a topic exists or nothing.
inline constexpr std::int64_t kMaxPartitionsPerRequest = 10'000;

// The longest value of a setting that is stored, in bytes: as Kafka's.
inline constexpr std::size_t kMaxConfigValue = 32'767;

// The longest pattern of a client-metrics subscription: compiling one takes stack and time with its length.
inline constexpr std::size_t kMaxMatchPattern = 1000;

// Producer ids in one block.
inline constexpr std::int32_t kProducerIdBlock = 1000;

// Requests that wait for this node to become the active controller; more are refused with NOT_CONTROLLER.
inline constexpr std::size_t kMaxWaitingForLeader = 1000;

// How often it is looked at whether a snapshot is due by time, or an old one may go; as Kafka's.
inline constexpr Millis kSnapshotCheck{60'000};

// How much of the log is read at once while it is replayed.
inline constexpr std::size_t kReplayReadBytes = 4u << 20;

// The most bytes of log or snapshot that another replica gets at once (a whole batch of the log at least); as Kafka's.
inline constexpr std::int64_t kReplicaReadBytes = 8 << 20;

// Reads of other replicas that are under way or wait for records; more are refused with BROKER_NOT_AVAILABLE.
inline constexpr std::size_t kMaxReplicaReads = 1000;

}  // namespace millrace::controller
