#include "cli/records/record_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/options.h"

namespace millrace::cli {
namespace {

using Part = RecordFormat::Part;
using What = RecordFormat::What;
using Number = RecordFormat::Number;
using Text = RecordFormat::Text;
using Failed = Result<void, std::string>;

struct Letter {
  char letter;
  What what;
};
constexpr auto kLetters = std::to_array<Letter>({{'t', What::topic},
                                                 {'k', What::key},
                                                 {'v', What::value},
                                                 {'h', What::headers},
                                                 {'p', What::partition},
                                                 {'o', What::offset},
                                                 {'e', What::epoch},
                                                 {'d', What::time},
                                                 {'i', What::count},
                                                 {'x', What::producer_id},
                                                 {'y', What::producer_epoch},
                                                 {'a', What::attribute}});
// Letters of rpk that a client of this library is not told.
constexpr std::string_view kUntold = "[|]";

struct AttributeName {
  std::string_view name;
  RecordFormat::Attribute attribute;
};
constexpr auto kAttributes = std::to_array<AttributeName>({
    {"compression", RecordFormat::Attribute::compression},
    {"timestamp-type", RecordFormat::Attribute::timestamp_type},
    {"transactional-bit", RecordFormat::Attribute::transactional},
    {"control-bit", RecordFormat::Attribute::control},
});

struct NumberName {
  std::string_view name;
  Number number;
  std::uint8_t bytes;
};
constexpr auto kNumbers = std::to_array<NumberName>({
    {"ascii", Number::ascii, 8},   {"number", Number::ascii, 8},  {"hex64", Number::hex, 8},
    {"hex32", Number::hex, 4},     {"hex16", Number::hex, 2},     {"hex8", Number::hex, 1},
    {"hex4", Number::hex, 0},      {"big64", Number::big, 8},     {"big32", Number::big, 4},
    {"big16", Number::big, 2},     {"big8", Number::big, 1},      {"little64", Number::little, 8},
    {"little32", Number::little, 4}, {"little16", Number::little, 2}, {"little8", Number::little, 1},
    {"byte", Number::big, 1},      {"bool", Number::boolean, 1},
});

struct TextName {
  std::string_view name;
  Text text;
  bool argument;
};
constexpr auto kTexts = std::to_array<TextName>({
    {"hex", Text::hex, false},       {"base64", Text::base64, false},    {"base64raw", Text::base64raw, false},
    {"unpack", Text::unpack, true},  {"strftime", Text::strftime, true}, {"json", Text::json, false},
    {"re", Text::expression, true},
});

bool is_text(What what) {
  return what == What::topic || what == What::key || what == What::value;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::vector<Part>, std::string> run() {
    std::vector<Part> parts;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\') {
        MR_TRY(escape(parts));
      } else if (c == '%') {
        MR_TRY(verb(parts));
      } else {
        literal(parts, c);
        ++at_;
      }
    }
    return parts;
  }

 private:
  std::string wrong(std::string_view what) const { return fmt::format("format: {} (at byte {})", what, at_ + 1); }

  static void literal(std::vector<Part>& parts, char c) {
    if (parts.empty() || parts.back().what != What::literal) parts.emplace_back();
    parts.back().argument += c;
  }

  Failed escape(std::vector<Part>& parts) {
    if (at_ + 1 >= text_.size()) return wrong("a backslash ends it; write \\\\ for one");
    const char c = text_[at_ + 1];
    constexpr std::array<std::pair<char, char>, 4> kPlain{{{'t', '\t'}, {'n', '\n'}, {'r', '\r'}, {'\\', '\\'}}};
    for (const auto& [name, value] : kPlain) {
      if (name != c) continue;
      literal(parts, value);
      at_ += 2;
      return {};
    }
    unsigned value = 0;
    if (c != 'x' || at_ + 3 >= text_.size() ||
        std::sscanf(std::string(text_.substr(at_ + 2, 2)).c_str(), "%2x", &value) != 1) {
      return wrong("a backslash stands before t, n, r, \\ or xNN");
    }
    literal(parts, static_cast<char>(value));
    at_ += 4;
    return {};
  }

