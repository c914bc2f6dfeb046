#include "protocol/schema.h"

#include <charconv>

namespace millrace::protocol {

namespace {

bool cut(std::string_view& name, std::string_view ending) {
  if (!name.ends_with(ending) || name.size() == ending.size()) return false;
  name.remove_suffix(ending.size());
  return true;
}

std::string_view bare(MessageKind kind, std::string_view name) {
  cut(name, "Data");
  if (kind == MessageKind::request) cut(name, "Request");
  if (kind == MessageKind::response) cut(name, "Response");
  return name;
}

const MessageSchema* find_by_number(MessageKind kind, std::int16_t number) {
  for (const MessageSchema& message : all_messages()) {
    if (message.kind != kind || message.type != number || kind == MessageKind::header) continue;
    if (kind != MessageKind::record || message.log == "metadata") return &message;
  }
  return nullptr;
}

}  // namespace

const MessageSchema* find_message(MessageKind kind, std::string_view name) {
  std::int16_t number = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
  if (parsed.ec == std::errc() && parsed.ptr == name.data() + name.size()) return find_by_number(kind, number);
  for (const MessageSchema& message : all_messages()) {
    if (message.kind == kind && bare(kind, message.name) == bare(kind, name)) return &message;
  }
  return nullptr;
}

}  // namespace millrace::protocol
