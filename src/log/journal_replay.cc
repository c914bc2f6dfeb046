// The job that mends segments from journals before their logs are opened.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "log/journal.h"
#include "log/limits.h"
#include "log/names.h"
#include "log/partition_metadata.h"

namespace millrace::log {
namespace {

using LogName = std::pair<Uuid, std::string>;
// Rounds of one life come in the order of their numbers, over all its files.
using RoundId = std::pair<std::uint64_t, std::uint64_t>;

struct RoundPlace {
  std::string path;
  std::uint64_t at = 0;
  RoundHead head;
};

bool is_journal(const ports::DirectoryEntry& entry) {
  return !entry.is_directory && entry.name.starts_with(kJournalPrefix);
}

// The whole round at `at`; Error::corrupt where none begins.
Result<Buffer> read_round(ports::BlockingFile& file, std::uint64_t at, RoundHead& head) {
  std::array<std::byte, kRoundHeadBytes> beginning;
  const auto got = file.read(FilePosition(at), beginning);
  if (!got) return got.error();
  if (*got < kRoundHeadBytes) return Error::corrupt;
  const auto parsed = parse_round_head(beginning);
  if (!parsed) return parsed.error();
  head = *parsed;
  Buffer round = Buffer::allocate(kRoundHeadBytes + head.table_bytes + head.data_bytes);
  const auto whole = file.read(FilePosition(at), round.writable());
  if (!whole) return whole.error();
  if (*whole < round.size()) return Error::corrupt;
  return round;
}

class Replay {
 public:
  Replay(ports::BlockingFiles& files, const std::string& log_dir) : files_(files), log_dir_(log_dir) {}

  Status run(const std::vector<std::string>& journals) {
    for (const std::string& name : journals) MR_TRY(survey(log_dir_ + "/" + name));
    for (const auto& [id, place] : rounds_) MR_TRY(apply(id, place));
    for (const auto& path : to_sync_) {
      auto file = files_.open(path, ports::OpenMode::write);
      if (!file) return file.error();
      MR_TRY((*file)->sync());
    }
    return {};
  }

 private:
  // Finds the rounds of one file and what they take back. A file that was begun anew still has old rounds behind the
  // new ones: their numbers do not follow.
  Status survey(const std::string& path) {
    auto file = files_.open(path, ports::OpenMode::read);
    if (!file) return file.error();
    RoundPlace place{path, 0, {}};
    for (std::uint64_t expected = 0;;) {
      auto round = read_round(**file, place.at, place.head);
      if (!round && round.error() != Error::corrupt) return round.error();
      if (!round || (expected != 0 && place.head.number != expected)) return {};
      const auto entries = parse_round(place.head, round->bytes());
      if (!entries) return {};
      const RoundId id{place.head.life, place.head.number};
      for (const JournalEntry& entry : *entries) {
        if (!entry.forget) continue;
        RoundId& forgotten = forgotten_[{entry.key.topic_id, entry.key.name}];
        forgotten = std::max(forgotten, id);
      }
      rounds_[id] = place;
      expected = place.head.number + 1;
      place.at += round->size();
    }
  }

  Status apply(const RoundId& id, const RoundPlace& place) {
    auto file = files_.open(place.path, ports::OpenMode::read);
    if (!file) return file.error();
    RoundHead head;
    const auto round = read_round(**file, place.at, head);
    if (!round) return round.error();
    const auto entries = parse_round(head, round->bytes());
    if (!entries) return entries.error();
    std::size_t at = kRoundHeadBytes + head.table_bytes;
    for (const JournalEntry& entry : *entries) {
      const Bytes bytes = round->bytes().subspan(at, entry.length);
      at += entry.length;
      if (entry.forget) continue;
      const auto forgotten = forgotten_.find({entry.key.topic_id, entry.key.name});
      if (forgotten != forgotten_.end() && id <= forgotten->second) continue;
      MR_TRY(bring(entry, bytes));
    }
    return {};
  }

  // What cannot be read now may be read at the next start: the journal then has to be there still.
  Result<Uuid> owner(const std::string& name) {
    if (const auto known = owners_.find(name); known != owners_.end()) return known->second;
    Uuid found;
    if (!name.empty() && name.find('/') == std::string::npos) {
      const std::string path = log_dir_ + "/" + name + "/" + std::string(kPartitionMetadataFile);
      const auto text = ports::read_whole(files_, path, kMaxPartitionMetadataBytes);
      if (!text && text.error() != Error::not_found) return text.error();
      if (const auto id = text ? parse_partition_metadata(*text) : Result<Uuid>(text.error())) found = *id;
    }
    owners_.emplace(name, found);
    return found;
  }

