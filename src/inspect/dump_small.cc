// The small files of a log directory, which Kafka's tool leaves out.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "inspect/dump_parts.h"
#include "log/epochs.h"
#include "log/limits.h"
#include "log/mark_file.h"
#include "log/names.h"
#include "log/partition_metadata.h"

namespace millrace::inspect::parts {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

// "topic partition offset", a line each behind version and count.
Status dump_checkpoint(const Job& job, std::string_view text) {
  const auto lines = lines_of(text);
  if (text.empty()) return {};
  if (lines.size() < 2 || lines[0] != "0" || lines[1] != std::to_string(lines.size() - 2)) return Error::corrupt;
  for (std::size_t i = 2; i < lines.size(); ++i) {
    const auto offset_at = lines[i].rfind(' ');
    const auto partition_at = offset_at == std::string_view::npos || offset_at == 0
                                  ? std::string_view::npos
                                  : lines[i].rfind(' ', offset_at - 1);
    if (partition_at == std::string_view::npos) return Error::corrupt;
    job.print(Line("checkpoint")
                  .word("topic", lines[i].substr(0, partition_at))
                  .word("partition", lines[i].substr(partition_at + 1, offset_at - partition_at - 1))
                  .word("offset", lines[i].substr(offset_at + 1)));
  }
  return {};
}

Status dump_epochs(const Job& job, std::string_view text) {
  const auto table = log::EpochTable::parse(text);
  if (!table) return table.error();
  for (const auto& entry : table->entries()) {
    job.print(Line("epoch").number("epoch", entry.epoch.value()).number("startOffset", entry.start.value()));
  }
  return {};
}

Status dump_partition_metadata(const Job& job, std::string_view text) {
  const auto topic = log::parse_partition_metadata(text);
  if (!topic) return topic.error();
  job.print(Line("partition").number("version", 0).word("topicId", topic->text()));
  return {};
}

Status dump_properties(const Job& job, std::string_view text) {
  for (const auto line : lines_of(text)) {
    const auto equals = line.find('=');
    if (line.empty() || line.front() == '#' || equals == std::string_view::npos) continue;
    job.print(Line("property").word("name", line.substr(0, equals)).word("value", line.substr(equals + 1)));
  }
  return {};
}

Status dump_json(const Job& job, std::string_view text) {
  if (text.empty()) return {};
  const auto json = nlohmann::ordered_json::parse(text, nullptr, false);
  if (json.is_discarded()) return Error::corrupt;
  job.print(Line("state").json("data", json.dump(), ""));
  return {};
}

Status dump_marks(const Job& job, std::string_view text) {
  for (std::size_t at = 0; at + log::kMarkBytes <= text.size(); at += log::kMarkBytes) {
    const auto mark = log::parse_mark(as_bytes(text).subspan(at, log::kMarkBytes));
    if (!mark) continue;
    const auto& [key, value] = *mark;
    job.print(Line("mark")
                  .number("slot", static_cast<std::int64_t>(at / log::kMarkBytes))
                  .word("topicId", key.first.text())
                  .number("partition", key.second.value())
                  .number("life", static_cast<std::int64_t>(value.life))
                  .number("base", value.base.value())
                  .number("position", static_cast<std::int64_t>(value.position))
                  .number("end", value.end.value())
                  .number("trusted", value.trusted.value()));
  }
  return {};
}

struct SmallFile {
  std::string_view name;
  Status (*dump)(const Job& job, std::string_view text);
};
constexpr std::array<SmallFile, 9> kSmallFiles = {{
    {"recovery-point-offset-checkpoint", dump_checkpoint},
    {"replication-offset-checkpoint", dump_checkpoint},
    {"log-start-offset-checkpoint", dump_checkpoint},
    {"cleaner-offset-checkpoint", dump_checkpoint},
    {log::kEpochFile, dump_epochs},
    {log::kPartitionMetadataFile, dump_partition_metadata},
    {"meta.properties", dump_properties},
    {"quorum-state", dump_json},
    {".kafka_cleanshutdown", dump_json},
}};

auto find_small(std::string_view name) -> Status (*)(const Job&, std::string_view) {
  for (const auto& file : kSmallFiles) {
    if (name == file.name) return file.dump;
  }
  return name.starts_with(log::kMarksPrefix) ? dump_marks : nullptr;
}

}  // namespace

bool is_small_file(std::string_view name) { return find_small(name) != nullptr; }

Status dump_small_file(const Job& job) {
  const auto text = ports::read_whole(job.files, job.path, log::kMaxIndexBytes);
  if (!text) return text.error();
  const Status status = find_small(log::base_name(job.path))(job, *text);
  if (!status) job.complain(job.path + " cannot be read: " + to_string(status.error()));
  return status;
}

}  // namespace millrace::inspect::parts
