#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/callback.h"
#include "log/journal_format.h"
#include "log/sync_choice.h"
#include "ports/shard.h"

namespace millrace::log {

// What one shard writes into one log directory, once more, one behind the other: a single sync makes appends to any
// number of partitions durable. The segments get the same bytes without a sync; they are synced when a journal file is
// full, while the next one is filled. A crash of the machine is mended from the journal before any log is opened
// (replay_journals). Two files take turns; a turn's rounds begin without a timer, each as soon as the one before has
// ended. Belongs to one shard; docs/decisions/0008-journal.md says why.
class Journal {
 public:
  // Each of its files becomes `file_bytes` long, or as long as its first round.
  // `choice` is told of each round, and outlives the journal.
  Journal(ports::Shard& shard, const std::string& log_dir, std::uint64_t file_bytes, SyncChoice& choice);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Whether `bytes` can be taken now. If not, the caller makes them durable in another way: both files are in use, the
  // first is still being made, or the journal could not be written.
  bool takes(std::uint64_t bytes);

  // Syncs what was written of one segment; calls `finished` when it is on the disk or not needed any more, or drops it
  // if neither is to be.
  using Settle = Callback<void(Task finished)>;
  // Adds bytes of a segment, which the caller writes into its file as well. Precondition: takes() has just said so.
  // `done`: they are durable, or will not be by this journal.
  void add(const JournalKey& key, Offset base, std::uint64_t position, std::vector<Buffer> pieces,
           Callback<void(Status)> done);
  // Says which file of rounds add() has filled last; grows. A segment registers once for each.
  std::uint64_t filling() const { return filling_; }
  // Before the file that is now being filled is filled anew, `settle` is called.
  void before_reuse(Settle settle) { files_[active_].settles.push_back(std::move(settle)); }
  // Nothing said so far of this log counts any more. `done`, in a later turn, when that is durable; Error::no_space: it
  // may be tried again, Error::io: it will not be, until discard() has ended.
  void forget(const JournalKey& key, Callback<void(Status)> done);
  // Of a journal that cannot be written: its files go once what they hold is in its place, so never as long as a log in
  // it is broken. `done` when it says nothing any more, or with the error why a file cannot be removed.
  void discard(Callback<void(Status)> done);

 private:
  struct File {
    std::string path;
    std::shared_ptr<ports::File> file;
    std::uint64_t end = 0;
    std::uint64_t laid_out = 0;    // how long the file is, blocks and all
    bool full = false;             // the disk had no space for a round that was to follow
    bool free = true;              // nothing in it is needed
    std::vector<Settle> settles;   // of the segments that have bytes in it
    std::size_t settling = 0;      // under way
    bool wiping = false;
  };
  struct Waiting {
    JournalEntry entry;
    std::vector<Buffer> pieces;
    Callback<void(Status)> done;
  };

  void open();
  void schedule();
  void begin_round();
  void lay_out(File& file, std::vector<Buffer>& pieces);
  void finish_round(std::uint64_t size, Status status);
  bool switch_files();
  void settle_some(std::size_t index);
  void wipe(std::size_t index);
  void discard_when_settled();
  void give_up(Status status);

  ports::Shard& shard_;
  const std::string log_dir_;
  const std::uint64_t file_bytes_;
  const std::uint64_t life_;
  SyncChoice& choice_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  File files_[2];
  std::size_t active_ = 0;
  std::uint64_t filling_ = 1;
  std::uint64_t rounds_ = 0;
  std::uint64_t waiting_bytes_ = 0;
  std::deque<Waiting> waiting_;
  std::vector<Waiting> running_;
  std::vector<Callback<void(Status)>> discarding_;  // wait for the files to be removed
  bool opening_ = false;
  bool ready_ = false;
  bool broken_ = false;
  bool scheduled_ = false;
  bool removing_ = false;
};

// In a job, before any log of the directory is opened: brings into the segments what the journals of earlier lives hold
// and a crash kept from them, syncs those segments, and removes the journals. Bytes are written only where the segment
// ends before them or holds nothing valid; where another program has written since, they are left alone.
Status replay_journals(ports::BlockingFiles& files, const std::string& log_dir);
// In a job, after every log of the directory was closed well, or when all of them are known to be whole.
Status remove_journals(ports::BlockingFiles& files, const std::string& log_dir);

}  // namespace millrace::log
