#include "sim/workloads/log_rot.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "log/names.h"
#include "record/batch.h"
#include "sim/workloads/log_user.h"

namespace millrace::sim {
namespace {

// A name in the log's directory that `wanted` takes, at random; empty without one.
template <typename Wanted>
std::string pick(Disk& disk, const LogModel& model, Prng& dice, Wanted wanted) {
  std::vector<std::string> names;
  const auto entries = disk.list(model.directory);
  if (!entries) return {};
  for (const auto& entry : *entries) {
    if (wanted(entry.name)) names.push_back(entry.name);
  }
  return names.empty() ? std::string() : names[static_cast<std::size_t>(dice.below(names.size()))];
}

// Only records: the checksum does not cover what stands before it, and a batch of another length is another thing.
std::optional<LogRot> rot_a_batch(Disk& disk, const LogModel& model, Prng& dice) {
  const std::string name =
      pick(disk, model, dice, [](const std::string& file) { return log::parse_segment_name(file).has_value(); });
  if (name.empty()) return std::nullopt;
  LogRot rot;
  rot.path = model.directory + "/" + name;
  rot.segment = *log::parse_segment_name(name);
  const auto contents = disk.contents(rot.path);
  if (!contents) return std::nullopt;
  std::vector<LogRot> candidates;
  for (record::BatchWalk walk(as_bytes(*contents)); walk.next();) {
    const record::BatchView& batch = walk.batch();
    rot.base = batch.base_offset().value();
    rot.last = batch.last_offset().value();
    if (rot.last >= model.floor() || !batch.crc_ok()) continue;
    const std::uint64_t room = batch.size() - record::kBatchHeaderBytes;
    rot.bit.position = walk.position() + record::kBatchHeaderBytes + dice.below(room);
    rot.bit.number = static_cast<unsigned>(dice.below(8));
    candidates.push_back(rot);
  }
  if (candidates.empty()) return std::nullopt;
  rot = candidates[static_cast<std::size_t>(dice.below(candidates.size()))];
  if (!disk.rot(rot.path, rot.bit).ok()) return std::nullopt;
  return rot;
}

}  // namespace

bool LogRot::below_what_is_known(const log::OpenHints& hints) const {
  if (last < hints.log_start.value()) return false;
  if (hints.mark && !hints.clean_stop && mark_counts) {
    const log::DurableMark& mark = *hints.mark;
    return segment < mark.base || (segment == mark.base && bit.position < mark.position);
  }
  return Offset(base) < hints.recovery_point;
}

void mend(Disk& disk, LogModel& model) {
  if (!model.rot || !model.rot->detected) return;
  static_cast<void>(disk.rot(model.rot->path, model.rot->bit));
  model.rot.reset();
}

void look_at_index(Disk& disk, LogModel& model) {
  if (!model.rot) return;
  const auto entries = disk.list(model.directory);
  std::string last;
  for (std::size_t i = 0; entries && i < entries->size(); ++i) {
    const std::string& name = (*entries)[i].name;
    if (log::parse_segment_name(name)) last = std::max(last, name);
  }
  const auto base = log::parse_segment_name(last);
  const auto index = base ? disk.contents(model.directory + "/" + log::offset_name(*base) +
                                          std::string(log::kIndexSuffix))
                          : Result<std::string>(Error::not_found);
  // A power loss may leave a part of an entry, which Kafka's files never end with.
  const bool padded = index && index->size() % 8 == 0 && index->ends_with(std::string(8, '\0'));
  model.rot->mark_counts = !padded;
}

void rot_or_mend(Disk& disk, LogModel& model, Prng& dice) {
  mend(disk, model);
  if (dice.one_in(3) && !model.rot) model.rot = rot_a_batch(disk, model, dice);
  if (dice.one_in(3)) return;
  const std::string index =
      pick(disk, model, dice, [](const std::string& file) { return file.ends_with(log::kIndexSuffix); });
  static_cast<void>(disk.rot(model.directory + "/" + index));  // there may be none
}

}  // namespace millrace::sim
