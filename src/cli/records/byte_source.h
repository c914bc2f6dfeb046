#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::cli {

// Bytes one after the other, and back. One thread.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // The next byte; nothing at the end.
  std::optional<char> next() {
    if (back_.empty()) return read();
    const char c = back_.back();
    back_.pop_back();
    return c;
  }
  // next() gives these again.
  void unread(std::string_view bytes) { back_.append(bytes.rbegin(), bytes.rend()); }

 private:
  virtual std::optional<char> read() = 0;
  std::string back_;  // the next byte last
};

// Of an open file, which must outlive it.
class FileSource final : public ByteSource {
 public:
  explicit FileSource(std::FILE* file) : file_(file) {}

 private:
  std::optional<char> read() override {
    const int c = std::fgetc(file_);
    return c == EOF ? std::nullopt : std::optional(static_cast<char>(c));
  }
  std::FILE* file_;
};

// Of a text that must outlive it.
class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string_view text) : text_(text) {}

 private:
  std::optional<char> read() override {
    return at_ < text_.size() ? std::optional(text_[at_++]) : std::nullopt;
  }
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace millrace::cli
