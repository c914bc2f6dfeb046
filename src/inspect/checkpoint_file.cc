#include "inspect/checkpoint_file.h"

#include <charconv>

namespace millrace::inspect {
namespace {

template <typename Number>
bool whole_number(std::string_view text, Number& number) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

bool parse_line(std::string_view line, CheckpointEntry& entry) {
  const auto first = line.find(' ');
  const auto second = line.rfind(' ');
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  if (first == std::string_view::npos || first == second || first == 0) return false;
  if (!whole_number(line.substr(first + 1, second - first - 1), partition)) return false;
  if (!whole_number(line.substr(second + 1), offset)) return false;
  entry = {std::string(line.substr(0, first)), PartitionIndex(partition), Offset(offset)};
  return true;
}

}  // namespace

Result<std::vector<CheckpointEntry>> parse_checkpoint_file(std::string_view text) {
  std::vector<CheckpointEntry> entries;
  if (text.empty()) return entries;
  std::size_t number = 0;
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return Error::corrupt;
    const auto line = text.substr(0, end);
    text.remove_prefix(end + 1);
    CheckpointEntry entry;
    if (number == 0 && line != "0") return Error::corrupt;
    if (number == 1 && !whole_number(line, count)) return Error::corrupt;
    if (number >= 2 && !parse_line(line, entry)) return Error::corrupt;
    if (number >= 2) entries.push_back(std::move(entry));
    ++number;
  }
  if (number < 2 || entries.size() != count) return Error::corrupt;
  return entries;
}

std::string encode_checkpoint_file(const std::vector<CheckpointEntry>& entries) {
  std::string text = "0\n" + std::to_string(entries.size()) + "\n";
  for (const auto& entry : entries) {
    text += entry.topic + " " + std::to_string(entry.partition.value()) + " " + std::to_string(entry.offset.value()) +
            "\n";
  }
  return text;
}

}  // namespace millrace::inspect
