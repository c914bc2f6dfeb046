#include "protocol/schema.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "protocol/json.h"
#include "protocol/json_default.h"
#include "protocol/limits.h"
#include "protocol/testing/round_trip.h"

namespace millrace::protocol {
namespace {

Json default_message(const MessageSchema& message, std::int16_t version) {
  Json json = Json::object();
  for (const FieldSchema& field : fields_of(message.root)) {
    if (!field.versions.has(version) || field.tag >= 0) continue;
    json[field.name] = default_json(message, version, field);
    // Records start as null even where a version cannot say so, and are then written as none.
    if (json[field.name].is_null() && !field.nullable.has(version)) {
      json[field.name] = field.array ? Json::array() : Json("");
    }
  }
  return json;
}

TEST(Schema, EveryMessageHasACodec) {
  std::size_t with_versions = 0;
  for (const MessageSchema& message : all_messages()) with_versions += message.versions.empty() ? 0 : 1;
  EXPECT_EQ(testing::codec_count(), with_versions);
}

TEST(Schema, MembersStartWithTheDefaultsOfTheDefinitionInEveryVersion) {
  for (const MessageSchema& message : all_messages()) {
    for (std::int16_t version = message.versions.first; version <= message.versions.last; ++version) {
      const auto expected = from_json(message, version, default_message(message, version).dump());
      ASSERT_TRUE(expected.ok()) << message.name << " " << version << ": " << expected.error().text;
      EXPECT_TRUE(testing::encode_default(message, version) == *expected) << message.name << " " << version;
    }
  }
}

TEST(Schema, MessagesAreFoundByEachOfTheirNames) {
  const MessageSchema* produce = find_message(MessageKind::request, "Produce");
  ASSERT_NE(produce, nullptr);
  EXPECT_EQ(produce->name, "ProduceRequest");
  for (const char* name : {"ProduceRequest", "ProduceRequestData", "0"}) {
    EXPECT_EQ(find_message(MessageKind::request, name), produce) << name;
  }
  EXPECT_EQ(find_message(MessageKind::response, "Produce")->name, "ProduceResponse");
  EXPECT_EQ(find_message(MessageKind::record, "2")->name, "TopicRecord");
  EXPECT_EQ(find_message(MessageKind::record, "DefaultPrincipal")->name, "DefaultPrincipalData");
  EXPECT_EQ(find_message(MessageKind::header, "RequestHeaderData")->name, "RequestHeader");
  for (const char* name : {"", "Data", "Nothing", "93", "-1", "produce"}) {
    EXPECT_EQ(find_message(MessageKind::request, name), nullptr) << name;
  }
}

TEST(Schema, StructuresNestNoDeeperThanTheLimit) {
  const auto depth = [](auto&& self, std::int16_t structure) -> std::size_t {
    std::size_t deepest = 0;
    for (const FieldSchema& field : fields_of(structure)) {
      if (field.type == FieldType::structure) deepest = std::max(deepest, self(self, field.structure));
    }
    return deepest + 1;
  };
  for (const MessageSchema& message : all_messages()) {
    EXPECT_LE(depth(depth, message.root), kMaxNesting) << message.name;
  }
}

}  // namespace
}  // namespace millrace::protocol
