#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/callback.h"
#include "base/ids.h"
#include "base/result.h"
#include "record/batch.h"
#include "record/codec.h"

namespace millrace::record {

// Calls `use` (offset, timestamp; false to stop) for each message in an entry of magic 0 or 1: the entry itself, or
// what a compressed wrapper holds. kNoTime for magic 0. Error::corrupt, and the errors of decompress().
// Precondition: `entry` is whole and its checksum right.
Status each_legacy_message(const BatchView& entry, Scratch& scratch, Callback<bool(Offset, WallTime)> use);

// One message of magic 0 or 1. The bytes belong to the entry or to the scratch.
struct LegacyMessage {
  Offset offset = kNoOffset;
  WallTime timestamp = kNoTime;  // with LogAppendTime the wrapper's
  std::optional<Bytes> key;      // nothing: null
  std::optional<Bytes> value;    // nothing: null
  std::uint32_t crc = 0;         // as stored
  bool crc_ok = false;
};
// The same with all that a message holds, for tools that show it.
Status each_legacy_record(const BatchView& entry, Scratch& scratch, Callback<bool(const LegacyMessage&)> use);

}  // namespace millrace::record
