#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "log/directory_syncs.h"
#include "log/journal.h"
#include "log/mark_file.h"
#include "log/partition_log.h"
#include "log/remover.h"

namespace millrace::log {

// The group commit of a shard: rounds of concurrent syncs, one per file that was written. A round takes every file that
// waits when it begins; what is written meanwhile belongs to the next, which begins as soon as this one has ended.
class GroupCommitter final : public Committer {
 public:
  GroupCommitter(ports::Shard& shard, std::uint64_t journal_bytes, bool always_journal)
      : shard_(shard),
        journal_bytes_(journal_bytes),
        choice_(always_journal),
        remover_(shard),
        directory_syncs_(shard) {}

  // Starts a sync of one file; calls `finished` exactly once when it has ended, whatever came of it.
  using BeginSync = Callback<void(Task finished)>;
  // Puts a file into the next round. The round begins at the end of this turn at the earliest, so that everything that
  // the turn brings shares it.
  void add(BeginSync begin);

  // Where the logs of a log directory keep their durable marks. Written after each round, so that a mark never says
  // more than what has been synced; synced with a later round.
  MarkFile& marks(const std::string& log_dir);
  // Whether the journal is the cheaper way at present.
  SyncChoice& choice() { return choice_; }
  // The journal of a log directory.
  Journal& journal(const std::string& log_dir);
  // Where the files go that the shard's logs have given up.
  Remover& remover() { return remover_; }
  // What makes changes of names durable.
  DirectorySyncs& directory_syncs() { return directory_syncs_; }

 private:
  void schedule();
  void begin_round();
  void write_marks();

  ports::Shard& shard_;
  const std::uint64_t journal_bytes_;
  SyncChoice choice_;
  Remover remover_;
  DirectorySyncs directory_syncs_;
  std::map<std::string, std::unique_ptr<MarkFile>> marks_;
  std::map<std::string, std::unique_ptr<Journal>> journals_;
  std::vector<BeginSync> waiting_;
  std::size_t running_ = 0;  // syncs of the present round that have not ended
  bool scheduled_ = false;
};

}  // namespace millrace::log
