#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/uuid.h"

namespace millrace::log {

// The names of files and directories in a log directory (docs/formats/log-directory.md).

inline constexpr std::string_view kLogSuffix = ".log";
inline constexpr std::string_view kCutSuffix = ".cut";
inline constexpr std::string_view kDeletedSuffix = ".deleted";
inline constexpr std::string_view kIndexSuffix = ".index";
inline constexpr std::string_view kTimeIndexSuffix = ".timeindex";
inline constexpr std::string_view kAbortedSuffix = ".txnindex";
inline constexpr std::string_view kSnapshotSuffix = ".snapshot";
inline constexpr std::string_view kEpochFile = "leader-epoch-checkpoint";
inline constexpr std::string_view kPartitionMetadataFile = "partition.metadata";
// An empty file that only millrace leaves: Kafka removes what has such a name whenever it opens a log. So the journal
// counts only where it is (docs/formats/journal.md). No offset is as large.
inline constexpr std::string_view kWitnessFile = "99999999999999999999.snapshot.deleted";

// An offset as file names have it: 20 digits.
std::string offset_name(Offset offset);
// "00000000000000000042.log".
std::string segment_name(Offset base);
// The base offset in a segment's file name; nothing if it is not one.
std::optional<Offset> parse_segment_name(std::string_view name);
// The offset in a name that consists of 20 digits and `suffix`; nothing if it is not one.
std::optional<Offset> parse_offset_name(std::string_view name, std::string_view suffix);
// Where the `n`-th cut of a segment is kept: "00000000000000000042.1.cut".
std::string cut_name(Offset base, unsigned n);

// "<topic>-<partition>" of a deleted replica: "<topic>-<partition>.<32 hex>-delete", the topic cut so that the name has
// at most 255 bytes.
std::string deleted_name(std::string_view directory_name, Uuid unique);
// The same with "-future", of a replica that is being moved here. Not cut: a long topic name has none (its size is
// above 255 bytes).
std::string future_name(std::string_view directory_name, Uuid unique);

// The part of a path behind its last '/'.
std::string_view base_name(std::string_view path);

}  // namespace millrace::log
