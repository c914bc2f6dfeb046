#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ids.h"

namespace millrace::broker {

// Event loops of one node.
inline constexpr std::uint32_t kShards = 256;

// Framing.
inline constexpr std::size_t kFrameHeaderBytes = 4;
// Smallest request: API key, version, correlation id.
inline constexpr std::size_t kLeastRequestBytes = 8;
// What a shard reads into when no frame is under way: several small requests come with one read.
inline constexpr std::size_t kScratchBytes = 64 * 1024;
// A frame's buffer begins with at most so much and doubles as bytes arrive, whatever length the frame claims: until the
// connection has sent a whole valid request, and afterwards.
inline constexpr std::size_t kFirstBufferUnproven = 4 * 1024;
inline constexpr std::size_t kFirstBufferProven = 1024 * 1024;
// A frame whose missing part is at least this long is read straight into its buffer.
inline constexpr std::size_t kDirectReadBytes = 16 * 1024;
// Bytes taken from one connection before the others of the shard get their turn.
inline constexpr std::size_t kReadPerTurnBytes = 4 * 1024 * 1024;
// Requests of one connection that begin before the others of the shard get their turn.
inline constexpr std::size_t kRequestsPerTurn = 64;

// Requests under way on one connection (only produce requests are taken while others are under way), in number and in
// bytes; above either, and above the bytes that the peer has not taken yet, the connection is not read.
inline constexpr std::size_t kRequestsInFlight = 64;
inline constexpr std::size_t kRequestBytesInFlight = 16 * 1024 * 1024;
inline constexpr std::uint64_t kUnsentBytes = 1024 * 1024;
// Request bytes of all connections of a shard together. One connection at a time may go beyond it, so that a frame that
// has begun always ends.
inline constexpr std::size_t kRequestBytesPerShard = 256 * 1024 * 1024;

static_assert(kFirstBufferUnproven <= kFirstBufferProven);
static_assert(kDirectReadBytes <= kScratchBytes);
static_assert(kRequestBytesInFlight <= kRequestBytesPerShard);

// Requests to a partition whose log is still being opened wait for it; more than these are told to come back.
inline constexpr std::size_t kWaitingForOpen = 4096;
// A timer that would run later than this is not set.
inline constexpr Millis kLongestTimer{1'000'000'000'000};
// How often a shard goes on scrubbing, in pieces of so many bytes, a partition counting as at least kScrubLeast; and
// how long there is at least from the beginning of one round through all partitions to that of the next.
inline constexpr Millis kScrubInterval{8'000};
inline constexpr std::uint64_t kScrubPiece = 1024 * 1024;
inline constexpr std::int64_t kScrubLeast = 64 * 1024;
inline constexpr Millis kScrubRound{24 * 3'600'000};
// A log that could not be opened because the disk was full is tried again so long after.
inline constexpr Millis kReopenInterval{2'000};

// What a shard spends on validating the batches of one request (record::Effort), in bytes decompressed; the rest is
// left to a job.
inline constexpr std::size_t kValidatedHere = 512 * 1024;

// Life of a broker: how long to wait before asking the controller again.
inline constexpr Millis kRegistrationRetry{100};
inline constexpr Millis kControlledShutdownPatience{30'000};
// A clean stop gives requests under way so long to finish.
inline constexpr Millis kDrainPatience{5'000};

// Producer ids are taken from the controller in blocks of this size (the controller decides; this is Kafka's).
inline constexpr std::int64_t kProducerIdBlock = 1000;
// Ask for the next block when less than this part of the present one is left.
inline constexpr std::int64_t kProducerIdsPrefetchBelow = kProducerIdBlock / 10;
inline constexpr std::size_t kWaitingForProducerIds = 10'000;

// Replicas in one request that tells the controller in which directories they lie, as many as Kafka's broker sends; and
// how long to wait before what was not taken is sent again.
inline constexpr std::size_t kPlacesPerReport = 2250;
inline constexpr Millis kPlaceReportRetry{500};

// Topics that may be under creation on behalf of metadata requests at the same time.
inline constexpr std::size_t kAutoCreations = 1000;

// Clients whose metrics one shard takes at a time, and what one push of them may decompress to.
inline constexpr std::size_t kTelemetryClients = 16'384;
inline constexpr std::size_t kTelemetryDecompressedBytes = 16u << 20;
// The numbers that one shard keeps of what its clients have pushed.
inline constexpr std::size_t kTelemetryPoints = 20'000;

}  // namespace millrace::broker
