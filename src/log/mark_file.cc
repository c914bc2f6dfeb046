#include "log/mark_file.h"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "base/crc32c.h"
#include "log/journal.h"
#include "log/limits.h"

namespace millrace::log {
namespace {

constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kChecksumAt = kMarkBytes - 4;
constexpr std::string_view kGathered = "millrace-durable-gathered";
// A stale mark is only weaker, so it is synced with every so many rounds.
constexpr std::size_t kWritesPerSync = 16;

// Puts the fields into the slot, or takes them out, one after the other.
template <typename Move>
void each_field(Move move, Uuid& topic, std::int32_t& partition, DurableMark& mark) {
  move(topic.high);
  move(topic.low);
  move(partition);
  move(mark.life);
  const auto offset = [&](Offset& value) {
    std::int64_t raw = value.value();
    move(raw);
    value = Offset(raw);
  };
  offset(mark.base);
  move(mark.position);
  offset(mark.end);
  offset(mark.trusted);
  DurableMark::Files& files = mark.files;
  offset(files.snapshot);
  move(files.position);
  for (std::uint32_t* number : {&files.offsets, &files.offsets_crc, &files.times, &files.times_crc, &files.aborted,
                                &files.aborted_crc, &files.since_entry}) {
    move(*number);
  }
  std::int64_t time = files.max_timestamp.value();
  move(time);
  files.max_timestamp = WallTime(time);
  offset(files.max_timestamp_offset);
}

// Within one life a mark only moves forward.
bool counts_more(const DurableMark& one, const DurableMark& other) {
  return std::tie(one.life, one.base, one.position) > std::tie(other.life, other.base, other.position);
}

bool is_mark_file(const ports::DirectoryEntry& entry) {
  return !entry.is_directory && entry.name.starts_with(kMarksPrefix);
}

}  // namespace

MarkKey mark_key(Uuid topic_id, std::string_view directory) {
  std::int32_t partition = -1;
  const auto dash = directory.rfind('-');
  const std::string_view number = directory.substr(dash == std::string_view::npos ? directory.size() : dash + 1);
  std::from_chars(number.data(), number.data() + number.size(), partition);
  return {topic_id, PartitionIndex(partition)};
}

MarkBytes encode_mark(const MarkKey& key, const DurableMark& mark) {
  MarkBytes slot{};
  Uuid topic = key.first;
  std::int32_t partition = key.second.value();
  DurableMark copy = mark;
  std::byte* at = slot.data();
  store_be(at, kVersion);
  at += sizeof kVersion;
  each_field(
      [&at](auto& field) {
        store_be(at, field);
        at += sizeof field;
      },
      topic, partition, copy);
  store_be(slot.data() + kChecksumAt, crc32c(Bytes(slot).first(kChecksumAt)));
  return slot;
}

Result<std::pair<MarkKey, DurableMark>> parse_mark(Bytes slot) {
  if (slot.size() != kMarkBytes || load_be<std::uint32_t>(slot.data()) != kVersion ||
      load_be<std::uint32_t>(slot.data() + kChecksumAt) != crc32c(slot.first(kChecksumAt))) {
    return Error::corrupt;
  }
  Uuid topic;
  std::int32_t partition = 0;
  DurableMark mark;
  const std::byte* at = slot.data() + sizeof kVersion;
  each_field(
      [&at](auto& field) {
        field = load_be<std::remove_reference_t<decltype(field)>>(at);
        at += sizeof field;
      },
      topic, partition, mark);
  return std::pair(MarkKey(topic, PartitionIndex(partition)), mark);
}

Result<std::map<MarkKey, DurableMark>> gather_marks(ports::BlockingFiles& files, const std::string& log_dir) {
  std::map<MarkKey, DurableMark> marks;
  MR_TRY(replay_journals(files, log_dir));
  const auto entries = files.list(log_dir);
  if (!entries) return entries.error();
  std::vector<std::string> found;
  for (const auto& entry : *entries) {
    if (!is_mark_file(entry)) continue;
    found.push_back(entry.name);
    const auto bytes = ports::read_whole(files, log_dir + "/" + entry.name, kMaxIndexBytes);
    if (!bytes) continue;
    for (std::size_t at = 0; at + kMarkBytes <= bytes->size(); at += kMarkBytes) {
      const auto mark = parse_mark(as_bytes(*bytes).subspan(at, kMarkBytes));
      if (!mark) continue;
      const auto [known, is_new] = marks.insert(*mark);
      if (!is_new && counts_more(mark->second, known->second)) known->second = mark->second;
    }
  }
  if (found.empty() || (found.size() == 1 && found.front() == kGathered)) return marks;
  std::string all;
  for (const auto& [key, mark] : marks) {
    const MarkBytes slot = encode_mark(key, mark);
    all.append(reinterpret_cast<const char*>(slot.data()), slot.size());
  }
  MR_TRY(ports::write_atomically(files, log_dir + "/" + std::string(kGathered), as_bytes(all)));
  for (const std::string& name : found) {
    if (name == kGathered) continue;
    // What an earlier attempt left of the gathered file has just been renamed.
    const auto removed = files.remove(log_dir + "/" + name);
    if (!removed && removed.error() != Error::not_found) return removed.error();
  }
  MR_TRY(files.sync_directory(log_dir));
  return marks;
}

// A file of its own, which the next start gathers: the marks of the directory may be in another job's hands.
Status refuse_mark(ports::BlockingFiles& files, const std::string& log_dir, const MarkKey& key,
                   const DurableMark& refused) {
  DurableMark nothing;
  nothing.life = refused.life + 1;
  nothing.base = kNoOffset;
  const std::string name = std::string(kMarksPrefix) + key.first.hex() + "-" + std::to_string(key.second.value());
  return ports::write_atomically(files, log_dir + "/" + name, Bytes(encode_mark(key, nothing)));
}

Status remove_marks(ports::BlockingFiles& files, const std::string& log_dir) {
  MR_TRY(remove_journals(files, log_dir));
  const auto entries = files.list(log_dir);
  if (!entries) return entries.error();
  for (const auto& entry : *entries) {
    if (is_mark_file(entry)) MR_TRY(files.remove(log_dir + "/" + entry.name));
  }
  return {};
}

MarkFile::MarkFile(ports::Shard& shard, const std::string& log_dir)
    : shard_(shard), log_dir_(log_dir), path_(log_dir + "/" + std::string(kMarksPrefix) + shard.random.uuid().hex()) {}

MarkFile::~MarkFile() = default;

std::size_t MarkFile::take() {
  if (free_.empty()) {
    bytes_.resize(bytes_.size() + kMarkBytes);
    return bytes_.size() / kMarkBytes - 1;
  }
  const std::size_t slot = free_.back();
  free_.pop_back();
  return slot;
}

void MarkFile::free(std::size_t slot) {
  set(slot, MarkBytes{});
  free_.push_back(slot);
}

void MarkFile::set(std::size_t slot, const MarkBytes& bytes) {
  std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(slot * kMarkBytes));
  dirty_from_ = std::min(dirty_from_, slot);
  dirty_to_ = std::max(dirty_to_, slot + 1);
}

