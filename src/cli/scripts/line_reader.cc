#include "cli/scripts/line_reader.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "cli/scripts/script.h"

namespace millrace::cli {
namespace {

// As Java splits: empty pieces at the end are none, but a text without a separator is one piece.
std::vector<std::string> pieces(const std::string& text, const std::string& separator) {
  std::vector<std::string> result;
  std::size_t begin = 0;
  for (std::size_t at = text.find(separator); !separator.empty() && at != std::string::npos;
       at = text.find(separator, begin)) {
    result.push_back(text.substr(begin, at - begin));
    begin = at + separator.size();
  }
  const bool whole = result.empty();
  result.push_back(text.substr(begin));
  while (!whole && !result.empty() && result.back().empty()) result.pop_back();
  return result;
}

}  // namespace

void LineReader::set(std::string_view name, const std::string& text) {
  const std::array<std::pair<std::string_view, bool*>, 3> flags{
      {{"parse.key", &keys_}, {"parse.headers", &headers_}, {"ignore.error", &ignore_errors_}}};
  for (const auto& [flag, target] : flags) {
    if (name == flag) *target = is_true(text);
  }
  const std::array<std::pair<std::string_view, std::string*>, 4> texts{
      {{"key.separator", &key_separator_},
       {"headers.delimiter", &headers_delimiter_},
       {"headers.separator", &headers_separator_},
       {"headers.key.separator", &header_key_separator_}}};
  for (const auto& [known, target] : texts) {
    if (name == known) *target = text;
  }
  if (name == "null.marker") null_marker_ = text;
}

Outcome<void> LineReader::check() const {
  using Named = std::pair<std::string_view, const std::string*>;
  const Named delimiter{"headers.delimiter", &headers_delimiter_};
  const Named separator{"headers.separator", &headers_separator_};
  const Named key_separator{"headers.key.separator", &header_key_separator_};
  std::vector<std::pair<Named, Named>> apart{
      {delimiter, separator}, {delimiter, key_separator}, {separator, key_separator}};
  if (null_marker_) {
    const Named marker{"null.marker", &*null_marker_};
    for (const Named& other : {Named{"key.separator", &key_separator_}, separator, delimiter, key_separator}) {
      apart.emplace_back(marker, other);
    }
  }
  for (const auto& [one, other] : apart) {
    if (*one.second != *other.second) continue;
    return Failure{kSomeFailed, fmt::format("{} and {} may not be equal", one.first, other.first)};
  }
  return {};
}

Outcome<client::Record> LineReader::read(const std::string& topic, const std::string& line, int number) const {
  std::size_t at = 0;
  const auto part = [&](bool wanted, const std::string& end,
                        std::string_view what) -> Outcome<std::optional<std::string>> {
    if (!wanted) return std::optional<std::string>();
    const std::size_t found = line.find(end, at);
    if (found == std::string::npos) {
      if (ignore_errors_) return std::optional<std::string>();
      return Failure{kSomeFailed, fmt::format("No {} found on line number {}: '{}'", what, number, line)};
    }
    const std::size_t begin = std::exchange(at, found + end.size());
    return std::optional(line.substr(begin, found - begin));
  };
  client::Record record;
  record.topic = topic;
  const auto headers = part(headers_, headers_delimiter_, "headers delimiter");
  if (!headers) return headers.error();
  const auto key = part(keys_, key_separator_, "key separator");
  if (!key) return key.error();
  if (*key) record.key = unless_null(**key);
  record.value = unless_null(line.substr(at));
  if (!*headers || *headers == null_marker_) return record;
  for (const std::string& pair : pieces(**headers, headers_separator_)) {
    auto one = header(pair, number);
    if (!one) return one.error();
    record.headers.push_back(std::move(one).value());
  }
  return record;
}

std::optional<std::string> LineReader::unless_null(std::string text) const {
  return null_marker_ == text ? std::nullopt : std::optional(std::move(text));
}

Outcome<client::Header> LineReader::header(const std::string& pair, int number) const {
  const std::size_t at = pair.find(header_key_separator_);
  if (at == std::string::npos) {
    if (ignore_errors_) return client::Header{pair, std::nullopt};
    return Failure{kSomeFailed,
                   fmt::format("No header key separator found in pair '{}' on line number {}", pair, number)};
  }
  std::string key = pair.substr(0, at);
  if (null_marker_ == key) {
    return Failure{
        kSomeFailed,
        fmt::format("Header keys should not be equal to the null marker '{}' as they can't be null", *null_marker_)};
  }
  return client::Header{std::move(key), unless_null(pair.substr(at + header_key_separator_.size()))};
}

}  // namespace millrace::cli
