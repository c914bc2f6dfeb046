#pragma once

#include <cstdint>
#include <span>
#include <string_view>

// The definitions of spec/ as data: what tools and tests that handle any message walk along.
namespace millrace::protocol {

enum class MessageKind : std::uint8_t { request, response, record, header };

enum class FieldType : std::uint8_t {
  boolean, int8, int16, int32, int64, uint16, uint32, float64, uuid, string, bytes, records, structure
};

struct VersionRange {
  std::int16_t first;
  std::int16_t last;  // below first: none
  constexpr bool has(std::int16_t version) const { return version >= first && version <= last; }
  constexpr bool empty() const { return last < first; }
};

struct FieldSchema {
  std::string_view name;           // as in JSON
  std::string_view default_value;  // as in spec/; empty: the zero of the type
  FieldType type;                  // of the field, or of the elements of an array
  VersionRange versions;
  VersionRange nullable;
  std::int32_t tag;                // -1: not tagged
  std::int16_t structure;          // of FieldType::structure
  bool array;
  bool droppable;                  // may be left out silently in versions that do not have it
  bool classic;                    // no compact length in flexible versions either
};

struct StructSchema {
  std::uint16_t first_field;
  std::uint16_t fields;
};

struct MessageSchema {
  MessageKind kind;
  std::string_view name;        // "ProduceRequest", "TopicRecord"
  std::string_view log;         // records: "metadata", "group", "share", "transaction", "remote-storage" or empty
  std::int16_t type;            // API key, or record type within its log; -1: none
  VersionRange versions;
  std::int16_t flexible_since;  // 32767: never
  std::int16_t root;            // the structure of the whole

  constexpr bool flexible(std::int16_t version) const { return version >= flexible_since; }
};

// Every message, in a fixed order: headers, requests and responses by key, records by name.
std::span<const MessageSchema> all_messages();

// The fields of a structure, in the order of the wire (tagged ones stand among them).
std::span<const FieldSchema> fields_of(std::int16_t structure);

// The message of that kind that goes by `name`: with or without its ending Data, RequestData, ResponseData, Request or
// Response; or, in digits, by API key (requests, responses) or type in the metadata log (records). Null: none.
const MessageSchema* find_message(MessageKind kind, std::string_view name);

}  // namespace millrace::protocol
