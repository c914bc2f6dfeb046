#include "cli/records/record_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "base/base64.h"
#include "cli/options.h"
#include "cli/records/record_json.h"

namespace millrace::cli {
namespace {

using Part = RecordFormat::Part;
using What = RecordFormat::What;
using Number = RecordFormat::Number;
using Text = RecordFormat::Text;

constexpr std::size_t kSizeMax = 1024 * 1024 * 1024;

bool is_text(const Part& part) {
  return !part.length && (part.what == What::topic || part.what == What::key || part.what == What::value);
}

// Whether the layout says where the text ends by itself.
bool has_end(const Part& part) {
  return part.text == Text::fixed || part.text == Text::json || part.text == Text::expression;
}

std::string refusal_of(const std::vector<Part>& parts) {
  std::vector<What> sized;
  const auto known = [&](What what) { return std::ranges::find(sized, what) != sized.end(); };
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Part& part = parts[i];
    if (part.length) sized.push_back(part.what);
    if (part.text == Text::unpack || part.text == Text::strftime) {
      return "format: unpack and strftime can only be written, not read";
    }
    if (part.what == What::attribute) return "format: %a can only be written, not read";
    if (part.what == What::headers && !part.length) {
      if (!known(What::headers)) return "format: %h can only be read behind %H, which says how many there are";
      if (const std::string inner = refusal_of(part.inner); !inner.empty()) return inner;
    }
    if (!is_text(part) || known(part.what) || has_end(part)) continue;
    if (i + 1 < parts.size() && parts[i + 1].what != What::literal) {
      return "format: nothing shows where a text ends; put a literal behind it, or its length before it";
    }
  }
  return {};
}

std::optional<std::string> from_hex(const std::string& text) {
  std::string bytes;
  if (text.size() % 2 != 0) return std::nullopt;
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

template <typename... Args>
BadInput wrong(fmt::format_string<Args...> format, Args&&... args) {
  return {fmt::format(format, std::forward<Args>(args)...)};
}

Result<std::string, BadInput> decoded(const Part& part, std::string text) {
  if (part.text == Text::hex) {
    if (auto bytes = from_hex(text)) return *std::move(bytes);
    return wrong("{:.40} is not hexadecimal", text);
  }
  if (part.text != Text::base64 && part.text != Text::base64raw) return text;
  std::string padded = text;
  while (part.text == Text::base64raw && padded.size() % 4 != 0) padded += '=';
  const auto bytes = parse_base64(padded);
  if (!bytes) return wrong("{:.40} is no base64", text);
  return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

}  // namespace

std::string RecordReader::refusal(const RecordFormat& format) {
  if (format.json()) return {};
  if (format.parts().empty()) return "format: it is empty";
  return refusal_of(format.parts());
}

RecordReader::Taken RecordReader::take(std::size_t size) {
  if (size > kSizeMax) return wrong("a length of {} bytes is above 1 GiB", size);
  std::string text;
  while (text.size() < size) {
    const auto c = source_.next();
    if (!c) return wrong("the input ends after {} of {} bytes", text.size(), size);
    text += *c;
  }
  return text;
}

RecordReader::Failed RecordReader::read_literal(const std::string& text, bool last) {
  std::string seen;
  while (seen.size() < text.size()) {
    const auto c = source_.next();
    if (!c && last) return {};  // what stands behind the last record may be missing
    if (!c) return wrong("the input ends within a record");
    seen += *c;
    if (seen.back() != text[seen.size() - 1]) return wrong("expected {:?}, found {:?}", text, seen);
  }
  return {};
}

Result<std::int64_t, BadInput> RecordReader::read_number(const Part& part) {
  if (part.number == Number::ascii || part.number == Number::boolean) {
    std::string text;
    const bool words = part.number == Number::boolean;
    while (const auto c = source_.next()) {
      const bool fits = words ? *c >= 'a' && *c <= 'z' : (*c >= '0' && *c <= '9') || (*c == '-' && text.empty());
      if (!fits || text.size() > 20) {
        source_.unread(std::string_view(&*c, 1));
        break;
      }
      text += *c;
    }
    if (words && (text == "true" || text == "false")) return text == "true" ? 1 : 0;
    const auto number = whole_number(text);
    if (words || !number) return wrong("{:?} is no {}", text, words ? "true or false" : "number");
    return *number;
  }
  const std::size_t size = part.number != Number::hex ? part.bytes : part.bytes == 0 ? 1U : part.bytes * 2U;
  auto bytes = take(size);
  if (!bytes) return bytes.error();
  if (part.number == Number::hex) {
    bytes = decoded(Part{.text = Text::hex}, size == 1 ? "0" + *bytes : *bytes);
    if (!bytes) return bytes.error();
  }
  std::uint64_t bits = 0;
  if (part.number == Number::little) std::ranges::reverse(*bytes);
  for (const char c : *bytes) bits = (bits << 8U) | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(bits);
}

RecordReader::Taken RecordReader::read_json_value() {
  std::string text;
  std::size_t depth = 0;
  bool string = false;
  bool escaped = false;
  while (const auto c = source_.next()) {
    const bool blank = *c == ' ' || *c == '\t' || *c == '\n' || *c == '\r';
    if (text.empty() && blank) continue;
    const bool closes = *c == '}' || *c == ']';
    if (!string && depth == 0 && !text.empty() && (blank || closes || *c == ',')) {
      source_.unread(std::string_view(&*c, 1));
      return text;
    }
    text += *c;
    if (string) {
      const bool ends = *c == '"' && !escaped;
      escaped = *c == '\\' && !escaped;
      string = !ends;
      if (ends && depth == 0) return text;
      continue;
    }
    if (*c == '"') string = true;
    if (*c == '{' || *c == '[') ++depth;
    if (closes && --depth == 0) return text;
  }
  if (text.empty() || depth > 0 || string) return wrong("the input ends within a JSON value");
  return text;
}

RecordReader::Taken RecordReader::read_match(const std::string& expression) {
  std::string line;
  while (const auto c = source_.next()) {
    if (*c == '\n') {
      source_.unread("\n");
      break;
    }
    line += *c;
  }
  try {
    std::smatch match;
    if (std::regex_search(line, match, std::regex(expression), std::regex_constants::match_continuous)) {
      const std::string text = match.str();
      source_.unread(std::string_view(line).substr(text.size()));
      return text;
    }
    return wrong("{:.40?} does not begin with what {} matches", line, expression);
  } catch (const std::regex_error&) {
    return wrong("{} is no expression", expression);
  }
}

RecordReader::Taken RecordReader::read_text(const Part& part, std::optional<std::size_t> size, const Part* end) {
  if (part.text == Text::json) return read_json_value();
  if (part.text == Text::expression) return read_match(part.argument);
  if (part.text == Text::fixed) size = part.size;
  if (size) {
    auto text = take(*size);
    return text ? decoded(part, std::move(*text)) : text;
  }
  std::string text;
  while (end == nullptr || !text.ends_with(end->argument)) {
    const auto c = source_.next();
    if (!c) return decoded(part, std::move(text));
    text += *c;
  }
  text.resize(text.size() - end->argument.size());
  source_.unread(end->argument);
  return decoded(part, std::move(text));
}

RecordReader::Failed RecordReader::read_headers(const Part& part, std::size_t count, client::Record& record) {
  for (std::size_t i = 0; i < count; ++i) {
    client::Header header{{}, std::string()};
    MR_TRY(read_parts(part.inner, record, &header));
    record.headers.push_back(std::move(header));
  }
  return {};
}

RecordReader::Failed RecordReader::read_parts(const std::vector<Part>& parts, client::Record& record,
                                              client::Header* header) {
  Sizes sizes;
  const auto size_of = [&](What what) -> std::optional<std::size_t>& {
    return what == What::topic ? sizes.topic : what == What::key ? sizes.key
           : what == What::value ? sizes.value : sizes.headers;
  };
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Part& part = parts[i];
    const bool last = i + 1 == parts.size() && header == nullptr;
    if (part.what == What::literal) {
      MR_TRY(read_literal(part.argument, last));
      continue;
    }
    if (part.what == What::headers && !part.length) {
      MR_TRY(read_headers(part, sizes.headers.value_or(0), record));
      continue;
    }
    if (!is_text(part)) {
      const auto number = read_number(part);
      if (!number) return number.error();
      if (part.length && *number < 0) return wrong("a length of {}", *number);
      if (part.length) size_of(part.what) = static_cast<std::size_t>(*number);
      if (part.what == What::partition) record.partition = static_cast<std::int32_t>(*number);
      if (part.what == What::time) record.timestamp_ms = *number;
      continue;
    }
    const Part* end = i + 1 < parts.size() && parts[i + 1].what == What::literal ? &parts[i + 1] : nullptr;
    auto text = read_text(part, size_of(part.what), end);
    if (!text) return text.error();
    if (part.what == What::topic) record.topic = std::move(*text);
    else if (part.what == What::key && header != nullptr) header->key = std::move(*text);
    else if (part.what == What::value && header != nullptr) header->value = std::move(*text);
    else (part.what == What::key ? record.key : record.value) = std::move(*text);
  }
  return {};
}

Result<std::optional<client::Record>, std::string> RecordReader::next_json() {
  std::string line;
  while (const auto c = source_.next()) {
    if (*c == '\n' && !line.empty()) break;
    if (*c != '\n' && *c != '\r') line += *c;
  }
  if (line.empty()) return std::optional<client::Record>();
  ++number_;
  auto record = read_json(line);
  if (!record) return fmt::format("record {}: {}", number_, record.error());
  return std::optional(std::move(*record));
}

Result<std::optional<client::Record>, std::string> RecordReader::next() {
  if (format_.json()) return next_json();
  const auto first = source_.next();
  if (!first) return std::optional<client::Record>();
  source_.unread(std::string_view(&*first, 1));
  ++number_;
  client::Record record;
  if (const auto read = read_parts(format_.parts(), record, nullptr); !read) {
    return fmt::format("record {}: {}", number_, read.error().line);
  }
  return std::optional(std::move(record));
}

}  // namespace millrace::cli
