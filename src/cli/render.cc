#include "cli/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace millrace::cli {
namespace {

constexpr int kEnvelopeVersion = 1;
constexpr auto kFormats = std::to_array<std::pair<std::string_view, Format>>(
    {{"table", Format::table}, {"json", Format::json}, {"yaml", Format::yaml}, {"csv", Format::csv}});

using Json = nlohmann::ordered_json;

Json json_of(const Cell& cell) {
  return std::visit(
      [](const auto& value) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) {
          return nullptr;
        } else {
          return value;
        }
      },
      cell);
}

Json json_of(const Table& table, const std::vector<Cell>& row) {
  Json object = Json::object();
  for (std::size_t i = 0; i < row.size(); ++i) object[std::string(table.spec().columns[i].name)] = json_of(row[i]);
  return object;
}

Json envelope(const Report& report) {
  Json whole = {{"command", report.command}, {"version", kEnvelopeVersion}};
  for (const Table& table : report.tables) {
    Json& rows = whole[std::string(table.spec().name)];
    const bool one = table.spec().shape == Shape::one;
    rows = one ? Json() : Json::array();
    for (const auto& row : table.rows()) {
      if (one) {
        rows = json_of(table, row);
      } else {
        rows.push_back(json_of(table, row));
      }
    }
  }
  return whole;
}

std::string dumped(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

// Block style; every scalar as JSON writes it, which YAML reads as the same value.
void put_yaml(const Json& json, std::size_t depth, std::string& text) {
  const std::string indent(depth * 2, ' ');
  const auto put_value = [&](const Json& value) {
    if (value.is_structured() && !value.empty() && !(value.is_array() && value.front().is_primitive())) {
      text += "\n";
      put_yaml(value, depth + 1, text);
    } else {
      text += " " + dumped(value) + "\n";
    }
  };
  if (json.is_array()) {
    for (const Json& item : json) {
      std::string one;
      put_yaml(item, depth + 1, one);
      text += indent + "- " + one.substr(indent.size() + 2);
    }
    return;
  }
  for (const auto& [key, value] : json.items()) {
    text += indent + key + ":";
    put_value(value);
  }
}

template <typename List>
std::string joined(const List& list) {
  return fmt::format("{}", fmt::join(list, ","));
}

// As text in one piece; `none` where there is nothing.
std::string plain(const Cell& cell, std::string_view none) {
  struct Visitor {
    std::string_view nothing;
    std::string operator()(std::monostate) const { return std::string(nothing); }
    std::string operator()(const std::string& text) const { return text.empty() ? std::string(nothing) : text; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return fmt::format("{:.1f}", number); }
    std::string operator()(bool flag) const { return flag ? "yes" : "no"; }
    std::string operator()(const std::vector<std::string>& list) const {
      return list.empty() ? std::string(nothing) : joined(list);
    }
    std::string operator()(const std::vector<std::int32_t>& list) const {
      return list.empty() ? std::string(nothing) : joined(list);
    }
  };
  return std::visit(Visitor{none}, cell);
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string csv_value(const Cell& cell) {
  if (const bool* flag = std::get_if<bool>(&cell)) return *flag ? "true" : "false";
  if (const double* number = std::get_if<double>(&cell)) return dumped(*number);
  return csv_field(plain(cell, ""));
}

std::string csv(const Report& report) {
  std::string text;
  for (const Table& table : report.tables) {
    if (!text.empty()) text += "\n";
    std::vector<std::string> fields;
    for (const Column& column : table.spec().columns) fields.emplace_back(column.name);
    text += joined(fields) + "\n";
    for (const auto& row : table.rows()) {
      fields.clear();
      for (const Cell& cell : row) fields.push_back(csv_value(cell));
      text += joined(fields) + "\n";
    }
  }
  return text;
}

std::string heading(std::string_view name) {
  std::string text(name);
  for (char& c : text) c = c == '_' ? '-' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

// How many characters a terminal shows of UTF-8: continuation bytes take no place.
std::size_t shown_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// `text` without controls, which could redraw the terminal.
std::string harmless(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

// A line without the blanks at its end, cut at the width.
std::string trimmed(std::string line, const Look& look) {
  line.resize(line.find_last_not_of(' ') + 1);
  if (look.width > 1 && shown_width(line) > look.width) {
    std::size_t at = 0;
    for (std::size_t shown = 0; at < line.size(); ++at) {
      if ((static_cast<unsigned char>(line[at]) & 0xc0) != 0x80 && ++shown == look.width) break;
    }
    line.resize(at);
    line += "\u2026";
  }
  return line;
}

std::string styled(std::string line, const Look& look) {
  return look.colour ? "\033[1m" + line + "\033[0m\n" : line + "\n";
}

bool is_number(Type type) { return type == Type::whole || type == Type::real; }

std::string grid(const Table& table, const Look& look) {
  const auto& columns = table.spec().columns;
  std::vector<std::size_t> widths;
  for (const Column& column : columns) widths.push_back(column.name.size());
  std::vector<std::vector<std::string>> texts;
  for (const auto& row : table.rows()) {
    auto& line = texts.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      line.push_back(harmless(plain(row[i], "-")));
      widths[i] = std::max(widths[i], shown_width(line.back()));
    }
  }
  const auto padded = [&](const std::string& text, std::size_t i) {
    const std::string blanks(widths[i] - shown_width(text), ' ');
    return (is_number(columns[i].type) ? blanks + text : text + blanks) + "  ";
  };
  std::string line;
  for (std::size_t i = 0; i < columns.size(); ++i) line += padded(heading(columns[i].name), i);
  std::string text = styled(trimmed(std::move(line), look), look);
  for (const auto& row : texts) {
    line.clear();
    for (std::size_t i = 0; i < row.size(); ++i) line += padded(row[i], i);
    text += trimmed(std::move(line), look) + "\n";
  }
  return text;
}

std::string lines(const Table& table) {
  std::size_t width = 0;
  for (const Column& column : table.spec().columns) width = std::max(width, column.name.size());
  std::string text;
  for (const auto& row : table.rows()) {
    if (!text.empty()) text += "\n";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto name = heading(table.spec().columns[i].name);
      text += fmt::format("{:<{}}  {}\n", name, width, harmless(plain(row[i], "-")));
    }
  }
  return text;
}

std::string for_people(const Report& report, const Look& look) {
  std::string text;
  for (const Table& table : report.tables) {
    if (!text.empty()) text += "\n";
    if (report.tables.size() > 1) text += styled(std::string(table.spec().name), look);
    text += table.spec().shape == Shape::grid ? grid(table, look) : lines(table);
  }
  return text;
}

}  // namespace

std::optional<Format> parse_format(std::string_view name) {
  const auto at = std::ranges::find(kFormats, name, &std::pair<std::string_view, Format>::first);
  return at == kFormats.end() ? std::nullopt : std::optional(at->second);
}

std::string render(const Report& report, Format format, const Look& look) {
  switch (format) {
    case Format::table: return for_people(report, look);
    case Format::json: return dumped(envelope(report), 2) + "\n";
    case Format::csv: return csv(report);
    case Format::yaml: break;
  }
  std::string text;
  put_yaml(envelope(report), 0, text);
  return text;
}

}  // namespace millrace::cli
