#include "log/epochs.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace millrace::log {
namespace {

template <typename T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stopped != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (text.empty()) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace

bool EpochTable::begin(LeaderEpoch epoch, Offset start) {
  if (epoch <= last()) return false;
  truncate(start);
  entries_.push_back({epoch, start});
  return true;
}

bool EpochTable::truncate(Offset end) {
  const std::size_t before = entries_.size();
  while (!entries_.empty() && entries_.back().start >= end) entries_.pop_back();
  return entries_.size() != before;
}

bool EpochTable::truncate_front(Offset start) {
  std::size_t before = 0;
  while (before < entries_.size() && entries_[before].start <= start) ++before;
  if (before == 0 || (before == 1 && entries_.front().start == start)) return false;
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(before - 1));
  entries_.front().start = start;
  return true;
}

EpochEnd EpochTable::end_of(LeaderEpoch epoch, Offset log_end) const {
  const auto above = std::upper_bound(entries_.begin(), entries_.end(), epoch,
                                      [](LeaderEpoch wanted, const EpochStart& entry) { return wanted < entry.epoch; });
  if (above == entries_.begin()) return {};
  return {std::prev(above)->epoch, above == entries_.end() ? log_end : above->start};
}

std::string EpochTable::encode() const {
  std::string text = "0\n" + std::to_string(entries_.size()) + "\n";
  for (const EpochStart& entry : entries_) {
    text += std::to_string(entry.epoch.value()) + " " + std::to_string(entry.start.value()) + "\n";
  }
  return text;
}

Result<EpochTable> EpochTable::parse(std::string_view text) {
  EpochTable table;
  if (text.empty()) return table;
  if (take_line(text) != "0") return Error::corrupt;
  const auto count_line = take_line(text);
  const auto count = count_line ? number<std::size_t>(*count_line) : std::nullopt;
  if (!count) return Error::corrupt;
  while (const auto line = take_line(text)) {
    const auto space = line->find(' ');
    if (space == std::string_view::npos) return Error::corrupt;
    const auto epoch = number<std::int32_t>(line->substr(0, space));
    const auto start = number<std::int64_t>(line->substr(space + 1));
    if (!epoch || !start || *epoch < 0 || *start < 0) return Error::corrupt;
    if (!table.entries_.empty() && (table.last().value() >= *epoch || table.entries_.back().start.value() >= *start)) {
      return Error::corrupt;
    }
    table.entries_.push_back({LeaderEpoch(*epoch), Offset(*start)});
  }
  if (table.entries_.size() != *count) return Error::corrupt;
  return table;
}

std::optional<EpochTable> EpochTable::merge(const EpochTable& checkpoint, const EpochTable& seen, Offset end) {
  EpochTable known = checkpoint;
  known.truncate(end);
  EpochTable merged;
  auto from_file = known.entries_.begin();
  for (const EpochStart& batch : seen.entries_) {
    while (from_file != known.entries_.end() && from_file->epoch < batch.epoch) {
      merged.entries_.push_back(*from_file++);
    }
    if (from_file != known.entries_.end() && from_file->epoch == batch.epoch) {
      merged.entries_.push_back({batch.epoch, std::min(from_file->start, batch.start)});
      ++from_file;
    } else {
      merged.entries_.push_back(batch);
    }
  }
  merged.entries_.insert(merged.entries_.end(), from_file, known.entries_.end());
  const bool rising = std::adjacent_find(merged.entries_.begin(), merged.entries_.end(),
                                         [](const EpochStart& a, const EpochStart& b) { return a.start >= b.start; }) ==
                      merged.entries_.end();
  // A batch of an epoch before the place where the checkpoint lets the epoch begin shows that the checkpoint is wrong,
  // but for the first entry, which begins where the log does and may so have left earlier batches behind.
  const bool agrees = std::all_of(seen.entries_.begin(), seen.entries_.end(), [&](const EpochStart& batch) {
    return std::none_of(known.entries_.begin(), known.entries_.end(), [&](const EpochStart& entry) {
      return entry.epoch == batch.epoch && entry.start > batch.start && entry.epoch != known.entries_.front().epoch;
    });
  });
  return rising && agrees ? std::optional(merged) : std::nullopt;
}

}  // namespace millrace::log
