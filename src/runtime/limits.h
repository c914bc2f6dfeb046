#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/ids.h"

namespace millrace::runtime {

// The bounds of this layer.
inline constexpr std::uint32_t kMaxShards = 256;
inline constexpr std::uint32_t kDefaultMailboxRing = 1024;  // unread requests from one shard to another
inline constexpr std::uint32_t kMaxUnanswered = 65'536;     // requests of one shard that another has yet to answer
inline constexpr std::size_t kMessagesPerChunk = 64;        // of a message queue, allocated together
inline constexpr unsigned kRingEntries = 1024;              // submissions that io_uring takes at once
inline constexpr int kEventsPerTurn = 512;                  // readiness events taken from epoll at once
inline constexpr int kAcceptsPerTurn = 128;                 // connections taken from one listener before others go on
inline constexpr int kListenBacklog = 4096;                 // connections, unless the node is told otherwise
// How often, and after how long each time, a port that is in use is tried again before listen() gives up.
inline constexpr int kListenTries = 100;
inline constexpr std::chrono::milliseconds kListenPause{10};
inline constexpr std::size_t kMaxGather = 256;              // pieces of memory in one system call
inline constexpr std::uint64_t kMaxWriteHere = 2 << 20;     // bytes of one write into the page cache on the shard
inline constexpr Nanos kSlowWrite{3'000'000};               // a write that takes longer had to wait for the disk
inline constexpr Nanos kSlowWritePause{200'000'000};        // and others are left to threads for so long
inline constexpr int kCompletionRounds = 4;                 // of completions and ends of the same turn
inline constexpr std::uint64_t kMaxSentPerTurn = 4 << 20;   // bytes of one connection before others go on
inline constexpr std::uint32_t kUnwantedChanges = 8;        // at a paused connection before arrivals are not watched
inline constexpr std::size_t kMaxDiscarded = 256 << 10;     // unread bytes thrown away when a connection is closed
inline constexpr std::size_t kTlsReadBytes = 32 << 10;      // taken from a socket at once for TLS: two records
inline constexpr Millis kClosingTimeout{10'000};            // for a peer that takes nothing of what is still to be sent
inline constexpr Millis kAcceptRetry{100};                  // after the system had no memory for a connection
inline constexpr Millis kReportInterval{10'000};            // between two lines about refused connections

static_assert(kMaxGather <= 1024, "IOV_MAX");
static_assert(kDefaultMailboxRing <= kMaxUnanswered);

}  // namespace millrace::runtime
