#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/failure.h"
#include "millrace/record.h"

namespace millrace::cli {

// How kafka-console-producer makes records of lines: "headers TAB key TAB value", each part but the value only if it is
// asked for.
class LineReader {
 public:
  // Sets a property of Kafka's reader by its name; unknown ones are ignored.
  void set(std::string_view name, const std::string& text);
  // Refuses separators that could not be told apart.
  Outcome<void> check() const;

  // `number`: of the line, from 1. Without ignore.error a part that is missing is an error.
  Outcome<client::Record> read(const std::string& topic, const std::string& line, int number) const;

 private:
  std::optional<std::string> unless_null(std::string text) const;
  Outcome<client::Header> header(const std::string& pair, int number) const;

  bool keys_ = false;
  bool headers_ = false;
  bool ignore_errors_ = false;
  std::string key_separator_ = "\t";
  std::string headers_delimiter_ = "\t";
  std::string headers_separator_ = ",";
  std::string header_key_separator_ = ":";
  std::optional<std::string> null_marker_;
};

}  // namespace millrace::cli
