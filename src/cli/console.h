#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::cli {

// Where a command writes and reads: data on out, all else on err. One thread.
class Console {
 public:
  // Does not own the files; they must outlive it.
  Console(std::FILE* out, std::FILE* err, std::FILE* in) : out_(out), err_(err), in_(in) {}

  void out(std::string_view text) { (void)std::fwrite(text.data(), 1, text.size(), out_); }
  void err(std::string_view text) { (void)std::fwrite(text.data(), 1, text.size(), err_); }
  template <typename... Args>
  void print(fmt::format_string<Args...> format, Args&&... args) {
    out(fmt::format(format, std::forward<Args>(args)...));
  }
  template <typename... Args>
  void complain(fmt::format_string<Args...> format, Args&&... args) {
    err(fmt::format(format, std::forward<Args>(args)...));
  }
  // What was written so far is seen by the reader of out.
  void flush() { (void)std::fflush(out_); }
  std::FILE* input() { return in_; }
  // The next line of the input without its end; nothing at the end of the input. Lines may hold any bytes.
  std::optional<std::string> line();

 private:
  std::FILE* out_;
  std::FILE* err_;
  std::FILE* in_;
};

}  // namespace millrace::cli
