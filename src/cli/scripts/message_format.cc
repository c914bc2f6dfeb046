#include "cli/scripts/message_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "cli/scripts/script.h"

namespace millrace::cli {

using client::ConsumerRecord;
using Text = Outcome<std::string>;

namespace {

using Kind = MessageFormat::Kind;

struct Known {
  std::string_view class_name;  // behind org.apache.kafka.tools.consumer.
  Kind kind;
  inspect::Decoder decoder = inspect::Decoder::text;
  std::string_view prefix = {};
};

// The logging one writes to Kafka's log as well, where the scripts' own settings drop it.
constexpr auto kKnown = std::to_array<Known>({
    {"DefaultMessageFormatter", Kind::parts},
    {"LoggingMessageFormatter", Kind::parts},
    {"NoOpMessageFormatter", Kind::nothing},
    {"OffsetsMessageFormatter", Kind::records, inspect::Decoder::offsets, "OffsetCommit"},
    {"GroupMetadataMessageFormatter", Kind::records, inspect::Decoder::offsets, "GroupMetadata"},
    {"ShareGroupMessageFormatter", Kind::records, inspect::Decoder::offsets, "ShareGroup"},
    {"TransactionLogMessageFormatter", Kind::records, inspect::Decoder::transactions},
    {"group.share.ShareGroupStateMessageFormatter", Kind::records, inspect::Decoder::share_state},
});

std::string_view legacy_free(std::string_view name) {
  constexpr std::string_view kLegacy = "Legacy";
  if (name.starts_with(kLegacy)) name.remove_prefix(kLegacy.size());
  return name;
}

std::string time_of(const ConsumerRecord& record) {
  if (record.timestamp_ms < 0) return "NO_TIMESTAMP";
  const bool appended = record.timestamp_type == client::TimestampType::log_append_time;
  return fmt::format("{}:{}", appended ? "LogAppendTime" : "CreateTime", record.timestamp_ms);
}

std::optional<Bytes> bytes_of(std::optional<std::string_view> text) {
  return text ? std::optional(as_bytes(*text)) : std::nullopt;
}

}  // namespace

std::optional<MessageFormat> MessageFormat::of_class(const std::string& class_name) {
  constexpr std::string_view kPackage = "org.apache.kafka.tools.consumer.";
  for (const Known& known : kKnown) {
    if (!class_name.starts_with(kPackage) || class_name.substr(kPackage.size()) != known.class_name) continue;
    MessageFormat format;
    format.kind_ = known.kind;
    format.decoder_ = known.decoder;
    format.prefix_ = known.prefix;
    return format;
  }
  return std::nullopt;
}

bool MessageFormat::set(std::string_view name, const std::string& text) {
  const std::array<std::pair<std::string_view, bool*>, 8> flags{{{"print.timestamp", &timestamp_},
                                                                 {"print.partition", &partition_},
                                                                 {"print.offset", &offset_},
                                                                 {"print.delivery", &delivery_},
                                                                 {"print.epoch", &epoch_},
                                                                 {"print.headers", &headers_},
                                                                 {"print.key", &key_},
                                                                 {"print.value", &value_}}};
  for (const auto& [flag, target] : flags) {
    if (name == flag) *target = is_true(text);
  }
  const std::array<std::pair<std::string_view, std::string*>, 4> texts{{{"key.separator", &separator_},
                                                                        {"line.separator", &line_end_},
                                                                        {"headers.separator", &header_separator_},
                                                                        {"null.literal", &null_}}};
  for (const auto& [known, target] : texts) {
    if (name == known) *target = text;
  }
  const std::array<std::pair<std::string_view, Deserializer*>, 3> classes{{
      {"key.deserializer", &key_deserializer_},
      {"value.deserializer", &value_deserializer_},
      {"headers.deserializer", &headers_deserializer_}}};
  for (const auto& [known, target] : classes) {
    if (name != known) continue;
    *target = find_deserializer(text);
    return *target != nullptr;
  }
  return true;
}

Text MessageFormat::show(const ConsumerRecord& record) const {
  switch (kind_) {
    case Kind::parts: return show_parts(record);
    case Kind::records: return show_record(record);
    case Kind::nothing: break;
  }
  return std::string();
}

// What stands for null goes through the deserializer like bytes.
Text MessageFormat::text_of(std::optional<std::string_view> bytes, Deserializer deserializer) const {
  const std::string_view shown = bytes.value_or(null_);
  return deserializer == nullptr ? Text(std::string(shown)) : deserializer(shown);
}

Text MessageFormat::headers_of(const ConsumerRecord& record) const {
  std::string text;
  for (const client::HeaderView& header : record.headers()) {
    const Text value = text_of(header.value, headers_deserializer_);
    if (!value) return value;
    text += fmt::format("{}{}:{}", text.empty() ? "" : header_separator_, header.key, *value);
  }
  return text.empty() ? std::string("NO_HEADERS") : text;
}

// The parts that are asked for, in Kafka's order; the last one ends the line.
Text MessageFormat::show_parts(const ConsumerRecord& record) const {
  std::vector<std::string> parts;
  if (timestamp_) parts.push_back(time_of(record));
  if (partition_) parts.push_back(fmt::format("Partition:{}", record.partition));
  if (offset_) parts.push_back(fmt::format("Offset:{}", record.offset));
  // Only a share group counts deliveries, and what the formatter is given has lost its epoch.
  if (delivery_) parts.emplace_back("Delivery:NOT_PRESENT");
  if (epoch_) parts.emplace_back("Epoch:NOT_PRESENT");
  const auto add = [&parts](Text text) {
    if (text) parts.push_back(*text);
    return text;
  };
  if (headers_) MR_TRY(add(headers_of(record)));
  if (key_) MR_TRY(add(text_of(record.key, key_deserializer_)));
  if (value_) MR_TRY(add(text_of(record.value, value_deserializer_)));
  return parts.empty() ? std::string() : fmt::format("{}", fmt::join(parts, separator_)) + line_end_;
}

Text MessageFormat::show_record(const ConsumerRecord& record) const {
  if (!record.key) return std::string();
  const auto read = inspect::read_coordinator_record(decoder_, bytes_of(record.key), bytes_of(record.value));
  if (!read) {
    if (read.error().unknown_type) return std::string();
    return Failure{kSomeFailed,
                   fmt::format("Could not read record at offset {} due to: {}", record.offset, read.error().text)};
  }
  if (!legacy_free(read->name).starts_with(prefix_)) return std::string();
  const std::string value =
      read->value ? fmt::format(R"({{"version":{},"data":{}}})", read->value->version, read->value->json) : "null";
  return fmt::format(R"({{"key":{{"type":{},"data":{}}},"value":{}}})", read->type, read->key, value);
}

}  // namespace millrace::cli
