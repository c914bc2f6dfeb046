#include "config/properties.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace millrace::config {
namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

// The length of the UTF-8 sequence that `text` begins with; 0 when it is none.
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 && lead <= 0xf4  ? 4
                             : lead >= 0xe0 && lead < 0xf0 ? 3
                             : lead >= 0xc2 && lead < 0xe0 ? 2
                                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0) != 0x80) return 0;
  }
  const unsigned second = at(1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool beyond = (lead == 0xed && second >= 0xa0) || (lead == 0xf4 && second >= 0x90);
  return overlong || beyond ? 0 : length;
}

void append_utf8(std::string& to, std::uint32_t code) {
  const auto byte = [&](std::uint32_t value) { to.push_back(static_cast<char>(value)); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xc0 | (code >> 6));
  } else if (code < 0x10000) {
    byte(0xe0 | (code >> 12));
    byte(0x80 | ((code >> 6) & 0x3f));
  } else {
    byte(0xf0 | (code >> 18));
    byte(0x80 | ((code >> 12) & 0x3f));
    byte(0x80 | ((code >> 6) & 0x3f));
  }
  byte(0x80 | (code & 0x3f));
}

// The text as UTF-8: unchanged when it is that already, else read as ISO 8859-1.
std::string to_utf8(std::string_view text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t length = utf8_length(rest);
    if (length == 0) break;
    rest.remove_prefix(length);
  }
  if (rest.empty()) return std::string(text);
  std::string result;
  for (const char c : text) append_utf8(result, static_cast<unsigned char>(c));
  return result;
}

struct LogicalLine {
  std::string text;  // escapes still in it; without leading blanks
  std::uint32_t number = 0;
};

// Cuts the text into logical lines: comments and blank lines gone, continued lines joined.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  std::optional<LogicalLine> next() {
    while (!rest_.empty()) {
      std::string_view line = natural();
      // As long as nothing but continuation marks has come, a line may still be a comment.
      while (line == "\\" && !rest_.empty()) line = natural();
      if (line.empty() || line.front() == '#' || line.front() == '!') continue;
      LogicalLine logical{std::string(), number_};
      while (continued(line)) {
        logical.text.append(line.substr(0, line.size() - 1));
        line = rest_.empty() ? std::string_view() : natural();
      }
      logical.text.append(line);
      return logical;
    }
    return std::nullopt;
  }

 private:
  // The next line of the file without its end and its leading blanks.
  std::string_view natural() {
    ++number_;
    const std::size_t end = rest_.find_first_of("\r\n");
    std::string_view line = rest_.substr(0, end);
    const std::size_t skip = end == std::string_view::npos ? rest_.size()
                             : rest_.substr(end, 2) == "\r\n" ? end + 2
                                                              : end + 1;
    rest_.remove_prefix(skip);
    while (!line.empty() && blank(line.front())) line.remove_prefix(1);
    return line;
  }
  static bool continued(std::string_view line) {
    std::size_t slashes = 0;
    while (slashes < line.size() && line[line.size() - 1 - slashes] == '\\') ++slashes;
    return slashes % 2 == 1;
  }

  std::string_view rest_;
  std::uint32_t number_ = 0;
};

std::optional<std::uint32_t> hex4(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  return value;
}

// Takes the four digits after \u, and the second half of a surrogate pair with its own \u, off `rest`.
// Returns a reason when that fails.
const char* unescape_unicode(std::string_view& rest, std::string& to) {
  const auto first = hex4(rest);
  if (!first) return "\\u needs four hexadecimal digits";
  rest.remove_prefix(4);
  if (*first < 0xd800 || *first > 0xdfff) {
    append_utf8(to, *first);
    return nullptr;
  }
  const auto second = rest.starts_with("\\u") ? hex4(rest.substr(2)) : std::nullopt;
  if (*first > 0xdbff || !second || *second < 0xdc00 || *second > 0xdfff) return "half of a surrogate pair";
  rest.remove_prefix(6);
  append_utf8(to, 0x10000 + ((*first - 0xd800) << 10) + (*second - 0xdc00));
  return nullptr;
}

const char* unescape(std::string_view rest, std::string& to) {
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '\\' || rest.empty()) {
      if (c != '\\') to.push_back(c);
      continue;
    }
    const char escaped = rest.front();
    rest.remove_prefix(1);
    switch (escaped) {
      case 't': to.push_back('\t'); break;
      case 'n': to.push_back('\n'); break;
      case 'r': to.push_back('\r'); break;
      case 'f': to.push_back('\f'); break;
      case 'u':
        if (const char* reason = unescape_unicode(rest, to)) return reason;
        break;
      default: to.push_back(escaped);
    }
  }
  return nullptr;
}

// Splits a logical line at the first separator that is not escaped.
std::pair<std::string_view, std::string_view> split(std::string_view line) {
  std::size_t end = 0;
  while (end < line.size() && line[end] != '=' && line[end] != ':' && !blank(line[end])) {
    end += line[end] == '\\' ? 2 : 1;
  }
  if (end >= line.size()) return {line, {}};
  std::string_view value = line.substr(end);
  bool separated = false;
  while (!value.empty() && (blank(value.front()) || (!separated && (value.front() == '=' || value.front() == ':')))) {
    separated = separated || !blank(value.front());
    value.remove_prefix(1);
  }
  return {line.substr(0, end), value};
}

void render(std::string_view text, bool key, std::string& to) {
  bool leading = true;
  for (const char c : text) {
    const bool special = c == '\\' || (key && (c == '=' || c == ':' || c == '#' || c == '!'));
    switch (c) {
      case '\t': to += "\\t"; break;
      case '\n': to += "\\n"; break;
      case '\r': to += "\\r"; break;
      case '\f': to += "\\f"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          to += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          if (special || (c == ' ' && (key || leading))) to.push_back('\\');
          to.push_back(c);
        }
    }
    leading = leading && c == ' ';
  }
}

}  // namespace

Result<std::vector<Property>, PropertiesError> parse_properties(std::string_view text) {
  const std::string utf8 = to_utf8(text);
  std::vector<Property> properties;
  Lines lines(utf8);
  while (const auto line = lines.next()) {
    const auto [raw_key, raw_value] = split(line->text);
    Property property{{}, {}, line->number};
    for (const auto& [raw, to] : {std::pair(raw_key, &property.key), std::pair(raw_value, &property.value)}) {
      if (const char* reason = unescape(raw, *to)) return PropertiesError{line->number, reason};
    }
    if (property.key.empty() && !property.value.empty()) return PropertiesError{line->number, "a value without a name"};
    if (!property.key.empty()) properties.push_back(std::move(property));
  }
  return properties;
}

std::string render_property(std::string_view key, std::string_view value) {
  std::string line;
  render(key, true, line);
  line.push_back('=');
  render(value, false, line);
  line.push_back('\n');
  return line;
}

}  // namespace millrace::config
