#include "protocol/testing/vectors.h"

#include <charconv>
#include <fstream>

namespace millrace::protocol::testing {

namespace {

constexpr std::size_t kColumns = 6;

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> columns;
  while (columns.size() + 1 < kColumns) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) break;
    columns.push_back(line.substr(0, tab));
    line.remove_prefix(tab + 1);
  }
  columns.push_back(line);
  return columns;
}

MessageKind kind_of(std::string_view text) {
  if (text == "request") return MessageKind::request;
  if (text == "response") return MessageKind::response;
  return text == "header" ? MessageKind::header : MessageKind::record;
}

bool parse_hex(std::string_view text, std::vector<std::byte>& bytes) {
  if (text.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned value = 0;
    const auto parsed = std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + i + 2) return false;
    bytes.push_back(static_cast<std::byte>(value));
  }
  return true;
}

// What is wrong with the line; empty if nothing.
std::string parse(std::string_view line, Vector& out) {
  const auto columns = split(line);
  if (columns.size() != kColumns) return "not six columns";
  out.message = find_message(kind_of(columns[0]), columns[1]);
  if (out.message == nullptr) return "unknown message " + std::string(columns[1]);
  int key = 0;
  std::from_chars(columns[2].data(), columns[2].data() + columns[2].size(), key);
  if (key != out.message->type) return "the key is not " + std::to_string(out.message->type);
  std::from_chars(columns[3].data(), columns[3].data() + columns[3].size(), out.version);
  if (!out.message->versions.has(out.version)) return "no version " + std::string(columns[3]);
  if (!parse_hex(columns[4], out.bytes)) return "not hexadecimal";
  out.json = columns[5];
  return "";
}

}  // namespace

std::vector<Vector> load_vectors(const std::string& path, std::vector<std::string>& problems) {
  std::vector<Vector> vectors;
  std::ifstream file(path);
  if (!file) problems.push_back("cannot read " + path);
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    Vector vector{.line = number};
    const std::string wrong = parse(line, vector);
    if (wrong.empty()) {
      vectors.push_back(std::move(vector));
    } else {
      problems.push_back("line " + std::to_string(number) + ": " + wrong);
    }
  }
  return vectors;
}

}  // namespace millrace::protocol::testing
