#include "groups/testing/world.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "base/assert.h"
#include "groups/records.h"
#include "protocol/errc.h"
#include "record/batch.h"
#include "record/codec.h"
#include "record/record_reader.h"

namespace millrace::groups::testing {

namespace {

constexpr std::int32_t kPartitions = 1;

std::vector<std::string> split(std::string_view text, char separator = ' ') {
  std::vector<std::string> parts;
  std::string part;
  std::istringstream in{std::string(text)};
  while (std::getline(in, part, separator)) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

// "6s" or "1500ms".
Millis duration(const std::string& text) {
  const long number = std::strtol(text.c_str(), nullptr, 10);
  return Millis(text.ends_with("ms") ? number : number * 1000);
}

coordinator::WriteError write_error(const std::string& name) {
  if (name == "storage") return coordinator::WriteError::storage;
  if (name == "not-enough-replicas") return coordinator::WriteError::not_enough_replicas;
  return coordinator::WriteError::not_leader;
}

std::string describe(const Entry& entry, auto alias) {
  if (const auto* offset = std::get_if<OffsetEntry>(&entry)) {
    const std::string key = offset->key.group + " " + offset->key.topic + "-" + std::to_string(offset->key.partition);
    return "Offset " + key + (offset->value ? " = " + std::to_string(offset->value->offset) : " gone");
  }
  if (const auto* modern = std::get_if<ModernEntry>(&entry)) {
    return "Type " + std::to_string(modern->key.type()) + " " + modern->key.group + (modern->value ? "" : " gone");
  }
  if (const auto* other = std::get_if<OtherEntry>(&entry)) return "Type " + std::to_string(other->type);
  const auto& group = std::get<GroupEntry>(entry);
  if (!group.value) return "Group " + group.group + " gone";
  std::string text = "Group " + group.group + " generation " + std::to_string(group.value->generation);
  if (group.value->protocol) text += " " + *group.value->protocol;
  if (group.value->leader) text += " led by " + alias(*group.value->leader);
  for (const StoredMember& member : group.value->members) {
    text += " " + alias(member.id) + "=" + std::string(as_text(member.assignment.bytes()));
  }
  return text;
}

}  // namespace

std::optional<TopicDirectory::Topic> TwoTopics::by_name(std::string_view name) const {
  if (name == "t") return Topic{"t", kT, 4};
  if (name == "u") return Topic{"u", kU, 1};
  return std::nullopt;
}

std::optional<TopicDirectory::Topic> TwoTopics::by_id(const Uuid& id) const {
  if (id == kT) return by_name("t");
  if (id == kU) return by_name("u");
  return std::nullopt;
}

World::World() = default;
World::~World() = default;

void World::restart() {
  coordinator_.reset();
  auto log = std::make_unique<coordinator::testing::MemoryLog>(turns_, disk_);
  log_ = log.get();
  coordinator_ =
      std::make_unique<GroupCoordinator>(turns_, turns_, random_, logger_, topics_, settings_, kPartitions);
  coordinator_->load(PartitionIndex(0), std::move(log));
}

void World::setting(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const std::string& value = words[i + 1];
    if (words[i] == "group") group_ = value;
    if (words[i] == "session") session_ = duration(value);
    if (words[i] == "rebalance") rebalance_ = duration(value);
    if (words[i] == "initial-delay") settings_.initial_rebalance_delay = duration(value);
    if (words[i] == "max-size") settings_.max_group_size = std::atoi(value.c_str());
    if (words[i] == "retention") settings_.retention = duration(value);
    if (words[i] == "retention-check") settings_.retention_check_interval = duration(value);
    if (words[i] == "max-metadata") settings_.max_offset_metadata = std::atoi(value.c_str());
    const std::string api = words[i].substr(0, words[i].find('-'));
    if (words[i].ends_with("-version")) versions_[api] = static_cast<std::int16_t>(std::atoi(value.c_str()));
  }
}

// What concerns no client: the disk, time, the coordinator itself.
std::string World::world_command(const std::vector<std::string>& words, bool& known) {
  known = true;
  const std::string& verb = words[0];
  if (verb == "given") {
    setting({words.begin() + 1, words.end()});
    restart();
  } else if (verb == "after") {
    turns_.advance(duration(words[1]));
  } else if (verb == "restart") {
    restart();
  } else if (verb == "restarting") {  // and not read yet
    restart();
    return "";
  } else if (verb == "topic-is-deleted") {
    coordinator_->topics_deleted({words[1]});
  } else if (verb == "records") {
    given_records({words.begin() + 1, words.end()});
  } else if (verb == "leadership-moves-away") {
    coordinator_->unload(PartitionIndex(0));
  } else if (verb == "commits-are-held") {
    disk_.hold = true;
  } else if (verb == "commits-go-on") {
    log_->release();
  } else if (verb == "held-commit-fails") {
    log_->refuse_held(write_error(words[1]));
  } else if (verb == "next-write-fails") {
    disk_.refuse_next = write_error(words[1]);
  } else if (verb == "log") {
    return log_text();
  } else {
    known = false;
    return "";
  }
  return settle("");
}

std::string World::run(std::string_view line) {
  std::vector<std::string> words = split(line);
  MR_ASSERT(!words.empty());
  bool known = false;
  std::string text = world_command(words, known);
  if (!known) text = admin_command(words, known);
  if (known) return text;
  MR_ASSERT(words.size() >= 2);
  const Request request = request_of(words);
  const std::string& verb = words[1];
  if (verb == "joins") join(request);
  else if (verb == "syncs") sync(request);
  else if (verb == "heartbeats") heartbeat(request);
  else if (verb == "leaves") leave(request);
  else if (verb == "commits") commit(request);
  else if (verb == "fetches") fetch(request);
  else if (verb == "deletes-offsets") delete_offsets(request);
  else return "no such command";
  return settle(words[0]);
}

World::Request World::request_of(const std::vector<std::string>& words) {
  Request request;
  request.who = words[0];
  const Client& client = clients_[words[0]];
  request.member_id = client.member_id;
  request.generation = client.generation;
  const std::map<std::string, std::int16_t> latest{{"joins", 9}, {"syncs", 5}, {"heartbeats", 4},
                                                   {"leaves", 5}, {"commits", 9}, {"fetches", 9}};
  if (const auto usual = latest.find(words[1]); usual != latest.end()) request.version = usual->second;
  if (const auto chosen = versions_.find(words[1]); chosen != versions_.end()) request.version = chosen->second;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const bool more = i + 1 < words.size();
    if (words[i] == "anew") request.member_id.clear();
    else if (words[i] == "as" && more) request.member_id = real_id(words[++i]);
    else if (words[i] == "instance" && more) request.instance_id = words[++i];
    else if (words[i] == "generation" && more) request.generation = std::atoi(words[++i].c_str());
    else if (words[i] == "version" && more) request.version = static_cast<std::int16_t>(std::atoi(words[++i].c_str()));
    else request.words.push_back(words[i]);
  }
  return request;
}

