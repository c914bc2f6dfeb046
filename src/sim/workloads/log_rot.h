#pragma once

#include <cstdint>
#include <string>

#include "base/ids.h"
#include "base/prng.h"
#include "log/partition_log.h"
#include "sim/disk.h"

namespace millrace::sim {

struct LogModel;

// A bit that has flipped in the records of one batch, which was durable.
struct LogRot {
  std::string path;
  Disk::Bit bit;
  Offset segment;
  std::int64_t base = 0;   // of the batch, whose checksum shows it
  std::int64_t last = 0;
  bool mark_counts = true;  // a durable mark is not believed beside an index that ends with zeros
  bool detected = false;   // the log has been closed for writing because of it

  // Whether what a log is opened with says that this was on the disk. Then it must not be cut.
  bool below_what_is_known(const log::OpenHints& hints) const;
};

// What happens to the disk below one log while its node is dead: a bit of a batch or of an index flips, or a batch that
// was found damaged is whole again.
void rot_or_mend(Disk& disk, LogModel& model, Prng& dice);
// To be called before each start.
void look_at_index(Disk& disk, LogModel& model);
// The latter alone.
void mend(Disk& disk, LogModel& model);

}  // namespace millrace::sim
