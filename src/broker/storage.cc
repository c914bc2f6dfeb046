#include "broker/storage.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "broker/broker.h"
#include "broker/limits.h"
#include "broker/log_dirs.h"
#include "ports/jobs.h"

namespace millrace::broker {
namespace {

Millis millis_of(const config::ServerConfig& config, std::string_view name, std::int64_t fallback) {
  const auto value = config.value(name);
  const auto* found = std::get_if<std::int64_t>(&value);
  return Millis(found != nullptr ? *found : fallback);
}

// What the shards of a node say, put together.
struct Gathered {
  std::vector<Checkpoint> all;
  std::size_t left = 0;
};

}  // namespace

Storage::Storage(Broker& broker, Links links)
    : broker_(broker), heartbeat_(std::move(links.heartbeat)), reports_(broker, std::move(links.epoch)) {}

Storage::~Storage() {
  for (Beat& beat : beats_) broker_.shard().timers.cancel(beat.timer);
}

void Storage::begin(const std::map<std::string, Uuid>& ids) {
  const config::ServerConfig& config = broker_.config();
  ids_ = ids;
  for (const std::string& dir : config.log_dirs) {
    if (!ids.contains(dir)) offline_.insert(dir);
  }
  beats_ = {{kRecoveryPoints, millis_of(config, "log.flush.offset.checkpoint.interval.ms", 60'000), {}},
            {kLogStarts, millis_of(config, "log.flush.start.offset.checkpoint.interval.ms", 60'000), {}},
            {kHighWatermarks, millis_of(config, "replica.high.watermark.checkpoint.interval.ms", 5'000), {}}};
  for (Beat& beat : beats_) arm(beat);
}

void Storage::arm(Beat& beat) {
  if (beat.interval > kLongestTimer) return;
  auto& shard = broker_.shard();
  beat.timer = shard.timers.at(shard.clock.now() + std::max(beat.interval, Millis(1)), [this, &beat] {
    beat.timer = ports::TimerId(0);
    checkpoint(beat.which, {});
    arm(beat);
  });
}

void Storage::checkpoint(unsigned which, Task done) {
  if (finishing_) {
    if (done) done();
    return;
  }
  asked_ |= which;
  if (done) waiting_.push_back(std::move(done));
  if (!busy_) gather();
}

void Storage::gather() {
  busy_ = true;
  auto gathered = std::make_shared<Gathered>();
  gathered->left = broker_.shard().count;
  for (std::uint32_t i = 0; i < broker_.shard().count; ++i) {
    broker_.crossing().ask<std::vector<Checkpoint>>(
        ShardId(i),
        [](Broker& there, Callback<void(std::vector<Checkpoint>)> answer) {
          answer(there.partitions().checkpoints());
        },
        [this, alive = std::weak_ptr<bool>(alive_), gathered](std::vector<Checkpoint> some) {
          for (Checkpoint& one : some) gathered->all.push_back(std::move(one));
          if (--gathered->left == 0 && !alive.expired()) write(std::exchange(asked_, 0), std::move(gathered->all));
        });
  }
}

void Storage::write(unsigned which, std::vector<Checkpoint> all) {
  std::vector<std::string> dirs;
  for (const auto& [dir, id] : ids_) {
    if (!is_offline(dir)) dirs.push_back(dir);
  }
  using Outcome = std::map<std::string, Status>;
  ports::run_job<Outcome>(
      broker_.shard().jobs,
      [writer = writer_, dirs = std::move(dirs), which, all = std::move(all)](ports::BlockingFiles& files) {
        Outcome outcome;
        for (const std::string& dir : dirs) outcome[dir] = writer->write(files, dir, which, all);
        return outcome;
      },
      [this, alive = std::weak_ptr<bool>(alive_), waiting = std::exchange(waiting_, {})](Outcome outcome) mutable {
        if (alive.expired()) return;
        busy_ = false;
        for (Task& task : waiting) task();
        written(outcome);
      });
}

void Storage::written(const std::map<std::string, Status>& outcome) {
  for (const auto& [dir, status] : outcome) {
    if (status) continue;
    if (status.error() == Error::io) {
      fail(dir);
    } else {
      broker_.shard().log.warning(
          fmt::format("{}: the checkpoints cannot be written ({}); the next round tries again", dir,
                      to_string(status.error())));
    }
  }
  if (when_free_) return std::exchange(when_free_, Task())();
  if (asked_ != 0 && !busy_) gather();
}

void Storage::fail(const std::string& dir) {
  if (finishing_ || !ids_.contains(dir) || !offline_.insert(dir).second) return;
  broker_.shard().log.error(fmt::format("{}: the log directory has failed and is offline for writing", dir));
  for (std::uint32_t i = 0; i < broker_.shard().count; ++i) {
    broker_.crossing().ask<bool>(
        ShardId(i),
        [dir](Broker& there, Callback<void(bool)> answer) {
          there.partitions().dir_failed(dir);
          answer(true);
        },
        [](bool) {});
  }
  const bool metadata = dir == broker_.config().metadata_log_dir;
  const bool none_left =
      std::all_of(ids_.begin(), ids_.end(), [&](const auto& entry) { return is_offline(entry.first); });
  if (metadata || none_left) {
    return broker_.shard().process.fail(
        metadata ? fmt::format("{}: the log directory with the metadata log has failed", dir)
                 : std::string("every log directory has failed"));
  }
  heartbeat_();
}

std::vector<Uuid> Storage::offline() const {
  std::vector<Uuid> ids;
  for (const auto& [dir, id] : ids_) {
    if (is_offline(dir)) ids.push_back(id);
  }
  return ids;
}

void Storage::finish(std::vector<Checkpoint> checkpoints, std::int64_t broker_epoch, Callback<void(Status)> done) {
  finishing_ = true;
  for (Beat& beat : beats_) broker_.shard().timers.cancel(beat.timer);
  when_free_ = [this, checkpoints = std::move(checkpoints), broker_epoch, done = std::move(done)]() mutable {
    ports::run_job<Status>(
        broker_.shard().jobs,
        [&config = broker_.config(), writer = writer_, checkpoints = std::move(checkpoints), broker_epoch,
         offline = offline_](
            ports::BlockingFiles& files) {
          return close_log_dirs(files, config, *writer, checkpoints, broker_epoch, offline);
        },
        std::move(done));
  };
  if (!busy_) std::exchange(when_free_, Task())();
}

}  // namespace millrace::broker
