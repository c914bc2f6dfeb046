#include "sim/workloads/log_visit.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/assert.h"
#include "log/names.h"
#include "record/batch.h"
#include "sim/files.h"
#include "sim/workloads/log_app.h"
#include "sim/workloads/log_user.h"

namespace millrace::sim {
namespace {

struct Place {
  Offset segment;
  std::uint64_t position = 0;
  std::int64_t end = 0;  // of the log that is cut there
};

// Where the log can be cut: the beginning of each segment's first batch, and the end of every whole batch in line.
std::vector<Place> places(Disk& disk, const std::string& directory, const std::vector<Offset>& segments) {
  std::vector<Place> all;
  for (const Offset base : segments) {
    if (!all.empty() && all.back().end != base.value()) break;
    all.push_back({base, 0, base.value()});
    const auto contents = disk.contents(directory + "/" + log::segment_name(base));
    if (!contents) break;
    for (record::BatchWalk walk(as_bytes(*contents)); walk.next();) {
      const record::BatchView& batch = walk.batch();
      if (!batch.crc_ok() || batch.base_offset().value() != all.back().end) break;
      all.push_back({base, walk.position() + batch.size(), batch.next_offset().value()});
    }
  }
  return all;
}

void must(const Status& status) { MR_ASSERT(status.ok()); }

// As Kafka lays out the index of an active segment.
void pad_index(JobFiles& files, const std::string& path) {
  const auto file = files.open(path, ports::OpenMode::create);
  must(file ? (*file)->resize(FilePosition(0)) : Status(file.error()));
  must((*file)->resize(FilePosition(64)));
  must((*file)->sync());
}

void visit(Disk& disk, LogModel& model, Prng& dice) {
  const auto entries = disk.list(model.directory);
  if (!entries) return;
  std::vector<Offset> segments;
  for (const auto& entry : *entries) {
    if (const auto base = log::parse_segment_name(entry.name)) segments.push_back(*base);
  }
  std::sort(segments.begin(), segments.end());
  std::vector<Place> found = places(disk, model.directory, segments);
  std::erase_if(found, [&model](const Place& place) { return place.end < model.start; });
  if (found.empty()) return;
  const Place place = dice.one_in(2) ? found.back() : found[static_cast<std::size_t>(dice.below(found.size()))];

  JobFiles files(disk, kWorld);
  for (const auto& entry : *entries) {
    const auto base = log::parse_segment_name(entry.name);
    if (entry.name.ends_with(log::kDeletedSuffix) || (base && *base > place.segment)) {
      must(files.remove(model.directory + "/" + entry.name));
    }
  }
  const auto file = files.open(model.directory + "/" + log::segment_name(place.segment), ports::OpenMode::write);
  must(file ? (*file)->resize(FilePosition(place.position)) : Status(file.error()));
  must((*file)->sync());
  pad_index(files, model.directory + "/" + log::offset_name(place.segment) + std::string(log::kIndexSuffix));
  must(files.sync_directory(model.directory));
  model.left_at = model.durable = place.end;
  model.cutting = -1;
  model.contents.resize(std::min(static_cast<std::size_t>(place.end), model.contents.size()));
  model.noted_recovery = std::min(model.noted_recovery, place.end);
}

}  // namespace

void visit_as_kafka(Disk& disk, std::deque<LogModel>& models, Prng& dice) {
  disk.crash(Crash::process, kWorld);  // a cut of the power that was to come in a job of the life before does not
  static_cast<void>(disk.remove(std::string(kLogDirectory) + "/.kafka_cleanshutdown"));  // there may be none
  static_cast<void>(disk.sync_directory(kLogDirectory));
  for (LogModel& model : models) visit(disk, model, dice);
}

}  // namespace millrace::sim
