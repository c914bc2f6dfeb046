#pragma once

#include "base/callback.h"
#include "base/ids.h"
#include "base/result.h"
#include "record/batch.h"
#include "record/codec.h"

namespace millrace::record {

// Calls `use` (offset, timestamp; false to stop) for each message in an entry of magic 0 or 1: the entry itself, or what
// a compressed wrapper holds. kNoTime for magic 0. Error::corrupt, and the errors of decompress().
// Precondition: `entry` is whole and its checksum right.
Status each_legacy_message(const BatchView& entry, Scratch& scratch, Callback<bool(Offset, WallTime)> use);

}  // namespace millrace::record
