#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ids.h"
#include "record/limits.h"

namespace millrace::log {

// Every bound of this layer.

// Bytes of one log that may wait in memory for the disk; above it appends are put off with Error::would_block.
inline constexpr std::uint64_t kMaxUnwrittenBytes = 64u << 20;
// Buffers of one gathered write; the system's own limit is 1,024.
inline constexpr std::size_t kMaxPiecesPerWrite = 512;
// How long a log whose disk is full waits before it tries to write again.
inline constexpr Millis kNoSpaceRetry{1000};
// How long a truncation waits before it looks again whether somebody still sends bytes that it will cut.
inline constexpr Millis kPinRetry{5};
// Headers are read in steps of this many bytes when a position between two index entries is looked for.
inline constexpr std::size_t kHeaderScanBytes = 4096;
// Segment files are read in steps of this many bytes when all of them is checked.
inline constexpr std::size_t kScanWindowBytes = 1u << 20;
// The largest leader-epoch-checkpoint and partition.metadata that are read.
inline constexpr std::size_t kMaxCheckpointBytes = 16u << 20;
inline constexpr std::size_t kMaxPartitionMetadataBytes = 4096;
// The largest index file that is read; a snapshot of producers may be as large.
inline constexpr std::size_t kMaxIndexBytes = 64u << 20;
// The active segment's index and the producers are written down after so many bytes of log or new index entries.
inline constexpr std::uint64_t kNoteDownBytes = 8u << 20;
inline constexpr std::size_t kNoteDownEntries = 1024;
// A journal's file: when it is full the other one is filled, and the segments that have bytes in it are synced, so
// many at a time. The larger it is, the fewer syncs a batch needs.
inline constexpr std::uint64_t kJournalFileBytes = 96u << 20;
inline constexpr std::size_t kJournalSettles = 16;
// What a segment has beyond this that only the journal made durable is begun to be written back: the sync that gives
// the journal file free would otherwise bring all of it to the disk at once, and every other sync wait behind it.
inline constexpr std::uint64_t kWritebackBytes = 256u << 10;
// Files that logs have given up are removed so many bytes at a time, with a pause after as many; twice as many when so
// many paths wait, and so on.
inline constexpr std::uint64_t kRemovalBytes = 8u << 20;
inline constexpr std::uint64_t kRemovalPauseMs = 10;
inline constexpr std::size_t kRemovalPaths = 128;
// A journal file that has not reached its length grows in such steps.
inline constexpr std::uint64_t kJournalStep = 64u << 10;
// The longest write of one segment that goes through the journal; a longer one is synced where it belongs, as writing
// it twice would take longer than the sync.
inline constexpr std::uint64_t kMaxJournaledWrite = 1u << 20;
// As much writing costs about what a sync of one more segment does, and what a sync of the journal does.
inline constexpr std::uint64_t kBytesPerSync = 96u << 10;
inline constexpr std::uint64_t kBytesPerJournalSync = 72u << 10;
// The rounds that weigh most in what a shard expects of the next one.
inline constexpr std::uint64_t kRoundsRemembered = 16;
// Bytes (unless the first entry has more) and entries of a round.
inline constexpr std::uint64_t kMaxRoundData = 8u << 20;
inline constexpr std::size_t kMaxRoundEntries = 2048;
inline constexpr std::uint64_t kMaxRoundBytes = 16u << 20;
// A file name on Linux.
inline constexpr std::size_t kMaxNameBytes = 255;
// What an entry and its share of the head take in a journal, at most.
inline constexpr std::uint64_t kJournalEntryRoom = kMaxNameBytes + 128;
// Positions and relative offsets of index entries are 32-bit numbers.
inline constexpr std::uint64_t kMaxSegmentBytes = 0x7fffffff;

static_assert(kHeaderScanBytes >= 64, "holds a batch header");
static_assert(kMaxJournaledWrite <= kMaxRoundData && kMaxRoundData < kMaxRoundBytes);
static_assert(kMaxRoundEntries * kJournalEntryRoom <= kMaxRoundBytes);
static_assert(kScanWindowBytes >= kHeaderScanBytes);

}  // namespace millrace::log
