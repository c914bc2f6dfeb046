#include "runtime/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace millrace::runtime {

bool is_terminal(std::FILE* stream) { return ::isatty(::fileno(stream)) == 1; }

bool input_within(std::FILE* stream, Millis time) {
  pollfd watched{stream == nullptr ? -1 : ::fileno(stream), POLLIN, 0};
  return ::poll(&watched, 1, static_cast<int>(std::clamp<std::int64_t>(time.value(), 0, INT32_MAX))) > 0;
}

std::size_t terminal_columns(std::FILE* stream) {
  winsize size{};
  return ::ioctl(::fileno(stream), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

std::map<std::string, std::string, std::less<>> environment() {
  std::map<std::string, std::string, std::less<>> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (const auto equals = text.find('='); equals != std::string_view::npos) {
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return variables;
}

}  // namespace millrace::runtime
