#include "log/remover.h"

#include <algorithm>
#include <utility>

#include "log/limits.h"

namespace millrace::log {

// What one job has done.
struct Remover::Step {
  std::uint64_t freed = 0;  // bytes
  bool gone = false;        // nothing is left
};

namespace {

Result<std::uint64_t> unlink(ports::BlockingFiles& files, const std::string& path) {
  MR_TRY(files.remove(path));
  return std::uint64_t{0};
}

// Cuts at most `most` bytes off the end of a file, or removes it if that is all; how many there were.
Result<std::uint64_t> shrink(ports::BlockingFiles& files, const std::string& path, std::uint64_t most) {
  auto file = files.open(path, ports::OpenMode::write);
  if (!file) return file.error();
  const auto size = (*file)->size();
  if (!size) return size.error();
  if (size->value() > most) {
    MR_TRY((*file)->resize(FilePosition(size->value() - most)));
    return most;
  }
  file->reset();
  MR_TRY(files.remove(path));
  return size->value();
}

}  // namespace

// Job.
Result<Remover::Step> Remover::take(ports::BlockingFiles& files, const Doomed& doomed, bool whole, std::uint64_t most) {
  Step step;
  std::vector<std::string> paths{doomed.path};
  if (doomed.is_directory) {
    const auto entries = files.list(doomed.path);
    if (!entries) return entries.error();
    paths.clear();
    for (const auto& entry : *entries) paths.push_back(doomed.path + "/" + entry.name);
  }
  for (const std::string& path : paths) {
    const auto freed = whole ? unlink(files, path) : shrink(files, path, most - step.freed);
    if (!freed && freed.error() == Error::not_found) continue;
    if (!freed) return freed.error();
    step.freed += *freed;
    if (step.freed >= most) return step;
  }
  if (doomed.is_directory) {
    MR_TRY(files.remove(doomed.path));
    MR_TRY(files.sync_directory(ports::parent_directory(doomed.path)));
  }
  step.gone = true;
  return step;
}

void Remover::remove_files(std::vector<std::string> paths, Millis delay, Readers readers) {
  const auto shared = std::make_shared<const Readers>(std::move(readers));
  std::vector<Doomed> doomed;
  for (std::string& path : paths) doomed.push_back({std::move(path), false, shared});
  later(std::move(doomed), delay);
}

void Remover::remove_directory(const std::string& path, Millis delay, Readers readers) {
  later({{path, true, std::make_shared<const Readers>(std::move(readers))}}, delay);
}

void Remover::later(std::vector<Doomed> doomed, Millis delay) {
  if (doomed.empty()) return;
  shard_.timers.at(shard_.clock.now() + delay,
                   [this, alive = std::weak_ptr<bool>(alive_), doomed = std::move(doomed)]() mutable {
                     if (alive.expired()) return;
                     std::move(doomed.begin(), doomed.end(), std::back_inserter(doomed_));
                     go_on();
                   });
}

void Remover::go_on() {
  if (busy_ || doomed_.empty()) return;
  busy_ = true;
  const Doomed& next = doomed_.front();
  const bool whole = std::any_of(next.readers->begin(), next.readers->end(),
                                 [](const auto& reader) { return !reader.expired(); });
  // The more waits, the faster it goes: what comes in must not outrun what is given back.
  const std::uint64_t most = kRemovalBytes * (1 + doomed_.size() / kRemovalPaths);
  ports::run_job<Result<Step>>(
      shard_.jobs, [next, whole, most](ports::BlockingFiles& files) { return take(files, next, whole, most); },
      [this, alive = std::weak_ptr<bool>(alive_), path = next.path, most](Result<Step> step) {
        if (!alive.expired()) taken(path, step, most);
      });
}

void Remover::taken(const std::string& path, const Result<Step>& step, std::uint64_t most) {
  busy_ = false;
  if (!step) {
    shard_.log.warning(path + " cannot be removed (" + to_string(step.error()) + "); the next start will try again");
  }
  if (!step || step->gone) doomed_.pop_front();
  const Millis pause(step ? static_cast<std::int64_t>(step->freed * kRemovalPauseMs / most) : 0);
  if (pause <= Millis(0)) return go_on();
  busy_ = true;
  shard_.timers.at(shard_.clock.now() + pause, [this, alive = std::weak_ptr<bool>(alive_)] {
    if (alive.expired()) return;
    busy_ = false;
    go_on();
  });
}

}  // namespace millrace::log