void MarkFile::put(std::size_t slot, const MarkBytes& bytes, Callback<void(Status)> done) {
  set(slot, bytes);
  waiting_.push_back(std::move(done));
  if (given_up_) return serve_waiting(Error::io);
  write();
}

void MarkFile::serve_waiting(Status status) {
  for (auto& done : std::exchange(waiting_, {})) {
    shard_.timers.at_turn_end([done = std::move(done), status]() mutable { done(status); });
  }
}

void MarkFile::write() {
  if (given_up_ || writing_ || opening_ || dirty_to_ == 0) return;
  if (file_ == nullptr) {
    opening_ = true;
    shard_.files.open(path_, ports::OpenMode::create,
                      [this, alive = std::weak_ptr<bool>(alive_)](Result<std::shared_ptr<ports::File>> file) {
                        if (!alive.expired()) opened(std::move(file));
                      });
    return;
  }
  writing_ = true;
  const std::size_t from = std::exchange(dirty_from_, SIZE_MAX) * kMarkBytes;
  const std::size_t to = std::exchange(dirty_to_, 0) * kMarkBytes;
  Buffer changed = Buffer::copy_of(Bytes(bytes_).subspan(from, to - from));
  std::vector<Buffer> pieces;
  pieces.push_back(std::move(changed));
  file_->write(FilePosition(from), std::move(pieces), [this, alive = std::weak_ptr<bool>(alive_)](Status status) {
    if (!alive.expired()) written(status);
  });
}

// What is written counts only under a name that is on the disk.
void MarkFile::opened(Result<std::shared_ptr<ports::File>> file) {
  if (!file) return give_up(file.error());
  ports::run_job<Status>(
      shard_.jobs, [dir = log_dir_](ports::BlockingFiles& files) { return files.sync_directory(dir); },
      [this, made = std::move(*file), alive = std::weak_ptr<bool>(alive_)](Status status) mutable {
        if (alive.expired()) return;
        opening_ = false;
        if (!status) return give_up(status.error());
        file_ = std::move(made);
        write();
      });
}

void MarkFile::written(Status status) {
  writing_ = false;
  if (!status && status.error() != Error::no_space) return give_up(status.error());
  if (!status) {
    // On a full disk the marks stay as old as they are, until the next round.
    dirty_from_ = 0;
    dirty_to_ = bytes_.size() / kMarkBytes;
    return serve_waiting(status);
  }
  ++unsynced_;
  if (dirty_to_ > 0) return write();
  if (!waiting_.empty()) sync([] {});
}

bool MarkFile::sync_due() { return !given_up_ && file_ != nullptr && unsynced_ >= kWritesPerSync; }

void MarkFile::sync(Task finished) {
  unsynced_ = 0;
  // A sync vouches for what was written when it began: who waits for a change that is still on its way waits on.
  std::vector<Callback<void(Status)>> covered;
  if (!writing_ && dirty_to_ == 0) covered.swap(waiting_);
  file_->sync([this, alive = std::weak_ptr<bool>(alive_), served = std::move(covered),
               ended = std::move(finished)](Status status) mutable {
    ended();
    for (auto& done : served) done(status ? Status() : Status(Error::io));
    if (!alive.expired() && !status) give_up(status.error());
  });
}

void MarkFile::give_up(Error error) {
  if (std::exchange(given_up_, true)) return;
  shard_.log.warning(path_ + " cannot be written (" + to_string(error) + "): after a crash more has to be scanned");
  file_.reset();
  serve_waiting(Error::io);
}

}  // namespace millrace::log
