#include "metrics/text.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <iterator>

namespace millrace::metrics {
namespace {

struct Quantile {
  double share;
  std::string_view text;
};
constexpr std::array kQuantiles{Quantile{0.5, "0.50"},  Quantile{0.75, "0.75"}, Quantile{0.95, "0.95"},
                                Quantile{0.98, "0.98"}, Quantile{0.99, "0.99"}, Quantile{0.999, "0.999"}};

using Out = std::back_insert_iterator<std::string>;

void write_escaped(std::string& to, std::string_view value) {
  for (const char c : value) {
    if (c == '\\') {
      to += "\\\\";
    } else if (c == '"') {
      to += "\\\"";
    } else if (c == '\n') {
      to += "\\n";
    } else {
      to += c;
    }
  }
}

void write_labels(std::string& to, const Labels& labels, std::string_view quantile) {
  if (labels.empty() && quantile.empty()) return;
  to += '{';
  bool first = true;
  const auto one = [&](std::string_view name, std::string_view value) {
    if (!first) to += ',';
    first = false;
    to += name;
    to += "=\"";
    write_escaped(to, value);
    to += '"';
  };
  for (const auto& [name, value] : labels) one(name, value);
  if (!quantile.empty()) one("quantile", quantile);
  to += '}';
}

void write_number(std::string& to, double value) {
  if (std::isnan(value)) {
    to += "NaN";
  } else if (value == std::floor(value) && std::abs(value) < 1e15) {
    fmt::format_to(Out(to), "{}", static_cast<std::int64_t>(value));
  } else {
    fmt::format_to(Out(to), "{}", value);
  }
  to += '\n';
}

void write_line(std::string& to, std::string_view name, std::string_view suffix, const Labels& labels,
                std::string_view quantile, double value) {
  to += name;
  to += suffix;
  write_labels(to, labels, quantile);
  to += ' ';
  write_number(to, value);
}

void write_head(std::string& to, const Family& family, std::string_view type) {
  fmt::format_to(Out(to), "# HELP {} {}\n# TYPE {} {}\n", family.name, family.help, family.name, type);
}

}  // namespace

std::string to_text(const Sheet& sheet) {
  std::string text;
  for (const auto& [name, samples] : sheet.values()) {
    write_head(text, *samples.family, samples.family->kind == Kind::counter ? "counter" : "gauge");
    for (const auto& [labels, value] : samples.by_labels) write_line(text, name, "", labels, "", value);
  }
  for (const auto& [name, samples] : sheet.summaries()) {
    write_head(text, *samples.family, "summary");
    for (const auto& [labels, summary] : samples.by_labels) {
      for (const auto& [share, shown] : kQuantiles) {
        const double ms = static_cast<double>(summary.recent.quantile(share)) / 1000;
        write_line(text, name, "", labels, shown, ms);
      }
      write_line(text, name, "_count", labels, "", static_cast<double>(summary.count));
      write_line(text, name, "_sum", labels, "", summary.sum_ms);
    }
  }
  return text;
}

}  // namespace millrace::metrics
