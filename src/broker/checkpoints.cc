#include "broker/checkpoints.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace millrace::broker {
namespace {

// A line has a topic name of at most 249 bytes and two numbers; so many partitions are far more than a node holds.
constexpr std::size_t kMaxFileBytes = 256u << 20;

struct File {
  CheckpointFile flag;
  std::string_view name;
  Offset Checkpoint::*value;
};
constexpr std::array kFiles = {
    File{kRecoveryPoints, "recovery-point-offset-checkpoint", &Checkpoint::recovery_point},
    File{kLogStarts, "log-start-offset-checkpoint", &Checkpoint::log_start},
    File{kHighWatermarks, "replication-offset-checkpoint", &Checkpoint::high_watermark},
};

constexpr std::string_view kCleanerFile = "cleaner-offset-checkpoint";

template <typename T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stopped != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view take(std::string_view& text, char end) {
  const auto at = text.find(end);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

CheckpointLines read_file(ports::BlockingFiles& files, const std::string& path, std::vector<std::string>& problems) {
  const auto text = ports::read_whole(files, path, kMaxFileBytes);
  if (!text && text.error() == Error::not_found) return {};
  auto lines = text ? parse_checkpoint(*text) : Result<CheckpointLines>(text.error());
  if (lines) return std::move(*lines);
  problems.push_back(fmt::format("{} is not readable ({}) and counts as empty", path, to_string(lines.error())));
  return {};
}

}  // namespace

std::string encode_checkpoint(const CheckpointLines& lines) {
  std::string text = fmt::format("0\n{}\n", lines.size());
  for (const auto& [partition, offset] : lines) {
    text += fmt::format("{} {} {}\n", partition.first, partition.second.value(), offset.value());
  }
  return text;
}

Result<CheckpointLines> parse_checkpoint(std::string_view text) {
  CheckpointLines lines;
  if (text.empty()) return lines;
  if (take(text, '\n') != "0") return Error::corrupt;
  const auto count = number<std::size_t>(take(text, '\n'));
  if (!count) return Error::corrupt;
  while (!text.empty()) {
    std::string_view line = take(text, '\n');
    const std::string topic(take(line, ' '));
    const auto index = number<std::int32_t>(take(line, ' '));
    const auto offset = number<std::int64_t>(line);
    if (topic.empty() || !index || !offset || *index < 0) return Error::corrupt;
    lines[{topic, PartitionIndex(*index)}] = Offset(*offset);
  }
  if (lines.size() != *count) return Error::corrupt;
  return lines;
}

CheckpointHints read_checkpoints(ports::BlockingFiles& files, const std::string& dir, bool clean) {
  CheckpointHints hints;
  const auto log_of = [&](const auto& partition) -> log::OpenHints& {
    return hints.logs[fmt::format("{}-{}", partition.first, partition.second.value())];
  };
  for (const File& file : kFiles) {
    const auto lines = read_file(files, fmt::format("{}/{}", dir, file.name), hints.problems);
    for (const auto& [partition, offset] : lines) {
      log::OpenHints& log = log_of(partition);
      log.clean_stop = clean;
      if (file.flag == kRecoveryPoints) log.recovery_point = offset;
      if (file.flag == kLogStarts) log.log_start = offset;
      if (file.flag == kHighWatermarks) log.high_watermark = offset;
    }
  }
  return hints;
}

Status make_missing_checkpoints(ports::BlockingFiles& files, const std::string& dir) {
  const auto make = [&](std::string_view name) -> Status {
    const auto made = files.open(dir + "/" + std::string(name), ports::OpenMode::create);
    return made ? Status() : Status(made.error());
  };
  for (const File& file : kFiles) MR_TRY(make(file.name));
  return make(kCleanerFile);
}

Status CheckpointWriter::write(ports::BlockingFiles& files, const std::string& dir, unsigned which,
                               const std::vector<Checkpoint>& all) {
  Status first;
  for (const File& file : kFiles) {
    if ((which & file.flag) == 0) continue;
    CheckpointLines lines;
    for (const Checkpoint& checkpoint : all) {
      const Offset value = checkpoint.*file.value;
      if (checkpoint.dir == dir && value != kNoOffset) lines[{checkpoint.topic, checkpoint.index}] = value;
    }
    std::string text = encode_checkpoint(lines);
    const std::string path = fmt::format("{}/{}", dir, file.name);
    if (const auto old = written_.find(path); old != written_.end() && old->second == text) continue;
    const Status written = ports::write_atomically(files, path, as_bytes(text));
    if (written) {
      written_[path] = std::move(text);
    } else if (first) {
      first = written;
    }
  }
  return first;
}

}  // namespace millrace::broker
