#include "cli/console.h"

namespace millrace::cli {

std::optional<std::string> Console::line() {
  std::string text;
  for (int next = std::fgetc(in_); next != EOF; next = std::fgetc(in_)) {
    if (next == '\n') return text;
    text.push_back(static_cast<char>(next));
  }
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace millrace::cli
