#include "log/journal.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/assert.h"
#include "log/limits.h"

namespace millrace::log {

Journal::Journal(ports::Shard& shard, const std::string& log_dir, std::uint64_t file_bytes, SyncChoice& choice)
    : shard_(shard), log_dir_(log_dir), file_bytes_(file_bytes), life_(shard.random.next()), choice_(choice) {}

Journal::~Journal() = default;

bool Journal::takes(std::uint64_t bytes) {
  if (broken_ || bytes > kMaxJournaledWrite) return false;
  if (!ready_) {
    open();
    return false;
  }
  const auto room = [&] {
    return !files_[active_].full && files_[active_].end + waiting_bytes_ + bytes <= file_bytes_;
  };
  return room() || (running_.empty() && waiting_.empty() && switch_files());
}

// Both files are made before the first round, and their names are durable.
void Journal::open() {
  if (std::exchange(opening_, true)) return;
  struct Opening {
    std::size_t left = 2;
    Status status;
  };
  auto opening = std::make_shared<Opening>();
  const std::string stem = log_dir_ + "/" + std::string(kJournalPrefix) + shard_.random.uuid().hex();
  for (std::size_t i = 0; i < 2; ++i) {
    files_[i].path = stem + (i == 0 ? "-a" : "-b");
    const auto made = [this, i, opening](Result<std::shared_ptr<ports::File>> file) {
      if (file) {
        files_[i].file = std::move(*file);
      } else {
        opening->status = file.error();
      }
      if (--opening->left > 0) return;
      broken_ = !opening->status.ok();
      if (broken_) return;
      ports::run_job<Status>(
          shard_.jobs, [dir = log_dir_](ports::BlockingFiles& files) { return files.sync_directory(dir); },
          [this, alive = std::weak_ptr<bool>(alive_)](Status status) {
            if (alive.expired()) return;
            ready_ = status.ok();
            broken_ = !ready_;
          });
    };
    shard_.files.open(files_[i].path, ports::OpenMode::create,
                      [made, alive = std::weak_ptr<bool>(alive_)](Result<std::shared_ptr<ports::File>> file) {
                        if (!alive.expired()) made(std::move(file));
                      });
  }
}

void Journal::add(const JournalKey& key, Offset base, std::uint64_t position, std::vector<Buffer> pieces,
                  Callback<void(Status)> done) {
  MR_ASSERT(ready_ && !broken_);
  JournalEntry entry{key, false, base, position, 0};
  for (const Buffer& piece : pieces) entry.length += static_cast<std::uint32_t>(piece.size());
  waiting_bytes_ += entry.length + kJournalEntryRoom;
  waiting_.push_back({std::move(entry), std::move(pieces), std::move(done)});
  schedule();
}

void Journal::forget(const JournalKey& key, Callback<void(Status)> done) {
  if (!ready_ || broken_) {
    // A journal without a round says nothing; one that cannot be written cannot take anything back.
    const Status status = broken_ && rounds_ > 0 ? Status(Error::io) : Status();
    shard_.timers.at_turn_end([status, done = std::move(done)]() mutable { done(status); });
    return;
  }
  // Also where there is no room: such an entry makes the file a little longer.
  if (files_[active_].full && running_.empty() && waiting_.empty()) static_cast<void>(switch_files());
  waiting_bytes_ += kJournalEntryRoom;
  waiting_.push_back({JournalEntry{key, true, Offset(0), 0, 0}, {}, std::move(done)});
  schedule();
}

void Journal::schedule() {
  if (scheduled_ || !running_.empty() || waiting_.empty()) return;
  scheduled_ = true;
  shard_.timers.at_turn_end([this, alive = std::weak_ptr<bool>(alive_)] {
    if (alive.expired()) return;
    scheduled_ = false;
    begin_round();
  });
}

void Journal::begin_round() {
  if (!running_.empty() || waiting_.empty()) return;
  choice_.begin_round();
  std::vector<JournalEntry> entries;
  std::vector<Buffer> data;
  for (std::uint64_t bytes = 0; !waiting_.empty() && entries.size() < kMaxRoundEntries;) {
    Waiting& next = waiting_.front();
    if (!entries.empty() && bytes + next.entry.length > kMaxRoundData) break;
    bytes += next.entry.length;
    waiting_bytes_ -= next.entry.length + kJournalEntryRoom;
    entries.push_back(next.entry);
    for (Buffer& piece : next.pieces) data.push_back(std::move(piece));
    next.pieces.clear();
    running_.push_back(std::move(next));
    waiting_.pop_front();
  }
  File& file = files_[active_];
  file.free = false;
  std::vector<Buffer> pieces;
  pieces.reserve(data.size() + 1);
  pieces.push_back(encode_round(life_, ++rounds_, entries, data));
  std::uint64_t size = 0;
  for (Buffer& piece : data) pieces.push_back(std::move(piece));
  for (const Buffer& piece : pieces) size += piece.size();
  const std::uint64_t at = std::exchange(file.end, file.end + size);
  if (file.end > file.laid_out) lay_out(file, pieces);
  file.file->write(FilePosition(at), std::move(pieces),
                   [this, size, alive = std::weak_ptr<bool>(alive_)](Status status) {
                     if (alive.expired()) return;
                     if (!status) return finish_round(size, status);
                     files_[active_].file->sync([this, size, alive](Status synced) {
                       if (!alive.expired()) finish_round(size, synced);
                     });
                   });
}

// Zeros behind a round that makes the file longer: a sync of a file that grows writes its inode and its extents too;
// one of bytes that were there does not.
void Journal::lay_out(File& file, std::vector<Buffer>& pieces) {
  const std::uint64_t step = kJournalStep - file.end % kJournalStep;
  file.laid_out = std::max(file.end, std::min(file.end + step, file_bytes_));
  if (file.laid_out == file.end) return;
  Buffer zeros = Buffer::allocate(file.laid_out - file.end);
  std::ranges::fill(zeros.writable(), std::byte{0});
  pieces.push_back(std::move(zeros));
}

void Journal::give_up(Status status) {
  if (std::exchange(broken_, true)) return;
  shard_.log.error(log_dir_ + ": the journal cannot be written (" + to_string(status.error()) +
                   "); each log is synced by itself from now on");
}

// A full disk breaks nothing: the next round has the failed one's number and its place, so that no hole stands before
// it. The file counts as full, and what it holds is brought to its place; the other may have its blocks already.
void Journal::finish_round(std::uint64_t size, Status status) {
  if (!status && status.error() == Error::no_space) {
    files_[active_].laid_out = files_[active_].end -= size;
    files_[active_].full = true;
    --rounds_;
  } else if (!status) {
    give_up(status);
  }
  std::vector<Waiting> round;
  round.swap(running_);
  if (!status) {
    std::move(waiting_.begin(), waiting_.end(), std::back_inserter(round));
    waiting_.clear();
    waiting_bytes_ = 0;
  }
  for (Waiting& entry : round) entry.done(status);
  schedule();
}

// Goes on in the other file if nothing in it is needed any more; what this one holds is brought to its place.
bool Journal::switch_files() {
  const std::size_t other = 1 - active_;
  if (!files_[other].free) return false;
  const std::size_t full = std::exchange(active_, other);
  if (files_[other].end > 0) shard_.faults.reach(ports::Probe::log_journal_reused);
  files_[other].end = 0;
  files_[other].full = false;
  ++filling_;
  settle_some(full);
  return true;
}

// A few at a time, so that the appends of the meantime do not stand in a long queue at the disk.
void Journal::settle_some(std::size_t index) {
  File& file = files_[index];
  while (file.settling < kJournalSettles && !file.settles.empty()) {
    Settle settle = std::move(file.settles.back());
    file.settles.pop_back();
    ++file.settling;
    settle([this, index, alive = std::weak_ptr<bool>(alive_)] {
      if (alive.expired()) return;
      --files_[index].settling;
      shard_.timers.at_turn_end([this, index, alive] {
        if (!alive.expired()) settle_some(index);
      });
    });
  }
  if (file.settling > 0 || !file.settles.empty()) return;
  if (broken_) return discard_when_settled();
  wipe(index);
}

void Journal::discard(Callback<void(Status)> done) {
  MR_ASSERT(broken_);
  discarding_.push_back(std::move(done));
  for (const std::size_t index : {0, 1}) settle_some(index);
}

void Journal::discard_when_settled() {
  const auto needed = [](const File& file) { return file.settling > 0 || !file.settles.empty(); };
  if (discarding_.empty() || needed(files_[0]) || needed(files_[1]) || std::exchange(removing_, true)) return;
  ports::run_job<Status>(
      shard_.jobs,
      // The older first: the newer takes back what the older says.
      [dir = log_dir_, paths = std::array{files_[1 - active_].path, files_[active_].path}](
          ports::BlockingFiles& files) -> Status {
        for (const std::string& path : paths) {
          const Status removed = files.remove(path);
          if (!removed && removed.error() != Error::not_found) return removed;
          MR_TRY(files.sync_directory(dir));
        }
        return {};
      },
      [this, alive = std::weak_ptr<bool>(alive_)](Status status) {
        if (alive.expired()) return;
        removing_ = false;
        if (status) rounds_ = 0;
        for (auto& done : std::exchange(discarding_, {})) done(status);
      });
}

// Nothing in the file is needed any more, and it is given free once nothing in it can be read:
//   1. the file is filled anew   2. a crash tears the first round, whose end is over an old round that takes something
//   back (forget)   3. the old rounds before that one are found, and count again
void Journal::wipe(std::size_t index) {
  if (files_[index].free || std::exchange(files_[index].wiping, true)) return;
  Buffer nothing = Buffer::allocate(kRoundHeadBytes);
  std::ranges::fill(nothing.writable(), std::byte{0});
  std::vector<Buffer> head;
  head.push_back(std::move(nothing));
  files_[index].file->write(
      FilePosition(0), std::move(head), [this, index, alive = std::weak_ptr<bool>(alive_)](Status status) {
        if (alive.expired()) return;
        if (!status) return give_up(status);
        files_[index].file->sync([this, index, alive](Status synced) {
          if (alive.expired()) return;
          if (!synced) return give_up(synced);
          files_[index].wiping = false;
          files_[index].free = true;
        });
      });
}

}  // namespace millrace::log
