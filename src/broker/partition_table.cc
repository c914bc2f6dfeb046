#include "broker/partition_table.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/assert.h"
#include "broker/limits.h"
#include "broker/partition_entry.h"

namespace millrace::broker {

using protocol::Errc;

namespace {

const metadata::PartitionImage* find_partition(const metadata::TopicImage& topic, PartitionIndex index) {
  const auto at = static_cast<std::size_t>(index.value());
  return at < topic.partitions.size() ? &topic.partitions[at] : nullptr;
}

}  // namespace

PartitionTable::PartitionTable(ports::Shard& shard, NodeId self, TopicRulesCache& rules, LeadershipListener& leadership,
                               StorageListener& storage)
    : shard_(shard),
      self_(self),
      rules_(rules),
      leadership_(leadership),
      storage_(storage),
      committer_(log::Committer::create(shard)) {}

PartitionTable::~PartitionTable() { shard_.timers.cancel(reopening_); }

// Both images list their topics by name, and share those that are the same.
void PartitionTable::apply(metadata::ImagePtr image) {
  const auto before = applied_ != nullptr ? applied_->topics() : std::vector<const metadata::TopicImage*>();
  const auto now = image->topics();
  auto old = before.begin();
  for (const auto* topic : now) {
    for (; old != before.end() && (*old)->name < topic->name; ++old) apply_topic(*old, nullptr);
    if (old != before.end() && (*old)->name == topic->name) {
      if (*old != topic) apply_topic(*old, topic);
      ++old;
    } else {
      apply_topic(nullptr, topic);
    }
  }
  for (; old != before.end(); ++old) apply_topic(*old, nullptr);
  const metadata::ImagePtr previous = std::exchange(applied_, std::move(image));
  if (previous != nullptr) apply_settings(*previous);
}

// Settings that did not change are the same object in both images.
void PartitionTable::apply_settings(const metadata::Image& before) {
  const auto changed = [&](metadata::ResourceType type, const std::string& name) {
    return &before.configs({type, name}) != &applied_->configs({type, name});
  };
  const bool server = changed(metadata::ResourceType::broker, "") ||
                      changed(metadata::ResourceType::broker, std::to_string(self_.value()));
  const std::string* topic = nullptr;
  bool topic_changed = false;
  for (auto& [key, entry] : entries_) {
    const std::string& name = entry->partition.identity().topic;
    if (topic == nullptr || *topic != name) {
      topic = &name;
      topic_changed = server || changed(metadata::ResourceType::topic, name);
    }
    if (topic_changed) obey_rules(*entry);
  }
}

void PartitionTable::obey_rules() {
  for (auto& [key, entry] : entries_) obey_rules(*entry);
}

void PartitionTable::obey_rules(Entry& entry) {
  if (entry.log != Entry::Log::open) return;
  const TopicRules& rules = rules_.of(entry.partition.identity().topic);
  entry.min_isr = rules.config.min_insync_replicas;
  entry.partition.log().set_options(rules.log);
  obey(entry);
}

void PartitionTable::apply_topic(const metadata::TopicImage* before, const metadata::TopicImage* now) {
  if (before != nullptr && (now == nullptr || now->id != before->id)) {
    for (const auto& partition : before->partitions) {
      forget_place(before->name, partition.index);
      drop({before->id, partition.index});
    }
  }
  if (now == nullptr) return;
  for (const auto& partition : now->partitions) {
    const bool here = partition.has_replica(self_);
    // Where the partitions of other shards go counts for the next one of this shard.
    if (here) {
      const auto* was = before != nullptr && before->id == now->id ? find_partition(*before, partition.index) : nullptr;
      const bool fresh = applied_ != nullptr && (was == nullptr || !was->has_replica(self_));
      placement_.place(fmt::format("{}-{}", now->name, partition.index.value()), partition.directory_of(self_), fresh);
    } else {
      forget_place(now->name, partition.index);
    }
    if (owner_of(now->name, partition.index, shard_.count) != shard_.id) continue;
    if (here) {
      host(*now, partition);
    } else {
      drop({now->id, partition.index});
    }
  }
}

void PartitionTable::forget_place(const std::string& topic, PartitionIndex index) {
  placement_.forget(fmt::format("{}-{}", topic, index.value()));
}

void PartitionTable::host(const metadata::TopicImage& topic, const metadata::PartitionImage& partition) {
  EntryPtr& entry = entries_[{topic.id, partition.index}];
  if (entry == nullptr) {
    const std::string name = fmt::format("{}-{}", topic.name, partition.index.value());
    const std::string dir = placement_.place(name, partition.directory_of(self_), applied_ != nullptr);
    entry = std::make_shared<Entry>(
        shard_, self_, replica::Partition::Identity{topic.name, topic.id, partition.index}, dir, storage_);
    entry->wanted = partition;
    if (const auto hints = hints_.find(name); hints != hints_.end()) {
      entry->hints = std::move(hints->second);
      hints_.erase(hints);
    }
    entry->hints.keep_mark = true;
    entry->hints.journal = journal_;
    if (const auto mark = marks_.find({topic.id, partition.index}); mark != marks_.end()) {
      entry->hints.mark = mark->second;
      marks_.erase(mark);
    }
    if (dir.empty() || placement_.is_offline(dir)) {
      shard_.log.error(fmt::format("{}: the partition is offline: {}", name,
                                   dir.empty() ? "it may be in a log directory that is" : dir + " is"));
      entry->log = Entry::Log::failed;
      return;
    }
    ++opening_;
    if (const auto busy = busy_.find(entry->directory); busy != busy_.end()) {
      busy->second.push_back([this, entry] { open(entry); });
    } else {
      open(entry);
    }
    return;
  }
  entry->wanted = partition;
  if (entry->log == Entry::Log::open) obey(*entry);
}

void PartitionTable::open(const EntryPtr& entry) {
  if (entry->dropped) {
    --opening_;
    return;
  }
  open_log(entry);
}

void PartitionTable::open_log(const EntryPtr& entry) {
  const TopicRules& rules = rules_.of(entry->partition.identity().topic);
  entry->min_isr = rules.config.min_insync_replicas;
  log::PartitionLog::open(
      shard_, *committer_, entry->directory, entry->partition.identity().topic_id, rules.log, *entry,
      [this, entry](Result<std::unique_ptr<log::PartitionLog>> log) { opened(entry, std::move(log)); }, entry->hints);
}

void PartitionTable::opened(const EntryPtr& entry, Result<std::unique_ptr<log::PartitionLog>> log) {
  --opening_;
  if (log) {
    entry->log = Entry::Log::open;
    if ((*log)->start() < entry->hints.log_start && !(*log)->advance_start(entry->hints.log_start)) {
      shard_.log.warning(fmt::format("{}: the log start {} of the checkpoint is not in the log", entry->directory,
                                     entry->hints.log_start.value()));
    }
    entry->partition.set_log(std::move(log).value(), entry->hints.high_watermark);
    entry->dir_failed = placement_.is_offline(entry->dir);
    if (entry->dir_failed) entry->partition.refuse_appends();
    if (entry->dropped) {
      remove(entry);
      return;
    }
    obey(*entry);
    settle_place(entry);
    if (!without_space_.empty()) reopen_after(Millis(0));
  } else {
    entry->log = Entry::Log::failed;
    const bool full = log.error() == Error::no_space;
    if (log.error() == Error::io) storage_.on_storage_failed(entry->dir);
    if (entry->dropped) {
      directory_free(entry->directory);
    } else if (full) {
      without_space_.push_back(entry);
      reopen_after(kReopenInterval);
    }
    shard_.log.error(fmt::format("{}: the log cannot be opened ({}); the partition is offline{}", entry->directory,
                                 to_string(log.error()), full ? " until there is space" : ""));
  }
  while (!entry->waiting.empty()) {
    Task task = std::move(entry->waiting.front());
    entry->waiting.pop_front();
    task(entry->log == Entry::Log::open ? &entry->partition : nullptr, Errc::kafka_storage_error);
  }
}

void PartitionTable::reopen_after(Millis delay) {
  shard_.timers.cancel(reopening_);
  reopening_ = shard_.timers.at(shard_.clock.now() + delay, [this] {
    reopening_ = ports::TimerId(0);
    while (!without_space_.empty()) {
      const EntryPtr entry = std::move(without_space_.front());
      without_space_.pop_front();
      if (entry->dropped) continue;
      entry->log = Entry::Log::opening;
      ++opening_;
      open(entry);
      return;
    }
  });
}

// Leads or not, as the metadata says.
void PartitionTable::obey(Entry& entry) {
  replica::Partition& partition = entry.partition;
  const auto& wanted = entry.wanted;
  const bool was_leader = partition.is_leader();
  const LeaderEpoch was_epoch = partition.leader_epoch();
  if (wanted.leader == self_) {
    partition.lead(wanted.leader_epoch, wanted.replicas, wanted.isr, entry.min_isr);
  } else {
    partition.resign(wanted.leader_epoch);
  }
  if (partition.is_leader() && (!was_leader || was_epoch != partition.leader_epoch())) {
    leadership_.on_lead(partition);
  } else if (was_leader && !partition.is_leader()) {
    leadership_.on_resign(partition.identity());
  }
}

void PartitionTable::drop(const PartitionKey& key) {
  const auto at = entries_.find(key);
  if (at == entries_.end()) return;
  const EntryPtr entry = at->second;
  entries_.erase(at);
  departed_ += entry->partition.traffic();
  entry->dropped = true;
  for (Task& task : entry->waiting) task(nullptr, Errc::unknown_topic_or_partition);
  entry->waiting.clear();
  if (entry->log == Entry::Log::open) {
    if (entry->partition.is_leader()) {
      entry->partition.resign(entry->partition.leader_epoch());
      leadership_.on_resign(entry->partition.identity());
    }
    remove(entry);
  } else if (entry->log == Entry::Log::opening) {
    busy_.try_emplace(entry->directory);
  }
}

void PartitionTable::remove(const EntryPtr& entry) {
  busy_.try_emplace(entry->directory);
  const Millis delay = rules_.of(entry->partition.identity().topic).config.file_delete_delay;
  entry->partition.log().remove(delay, [this, entry](Status removed) {
    if (!removed) {
      shard_.log.error(fmt::format("{}: cannot be removed ({}); it stays until the next start", entry->directory,
                                   to_string(removed.error())));
    }
    directory_free(entry->directory);
    storage_.on_removed();
  });
}

Checkpoint PartitionTable::checkpoint_of(Entry& entry) {
  const auto& identity = entry.partition.identity();
  const log::PartitionLog& log = entry.partition.log();
  // What was durable stays known: damage is found again at the next start, and nothing is cut.
  if (log.damage() != nullptr) {
    return {identity.topic,
            identity.index,
            entry.dir,
            entry.hints.recovery_point,
            entry.hints.high_watermark,
            entry.hints.log_start};
  }
  return {identity.topic,
          identity.index,
          entry.dir,
          log.recovery_point(),
          entry.partition.high_watermark(),
          log.start() > log.first_segment() ? log.start() : kNoOffset};
}

// A log that is not open yet keeps what the files said of it.
std::vector<Checkpoint> PartitionTable::checkpoints() const {
  std::vector<Checkpoint> all;
  for (const auto& [key, entry] : entries_) {
    if (entry->log == Entry::Log::open) {
      all.push_back(checkpoint_of(*entry));
    } else if (!entry->dir.empty()) {
      const auto& identity = entry->partition.identity();
      all.push_back({identity.topic, identity.index, entry->dir, entry->hints.recovery_point,
                     entry->hints.high_watermark, entry->hints.log_start});
    }
  }
  return all;
}

void PartitionTable::directory_free(const std::string& directory) {
  const auto at = busy_.find(directory);
  if (at == busy_.end()) return;
  auto waiting = std::move(at->second);
  busy_.erase(at);
  for (millrace::Task& task : waiting) task();
}

void PartitionTable::with(const PartitionKey& key, Task task) {
  const auto at = entries_.find(key);
  if (at == entries_.end()) {
    const auto* topic = applied_ != nullptr ? applied_->topic(key.topic) : nullptr;
    const bool exists = topic != nullptr && key.index.value() >= 0 &&
                        static_cast<std::size_t>(key.index.value()) < topic->partitions.size();
    return task(nullptr, exists ? Errc::not_leader_or_follower : Errc::unknown_topic_or_partition);
  }
  Entry& entry = *at->second;
  switch (entry.log) {
    case Entry::Log::open:
      if (entry.dir_failed && !entry.partition.is_leader()) return task(nullptr, Errc::kafka_storage_error);
      return task(&entry.partition, Errc::none);
    case Entry::Log::failed: return task(nullptr, Errc::kafka_storage_error);
    case Entry::Log::opening: break;
  }
  if (entry.waiting.size() >= kWaitingForOpen) return task(nullptr, Errc::not_leader_or_follower);
  entry.waiting.push_back(std::move(task));
}

replica::Partition* PartitionTable::find(const PartitionKey& key) {
  const auto at = entries_.find(key);
  return at != entries_.end() && at->second->log == Entry::Log::open ? &at->second->partition : nullptr;
}

void PartitionTable::each_open(Callback<void(replica::Partition&)> look) {
  for (auto& [key, entry] : entries_) {
    if (entry->log == Entry::Log::open) look(entry->partition);
  }
}

std::size_t PartitionTable::failed() const {
  std::size_t failed = 0;
  for (const auto& [key, entry] : entries_) {
    failed += entry->log == Entry::Log::failed || entry->dir_failed ? 1U : 0U;
  }
  return failed;
}

struct PartitionTable::Closing {
  std::vector<Checkpoint> checkpoints;
  std::size_t left = 1;
  Callback<void(std::vector<Checkpoint>)> closed;

  void one_less() {
    if (--left > 0) return;
    std::sort(checkpoints.begin(), checkpoints.end(), [](const Checkpoint& a, const Checkpoint& b) {
      return std::tie(a.topic, a.index) < std::tie(b.topic, b.index);
    });
    closed(std::move(checkpoints));
  }
};

void PartitionTable::close_all(Callback<void(std::vector<Checkpoint>)> closed) {
  auto closing = std::make_shared<Closing>();
  closing->closed = std::move(closed);
  without_space_.clear();
  for (auto& [key, entry] : entries_) {
    if (entry->log != Entry::Log::open) {
      if (entry->dir.empty()) continue;
      const auto& identity = entry->partition.identity();
      closing->checkpoints.push_back({identity.topic, identity.index, entry->dir, entry->hints.recovery_point,
                                      entry->hints.high_watermark, entry->hints.log_start, false});
      continue;
    }
    entry->partition.resign(entry->partition.leader_epoch());
    ++closing->left;
    entry->partition.log().close([closing, entry = entry](Status status) {
      closing->checkpoints.push_back(checkpoint_of(*entry));
      closing->checkpoints.back().clean = status.ok();
      closing->one_less();
    });
  }
  closing->one_less();
}

}  // namespace millrace::broker