  Failed verb(std::vector<Part>& parts) {
    if (at_ + 1 >= text_.size()) return wrong("a percent sign ends it; write %% for one");
    const char c = text_[at_ + 1];
    if (c == '%' || c == '{' || c == '}') {
      literal(parts, c);
      at_ += 2;
      return {};
    }
    if (kUntold.find(c) != std::string_view::npos) {
      return wrong(fmt::format("%{} is not told to this client", c));
    }
    const bool upper = c == 'T' || c == 'K' || c == 'V' || c == 'H';
    const char lower = static_cast<char>(upper ? c - 'A' + 'a' : c);
    const auto letter = std::ranges::find(kLetters, lower, &Letter::letter);
    if (letter == kLetters.end()) return wrong(fmt::format("%{} means nothing", c));
    Part part;
    part.what = letter->what;
    part.length = upper;
    at_ += 2;
    std::string braces;
    bool given = false;
    MR_TRY(take_braces(braces, given));
    if (part.what == What::headers && !part.length) {
      if (!given) return wrong("%h needs braces with what is written of each header: %h{%k=%v }");
      auto inner = Parser(braces).run();
      if (!inner) return inner.error();
      const bool right = std::ranges::all_of(*inner, [](const Part& p) {
        return p.what == What::literal || p.what == What::key || p.what == What::value;
      });
      if (!right) return wrong("in %h{} there are %k, %v, %K and %V");
      part.inner = std::move(*inner);
    } else if (part.what == What::attribute) {
      MR_TRY(attribute(part, braces));
    } else if (given) {
      MR_TRY(modify(part, braces));
    }
    parts.push_back(std::move(part));
    return {};
  }

  // "{...}" behind a letter; braces in it come in pairs, or behind a percent sign.
  Failed take_braces(std::string& inside, bool& given) {
    given = at_ < text_.size() && text_[at_] == '{';
    if (!given) return {};
    std::size_t depth = 0;
    for (std::size_t i = at_; i < text_.size(); ++i) {
      if (text_[i] == '%' && i + 1 < text_.size() && (text_[i + 1] == '{' || text_[i + 1] == '}')) {
        ++i;
        continue;
      }
      if (text_[i] == '{') ++depth;
      if (text_[i] == '}' && --depth == 0) {
        inside = text_.substr(at_ + 1, i - at_ - 1);
        at_ = i + 1;
        return {};
      }
    }
    return wrong("a brace is not closed");
  }

  // Whether `how` is a way to write a number, which the part then has.
  static bool as_number(Part& part, std::string_view how) {
    const auto number = std::ranges::find(kNumbers, how, &NumberName::name);
    if (number == kNumbers.end()) return false;
    part.number = number->number;
    part.bytes = number->bytes;
    return true;
  }

  Failed attribute(Part& part, std::string_view braces) const {
    const std::size_t end = braces.find(';');
    const auto at = std::ranges::find(kAttributes, braces.substr(0, end), &AttributeName::name);
    if (at == kAttributes.end()) {
      return wrong("%a needs braces with compression, timestamp-type, transactional-bit or control-bit");
    }
    part.attribute = at->attribute;
    part.by_name = end == std::string_view::npos && part.attribute == RecordFormat::Attribute::compression;
    if (end == std::string_view::npos || as_number(part, braces.substr(end + 1))) return {};
    return wrong(fmt::format("{{{}}} is no way to write a number", braces.substr(end + 1)));
  }

  Failed modify(Part& part, const std::string& how) const {
    if (part.length || !is_text(part.what)) {
      if (as_number(part, how)) return {};
      if (part.what != What::time || part.length) return wrong(fmt::format("{{{}}} is no way to write a number", how));
    } else if (const auto size = whole_number(how); size && *size >= 0) {
      part.text = Text::fixed;
      part.size = static_cast<std::size_t>(*size);
      return {};
    }
    const std::string_view name = std::string_view(how).substr(0, how.find_first_of("[({#/"));
    const auto text = std::ranges::find(kTexts, name, &TextName::name);
    const bool fits = text != kTexts.end() && (part.what == What::time) == (text->text == Text::strftime);
    if (!fits) return wrong(fmt::format("{{{}}} is no way to write this", how));
    part.text = text->text;
    if (!text->argument) return {};
    if (how.size() < name.size() + 2) return wrong(fmt::format("{} needs brackets: {}[...]", name, name));
    part.argument = how.substr(name.size() + 1, how.size() - name.size() - 2);
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<RecordFormat, std::string> RecordFormat::parse(std::string_view text) {
  RecordFormat format;
  if (text == "json") {
    format.json_ = true;
    return format;
  }
  auto parts = Parser(text).run();
  if (!parts) return parts.error();
  format.parts_ = std::move(*parts);
  return format;
}

}  // namespace millrace::cli
