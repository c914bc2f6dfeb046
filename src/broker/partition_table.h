#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/callback.h"
#include "base/result.h"
#include "broker/checkpoints.h"
#include "broker/dir_placement.h"
#include "broker/placement.h"
#include "broker/topic_rules.h"
#include "log/partition_log.h"
#include "metadata/image.h"
#include "ports/shard.h"
#include "protocol/errc.h"
#include "replica/partition.h"

namespace millrace::broker {

// Told when this shard begins or ends to lead a partition.
class LeadershipListener {
 public:
  virtual ~LeadershipListener() = default;
  virtual void on_lead(replica::Partition& partition) = 0;
  virtual void on_resign(const replica::Partition::Identity& partition) = 0;
};

// Told what becomes of the logs of this shard.
class StorageListener {
 public:
  virtual ~StorageListener() = default;
  // Writing to a log in this log directory has failed for good, or a log there could not be read.
  virtual void on_storage_failed(const std::string& dir) = 0;
  // A partition was removed: the checkpoints still name it.
  virtual void on_removed() = 0;
  // The replica of a partition lies in the directory `dir`, and the metadata does not say so (KIP-858).
  virtual void on_placed(const PartitionKey& key, const Uuid& dir) = 0;
};

// The partitions that this shard owns on this node. Follows the metadata: opens the log of a partition that is assigned
// to this node, leads when it says so, removes what is gone.
class PartitionTable {
 public:
  // Everything given outlives the table.
  PartitionTable(ports::Shard& shard, NodeId self, TopicRulesCache& rules, LeadershipListener& leadership,
                 StorageListener& storage);
  ~PartitionTable();

  // Whether appends become durable by a journal (millrace.log.journal). Before apply.
  void use_journal(bool use) { journal_ = use; }

  // Where partitions lie and new ones go, and what the checkpoints say of those that were there at the start
  // ("<topic>-<partition>"); `moving`: those of them whose move to another directory goes on. Before apply.
  void set_dirs(DirPlacement placement, std::map<std::string, log::OpenHints> hints,
                std::map<log::MarkKey, log::DurableMark> marks = {}, std::map<std::string, std::string> moving = {}) {
    placement_ = std::move(placement);
    hints_ = std::move(hints);
    marks_ = std::move(marks);
    moving_ = std::move(moving);
  }
  // A log directory has failed: its partitions take no appends any more, and are not here for anybody once the
  // controller has chosen other leaders; no new ones go there.
  void dir_failed(const std::string& dir);
  // What the checkpoint files may say now.
  std::vector<Checkpoint> checkpoints() const;
  // Calls `look(partition, dir, future)` with every open partition: its log directory, and the one that it is being
  // moved to (empty: none).
  using PlaceLook = Callback<void(replica::Partition&, const std::string& dir, const std::string& future)>;
  void each_place(PlaceLook look);
  // Begins to move a partition's files to another log directory (KIP-113): they are copied while the partition serves;
  // then it pauses, what came meanwhile is copied, and it goes on there. A move that is under way to another directory
  // is given up. KAFKA_STORAGE_ERROR, REPLICA_NOT_AVAILABLE (not here), or none if it began or has nothing to do.
  protocol::Errc move(const PartitionKey& key, const std::string& dir);
  // Takes the difference to the image applied before. Images come in order.
  void apply(metadata::ImagePtr image);
  // The rules of topics are others, and the metadata is not.
  void obey_rules();

  // Hands the partition to `task`, at once or when its log is open; null and Kafka's error where there is none here:
  // UNKNOWN_TOPIC_OR_PARTITION, NOT_LEADER_OR_FOLLOWER (not assigned here), KAFKA_STORAGE_ERROR. Tasks for one
  // partition run in the order of the calls.
  using Task = Callback<void(replica::Partition*, protocol::Errc)>;
  void with(const PartitionKey& key, Task task);
  // The partition if its log is open; null otherwise.
  replica::Partition* find(const PartitionKey& key);
  // Calls `look` with every partition whose log is open, in order of topic id and index.
  template <typename Look>
  void each(Look look) {
    each_open(Callback<void(replica::Partition&)>(std::move(look)));
  }
  std::size_t count() const { return entries_.size(); }
  // Partitions here whose log could not be opened.
  std::size_t failed() const;
  // What went through partitions that are no longer here.
  const replica::Traffic& departed() const { return departed_; }
  // Whether partitions are still being opened.
  bool opening() const { return opening_ > 0; }

  // Closes every log. `closed` gets what the checkpoints have to say of those that closed well, in order of name.
  void close_all(Callback<void(std::vector<Checkpoint>)> closed);

 private:
  struct Entry;
  struct Closing;
  using EntryPtr = std::shared_ptr<Entry>;

  void each_open(Callback<void(replica::Partition&)> look);
  void host(const metadata::TopicImage& topic, const metadata::PartitionImage& partition);
  void drop(const PartitionKey& key);
  void open(const EntryPtr& entry);
  void open_log(const EntryPtr& entry);
  void copied(const EntryPtr& entry, const std::string& dir, const std::string& future, Status status);
  void switch_over(const EntryPtr& old, const std::string& dir, const std::string& future, bool closed_well);
  void switched(const EntryPtr& old, const std::string& dir, const log::OpenHints& hints, Status status);
  void remove_leftover(const std::string& directory);
  void opened(const EntryPtr& entry, Result<std::unique_ptr<log::PartitionLog>> log);
  void reopen_after(Millis delay);
  void obey(Entry& entry);
  void settle_place(const EntryPtr& entry);
  void remove(const EntryPtr& entry);
  void directory_free(const std::string& directory);
  void forget_place(const std::string& topic, PartitionIndex index);
  static Checkpoint checkpoint_of(Entry& entry);
  void apply_settings(const metadata::Image& before);
  void obey_rules(Entry& entry);
  void apply_topic(const metadata::TopicImage* before, const metadata::TopicImage* now);

  ports::Shard& shard_;
  NodeId self_;
  TopicRulesCache& rules_;
  LeadershipListener& leadership_;
  StorageListener& storage_;
  DirPlacement placement_;
  std::map<log::MarkKey, log::DurableMark> marks_;
  std::map<std::string, log::OpenHints> hints_;  // of those that were not opened yet
  std::map<std::string, std::string> moving_;    // the same: where to they go once they are open
  std::unique_ptr<log::Committer> committer_;
  std::map<PartitionKey, EntryPtr> entries_;
  // Of the last image, by name: only what differs is looked at. The image is kept, so pointers stay theirs.
  metadata::ImagePtr applied_;
  // Directories whose deletion is under way, and who waits to use the name again.
  std::map<std::string, std::deque<millrace::Task>> busy_;
  std::size_t opening_ = 0;
  bool journal_ = false;
  replica::Traffic departed_;
  // Those whose logs could not be opened on a full disk; they are tried again one at a time, the others when it opened.
  std::deque<EntryPtr> without_space_;
  ports::TimerId reopening_{0};
};

}  // namespace millrace::broker