  // Whether Kafka has not opened the log since.
  Result<bool> has_witness(const std::string& name) {
    if (const auto known = witnessed_.find(name); known != witnessed_.end()) return known->second;
    const auto file = files_.open(log_dir_ + "/" + name + "/" + std::string(kWitnessFile), ports::OpenMode::read);
    if (!file && file.error() != Error::not_found) return file.error();
    witnessed_.emplace(name, file.ok());
    return file.ok();
  }

  Status bring(const JournalEntry& entry, Bytes bytes) {
    const std::string path = log_dir_ + "/" + entry.key.name + "/" + segment_name(entry.base);
    const auto topic = owner(entry.key.name);
    if (!topic) return topic.error();
    if (*topic != entry.key.topic_id || *topic == Uuid()) return {};
    auto file = files_.open(path, ports::OpenMode::write);
    // Removed since, with all that was in it.
    if (!file && file.error() == Error::not_found) return {};
    if (!file) return file.error();
    const auto size = (*file)->size();
    if (!size) return size.error();
    // Also where the journal yields: what it says of bytes that are there still may hold them alone.
    to_sync_.insert(path);
    const auto untouched = has_witness(entry.key.name);
    if (!untouched) return untouched.error();
    if (!*untouched || size->value() < entry.position) return {};
    Buffer there = Buffer::allocate(bytes.size());
    const auto got = (*file)->read(FilePosition(entry.position), there.writable());
    if (!got) return got.error();
    if (same_bytes(there.bytes().first(*got), bytes)) return {};
    return (*file)->write(FilePosition(entry.position), bytes);
  }

  ports::BlockingFiles& files_;
  const std::string& log_dir_;
  std::map<RoundId, RoundPlace> rounds_;
  std::map<LogName, RoundId> forgotten_;
  std::map<std::string, Uuid> owners_;
  std::map<std::string, bool> witnessed_;
  std::set<std::string> to_sync_;
};

Result<std::vector<std::string>> journals_in(ports::BlockingFiles& files, const std::string& log_dir) {
  const auto entries = files.list(log_dir);
  if (!entries) return entries.error();
  std::vector<std::string> names;
  for (const auto& entry : *entries) {
    if (is_journal(entry)) names.push_back(entry.name);
  }
  return names;
}

// The number of a file's first round; 0 for a file that does not begin with one.
Result<std::uint64_t> first_round(ports::BlockingFiles& files, const std::string& path) {
  auto file = files.open(path, ports::OpenMode::read);
  if (!file) return file.error();
  std::array<std::byte, kRoundHeadBytes> beginning;
  const auto got = (*file)->read(FilePosition(0), beginning);
  if (!got) return got.error();
  const auto head = *got == beginning.size() ? parse_round_head(beginning) : Result<RoundHead>(Error::corrupt);
  return head ? head->number : std::uint64_t{0};
}

}  // namespace

Status replay_journals(ports::BlockingFiles& files, const std::string& log_dir) {
  const auto journals = journals_in(files, log_dir);
  if (!journals) return journals.error();
  if (journals->empty()) return {};
  MR_TRY(Replay(files, log_dir).run(*journals));
  return remove_journals(files, log_dir);
}

Status remove_journals(ports::BlockingFiles& files, const std::string& log_dir) {
  const auto journals = journals_in(files, log_dir);
  if (!journals) return journals.error();
  if (journals->empty()) return {};
  // Oldest first, each durably: a crash in between must not leave what a newer file takes back (forget).
  std::vector<std::pair<std::uint64_t, std::string>> by_age;
  for (const std::string& name : *journals) {
    const auto number = first_round(files, log_dir + "/" + name);
    if (!number) return number.error();
    by_age.emplace_back(*number, name);
  }
  std::sort(by_age.begin(), by_age.end());
  for (const auto& [number, name] : by_age) {
    MR_TRY(files.remove(log_dir + "/" + name));
    MR_TRY(files.sync_directory(log_dir));
  }
  return {};
}

}  // namespace millrace::log
