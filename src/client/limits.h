#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ids.h"

namespace millrace::client {

// Calls that may wait for one broker's connection, and for any broker.
inline constexpr std::size_t kWaitingPerPeer = 10'000;
inline constexpr std::size_t kWaitingForAny = 10'000;
// An answer longer than this ends the connection: no broker sends one, since Kafka's own requests and answers are
// bounded by 2 GiB and in practice by fetch.max.bytes and one batch.
inline constexpr std::size_t kMaxAnswerBytes = 1u << 30;
// What is read at once when no long answer is under way.
inline constexpr std::size_t kScratchBytes = 64 * 1024;
// The memory for an answer begins with at most so much, and grows by this factor as bytes arrive. Memory that nothing
// was written to costs nothing yet, while growing copies what is there: ordinary answers to fetches never grow.
inline constexpr std::size_t kFirstAnswerBytes = 16 * 1024 * 1024;
inline constexpr std::size_t kAnswerGrowth = 4;
// Bytes taken from one connection before the others of the shard get their turn.
inline constexpr std::size_t kReadPerTurnBytes = 8 * 1024 * 1024;
// Jitter of every backoff, in percent to both sides (KIP-144, KIP-601).
inline constexpr std::int64_t kJitterPercent = 20;
// A throttle that a broker asks for is believed up to this.
inline constexpr Millis kMaxThrottle{3'600'000};
// Topics whose metadata is kept fresh.
inline constexpr std::size_t kTrackedTopics = 1'000'000;

// The longest name that a topic can have.
inline constexpr std::size_t kTopicNameBytes = 249;

// Of a reason to join a group, as Kafka's clients cut it.
inline constexpr std::size_t kReasonBytes = 255;

// Batches of a producer whose memory is kept for the next ones.
inline constexpr std::size_t kSpareSpaces = 32;

// Rounds of SCRAM that a broker may ask for: Kafka's own bound is 16384, and each takes about a microsecond.
inline constexpr std::int64_t kMaxScramRounds = 200'000;
// A session that the broker bounds is renewed when so many percent of it are over, drawn between the two (KIP-368).
inline constexpr std::int64_t kRenewFromPercent = 85;
inline constexpr std::int64_t kRenewToPercent = 95;
// Metrics are not pushed more often than this, whatever a broker asks for.
inline constexpr Millis kLeastPushInterval{100};
// After a failure the subscription is asked for again.
inline constexpr Millis kTelemetryRetry{30'000};

static_assert(kFirstAnswerBytes <= kMaxAnswerBytes);
static_assert(kScratchBytes <= kReadPerTurnBytes);

}  // namespace millrace::client
