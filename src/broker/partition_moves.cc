// Where partitions lie: log directories that fail, and moving a partition between those of this node.
#include <utility>

#include "broker/partition_entry.h"
#include "log/copy.h"
#include "log/names.h"

namespace millrace::broker {

using protocol::Errc;

void PartitionTable::dir_failed(const std::string& dir) {
  placement_.take_offline(dir);
  for (auto& [key, entry] : entries_) {
    if (entry->dir != dir) continue;
    entry->dir_failed = true;
    if (entry->log == Entry::Log::open) entry->partition.refuse_appends();
  }
}

void PartitionTable::each_place(PlaceLook look) {
  for (auto& [key, entry] : entries_) {
    if (entry->log == Entry::Log::open) look(entry->partition, entry->dir, entry->moving_to);
  }
}

// Tells the controller where the partition lies, and goes on with a move that a stop has interrupted.
void PartitionTable::settle_place(const EntryPtr& entry) {
  const Uuid dir = placement_.id_of(entry->dir);
  if (dir != entry->wanted.directory_of(self_) && dir != Uuid{}) storage_.on_placed(entry->key(), dir);
  const auto& identity = entry->partition.identity();
  const auto at = moving_.find(fmt::format("{}-{}", identity.topic, identity.index.value()));
  if (at == moving_.end()) return;
  const std::string to = std::move(at->second);
  moving_.erase(at);
  static_cast<void>(move(entry->key(), to));
}

Errc PartitionTable::move(const PartitionKey& key, const std::string& dir) {
  const auto at = entries_.find(key);
  if (at == entries_.end()) return Errc::replica_not_available;
  const EntryPtr entry = at->second;
  if (placement_.is_offline(dir) || entry->log == Entry::Log::failed) return Errc::kafka_storage_error;
  if (entry->log != Entry::Log::open) return Errc::replica_not_available;
  if (entry->moving_to == dir) return Errc::none;
  entry->moving_to.clear();
  if (entry->dir == dir) return Errc::none;
  entry->moving_to = dir;
  const std::string future =
      fmt::format("{}/{}", dir, log::future_name(log::base_name(entry->directory), shard_.random.uuid()));
  ports::run_job<Status>(
      shard_.jobs,
      [from = entry->directory, future](ports::BlockingFiles& files) {
        return log::copy_log(files, from, future, false);
      },
      [this, entry, dir, future](Status status) { copied(entry, dir, future, status); });
  return Errc::none;
}

// Most of it is there: now the partition pauses.
void PartitionTable::copied(const EntryPtr& entry, const std::string& dir, const std::string& future, Status status) {
  const auto at = entries_.find(entry->key());
  const bool wanted = !entry->dropped && entry->moving_to == dir && at != entries_.end() && at->second == entry;
  if (!status || !wanted || placement_.is_offline(dir)) {
    if (wanted) {
      entry->moving_to.clear();
      shard_.log.error(fmt::format("{} cannot be copied to {} ({}); it stays where it is", entry->directory, dir,
                                   status ? "offline" : to_string(status.error())));
    }
    return remove_leftover(future);
  }
  if (entry->partition.is_leader()) {
    entry->partition.resign(entry->partition.leader_epoch());
    leadership_.on_resign(entry->partition.identity());
  }
  departed_ += entry->partition.traffic();
  const auto& identity = entry->partition.identity();
  auto fresh = std::make_shared<Entry>(shard_, self_, identity, dir, storage_);
  fresh->wanted = entry->wanted;
  at->second = fresh;
  ++opening_;
  entry->partition.log().leave([this, entry, dir, future](Status closed) {
    switch_over(entry, dir, future, closed.ok());
  });
}

void PartitionTable::switch_over(const EntryPtr& old, const std::string& dir, const std::string& future,
                                 bool closed_well) {
  log::OpenHints hints;
  hints.clean_stop = closed_well;
  hints.recovery_point = old->partition.log().recovery_point();
  hints.log_start = old->partition.log_start();
  hints.high_watermark = old->partition.high_watermark();
  hints.keep_mark = true;
  const std::string target = fmt::format("{}/{}", dir, log::base_name(old->directory));
  const std::string deleted = log::deleted_name(log::base_name(old->directory), shard_.random.uuid());
  ports::run_job<Status>(
      shard_.jobs,
      [from = old->directory, future, target, trash = old->dir + "/" + deleted,
       closed_well](ports::BlockingFiles& files) -> Status {
        if (!closed_well) return Error::io;
        MR_TRY(log::copy_log(files, from, future, true));
        MR_TRY(files.rename(future, target));
        MR_TRY(files.sync_directory(ports::parent_directory(target)));
        if (const auto renamed = files.rename(from, trash); !renamed) {
          // Never the same partition twice: what stays where it was goes on there.
          MR_TRY(files.rename(target, future));
          return renamed;
        }
        return files.sync_directory(ports::parent_directory(from));
      },
      [this, old, dir, hints, future, trash = old->dir + "/" + deleted](Status status) {
        if (status) old->partition.log().remove_left(trash);
        if (!status) remove_leftover(future);
        switched(old, dir, hints, status);
      });
}

// Opens the log where it is now.
void PartitionTable::switched(const EntryPtr& old, const std::string& dir, const log::OpenHints& hints,
                              Status status) {
  const auto& identity = old->partition.identity();
  if (status) {
    placement_.move(fmt::format("{}-{}", identity.topic, identity.index.value()), dir);
    shard_.log.info(fmt::format("{} was moved to {}", old->directory, dir));
    storage_.on_removed();
  } else {
    shard_.log.error(fmt::format("{} cannot be moved to {} ({}); it stays where it is", old->directory, dir,
                                 to_string(status.error())));
  }
  const auto moved = std::make_shared<Entry>(shard_, self_, identity, status ? dir : old->dir, storage_);
  moved->hints = hints;
  if (const auto at = entries_.find(old->key()); at != entries_.end()) {
    moved->wanted = at->second->wanted;
    moved->waiting = std::move(at->second->waiting);
    at->second = moved;
  } else {
    moved->dropped = true;  // deleted meanwhile: opened once more, to be removed
    busy_.try_emplace(moved->directory);
  }
  open_log(moved);
}

void PartitionTable::remove_leftover(const std::string& directory) {
  ports::run_job<Status>(
      shard_.jobs, [directory](ports::BlockingFiles& files) { return log::remove_log(files, directory); },
      [this, directory](Status status) {
        if (status || status.error() == Error::not_found) return;
        shard_.log.warning(fmt::format("{} cannot be removed ({}); it is not used any more", directory,
                                       to_string(status.error())));
      });
}

}  // namespace millrace::broker
