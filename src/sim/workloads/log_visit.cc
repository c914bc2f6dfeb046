#include "sim/workloads/log_visit.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "log/epochs.h"
#include "log/names.h"
#include "record/batch.h"
#include "sim/workloads/content.h"
#include "sim/workloads/log_user.h"

namespace millrace::sim {
namespace {

// Longer than the entries of any active segment here.
constexpr std::size_t kAllocatedIndex = 64 * 1024;
constexpr WallTime kVisit{1'700'000'000'000};

std::optional<Offset> active_segment(Disk& disk, const std::string& directory) {
  std::optional<Offset> last;
  const auto entries = disk.list(directory);
  for (std::size_t i = 0; entries && i < entries->size(); ++i) {
    if (const auto base = log::parse_segment_name((*entries)[i].name)) last = std::max(last.value_or(*base), *base);
  }
  return last;
}

// Where a batch ends, and the offset there.
struct Boundary {
  std::size_t position = 0;
  std::int64_t offset = 0;
};

std::vector<Boundary> boundaries(Bytes segment, Offset base) {
  std::vector<Boundary> all{{0, base.value()}};
  for (record::BatchWalk walk(segment); walk.next();) {
    if (!walk.batch().crc_ok() || walk.batch().base_offset().value() != all.back().offset) break;
    all.push_back({walk.position() + walk.batch().size(), walk.batch().next_offset().value()});
  }
  return all;
}

}  // namespace

void visit(Disk& disk, LogModel& model, Prng& dice) {
  const auto base = active_segment(disk, model.directory);
  if (!base || model.rot) return;
  const std::string stem = model.directory + "/" + log::offset_name(*base);
  const auto found = disk.contents(model.directory + "/" + log::segment_name(*base));
  if (!found) return;
  std::vector<Boundary> ends = boundaries(as_bytes(*found), *base);
  std::erase_if(ends, [&](const Boundary& end) { return end.offset < model.highest_start; });
  if (ends.empty() || ends.back().offset > static_cast<std::int64_t>(model.contents.size())) return;
  const Boundary end = dice.one_in(2) ? ends.back() : ends[dice.below(ends.size())];
  std::string bytes = found->substr(0, end.position);
  model.contents.resize(static_cast<std::size_t>(end.offset));
  model.noted_recovery = std::min(model.noted_recovery, end.offset);

  const std::string checkpoint = model.directory + "/" + std::string(log::kEpochFile);
  const auto text = disk.contents(checkpoint);
  auto epochs = text ? log::EpochTable::parse(*text) : Result<log::EpochTable>(text.error());
  if (epochs) epochs->truncate(Offset(end.offset));
  ++model.epoch;
  for (std::uint64_t batches = dice.below(4); batches > 0; --batches) {
    std::vector<RecordId> ids;
    for (std::uint64_t i = 0; i <= dice.below(4); ++i) ids.push_back(model.next_record++);
    const auto first = static_cast<std::int64_t>(model.contents.size());
    Buffer batch = make_batch(ids, kVisit, 900, {});
    record::MutableBatch(batch.writable()).set_base_offset(Offset(first));
    record::MutableBatch(batch.writable()).set_leader_epoch(LeaderEpoch(model.epoch));
    bytes += as_text(batch.bytes());
    if (epochs) epochs->begin(LeaderEpoch(model.epoch), Offset(first));
    for (const auto id : ids) model.contents.push_back({id, first, model.epoch});
  }
  model.durable = static_cast<std::int64_t>(model.contents.size());
  model.cutting = -1;
  static_cast<void>(disk.put(model.directory + "/" + log::segment_name(*base), as_bytes(bytes)));
  if (epochs) static_cast<void>(disk.put(checkpoint, as_bytes(epochs->encode())));
  const std::string zeros(kAllocatedIndex, '\0');
  static_cast<void>(disk.put(stem + std::string(log::kIndexSuffix), as_bytes(zeros)));
  static_cast<void>(disk.put(stem + std::string(log::kTimeIndexSuffix), as_bytes(zeros)));
}

}  // namespace millrace::sim
