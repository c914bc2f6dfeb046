#include <utility>

#include "log/file_scan.h"
#include "log/limits.h"
#include "log/log_impl.h"
#include "log/names.h"

namespace millrace::log {
namespace {

// What one job has read.
struct Checked {
  std::uint64_t position = 0;  // where it ended: at a batch, or at damage
  Offset next = kNoOffset;     // behind the last good batch; kNoOffset without one
  const char* damage = nullptr;
};

// Job: the batches of a segment file in [from, to), until `max_bytes` are read. A file that cannot be read is not said
// to be damaged: nothing is known of its bytes.
Checked check_batches(ports::BlockingFiles& files, const std::string& path, std::uint64_t from, std::uint64_t to,
                      std::uint64_t max_bytes) {
  auto file = files.open(path, ports::OpenMode::read);
  if (!file) return {to};
  FileScan scan(**file, from, to);
  Checked checked{from};
  while (checked.position - from < max_bytes && scan.next()) {
    const bool right = scan.crc_ok();
    if (scan.stop() == FileScan::Stop::io) return {to};
    if (!right) {
      checked.damage = "the batch's checksum is wrong";
      return checked;
    }
    checked.position = scan.position() + scan.batch().size();
    checked.next = scan.batch().next_offset();
  }
  if (scan.stop() == FileScan::Stop::damage) checked.damage = scan.why();
  return scan.stop() == FileScan::Stop::io ? Checked{to} : checked;
}

}  // namespace

void LogImpl::scrub(std::uint64_t max_bytes, Callback<void(Scrubbed)> done) {
  const Segment* segment = nullptr;
  for (const auto& each : segments_) {
    const bool behind = each->base() == scrub_at_.base && scrub_at_.position >= each->safe().bytes;
    if (each->base() < scrub_at_.base || behind) continue;
    segment = each.get();
    break;
  }
  if (segment == nullptr || phase_ != Phase::open || damage_ || segment->safe().bytes == 0) {
    scrub_at_ = {};
    return shard_.timers.at_turn_end([done = std::move(done)]() mutable { done({0, true}); });
  }
  if (segment->base() != scrub_at_.base) scrub_at_ = {segment->base(), 0};
  ++jobs_;
  ports::run_job<Checked>(
      shard_.jobs,
      [path = path_of(*segment), from = scrub_at_.position, to = segment->safe().bytes, max_bytes](
          ports::BlockingFiles& files) { return check_batches(files, path, from, to, max_bytes); },
      while_alive([this, base = segment->base(), from = scrub_at_.position,
                   done = std::move(done)](const Checked& checked) mutable {
        --jobs_;
        if (checked.damage != nullptr) {
          const Offset offset = checked.next == kNoOffset ? base : checked.next;
          damage_ = Damage{segment_name(base), checked.position, offset};
          shard_.faults.reach(ports::Probe::log_damage_found);
          shard_.log.error(directory_ + "/" + segment_name(base) + " at position " + std::to_string(checked.position) +
                           ", offset " + std::to_string(offset.value()) + " or above: " + checked.damage +
                           "; it was durable and is damaged since (found by a scrub)");
        }
        scrub_at_ = {base, checked.position};
        advance();
        done({checked.position - from, false});
      }));
}

}  // namespace millrace::log
