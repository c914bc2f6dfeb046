#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/failure.h"
#include "cli/scripts/deserializer.h"
#include "inspect/decoder.h"
#include "millrace/consumer_record.h"

namespace millrace::cli {

// What kafka-console-consumer makes of a record: one of Kafka's formatters with its properties.
class MessageFormat {
 public:
  // What a class prints: the parts of a record, nothing, or the records of a coordinator's log.
  enum class Kind : std::uint8_t { parts, nothing, records };

  // The formatter of this class of Kafka's; nothing for any other.
  static std::optional<MessageFormat> of_class(const std::string& class_name);

  // Sets a property by its name; unknown ones are ignored. False for a deserializer that is not known, which leaves
  // the bytes as they are.
  bool set(std::string_view name, const std::string& text);

  // What is printed, with the end of the line if the formatter writes one; empty for a record that it leaves out. The
  // error says why the bytes cannot be what they should be.
  Outcome<std::string> show(const client::ConsumerRecord& record) const;

 private:
  Outcome<std::string> text_of(std::optional<std::string_view> bytes, Deserializer deserializer) const;
  Outcome<std::string> headers_of(const client::ConsumerRecord& record) const;
  Outcome<std::string> show_parts(const client::ConsumerRecord& record) const;
  Outcome<std::string> show_record(const client::ConsumerRecord& record) const;

  Kind kind_ = Kind::parts;
  inspect::Decoder decoder_ = inspect::Decoder::text;
  std::string_view prefix_;  // of the names of the coordinator records that are printed

  bool timestamp_ = false;
  bool partition_ = false;
  bool offset_ = false;
  bool delivery_ = false;
  bool epoch_ = false;
  bool headers_ = false;
  bool key_ = false;
  bool value_ = true;
  std::string separator_ = "\t";
  std::string line_end_ = "\n";
  std::string header_separator_ = ",";
  std::string null_ = "null";
  Deserializer key_deserializer_ = nullptr;
  Deserializer value_deserializer_ = nullptr;
  Deserializer headers_deserializer_ = nullptr;
};

}  // namespace millrace::cli