std::string World::settle(std::string_view asker) {
  turns_.run();
  std::string text;
  bool answered = asker.empty();
  for (auto& [who, what] : answers_) {
    answered = answered || who == asker;
    for (const auto& [id, name] : aliases_) {
      for (std::size_t at = what.find(id); at != std::string::npos; at = what.find(id, at)) {
        what.replace(at, id.size(), name);
      }
    }
    text += (text.empty() ? "" : "; ") + (who == asker ? what : who + ": " + what);
  }
  answers_.clear();
  if (!answered) text = text.empty() ? "waits" : "waits; " + text;
  return text;
}

void World::say(const std::string& who, const std::string& text) { answers_.emplace_back(who, text); }

std::string World::alias(std::string_view id) {
  const auto found = aliases_.find(id);
  return found == aliases_.end() ? std::string(id) : found->second;
}

void World::learn(const std::string& who, std::string_view id) {
  Client& client = clients_[who];
  if (!id.empty() && !aliases_.contains(id)) {
    aliases_.emplace(id, who + "-" + std::to_string(++client.ids_seen));
  }
}

std::string World::real_id(std::string_view name) const {
  for (const auto& [id, known] : aliases_) {
    if (known == name) return id;
  }
  return std::string(name);
}

std::string World::log_text() {
  std::string text;
  for (const Buffer& bytes : disk_.batches) {
    const Result<record::BatchView> batch = record::BatchView::parse(bytes.bytes());
    record::Scratch scratch;
    Result<record::RecordReader> reader = record::RecordReader::open(*batch, scratch);
    record::Record record;
    while (reader->next(record)) {
      const Result<Entry> entry = parse_record({*record.key, record.value});
      if (!text.empty()) text += "; ";
      text += entry.ok() ? describe(*entry, [this](std::string_view id) { return alias(id); }) : "unreadable";
    }
  }
  return text;
}

}  // namespace millrace::groups::testing
