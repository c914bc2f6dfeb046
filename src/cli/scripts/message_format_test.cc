#include "cli/scripts/message_format.h"

#include <gtest/gtest.h>

namespace millrace::cli {
namespace {

using namespace std::string_literals;

constexpr const char* kPackage = "org.apache.kafka.tools.consumer.";

client::ConsumerRecord a_record() {
  client::ConsumerRecord record;
  record.partition = 3;
  record.offset = 7;
  record.timestamp_ms = 1'000;
  record.key = "k";
  record.value = "v";
  return record;
}

std::string shown(const MessageFormat& format, const client::ConsumerRecord& record) {
  const auto text = format.show(record);
  EXPECT_TRUE(text.ok()) << text.error().text;
  return text ? *text : "";
}

TEST(MessageFormat, PrintsThePartsThatAreAskedForInKafkasOrder) {
  MessageFormat format;
  EXPECT_EQ(shown(format, a_record()), "v\n");
  for (const char* part : {"key", "headers", "epoch", "delivery", "offset", "partition", "timestamp"}) {
    format.set("print."s + part, " TRUE ");
  }
  EXPECT_EQ(shown(format, a_record()),
            "CreateTime:1000\tPartition:3\tOffset:7\tDelivery:NOT_PRESENT\tEpoch:NOT_PRESENT\tNO_HEADERS\tk\tv\n");
}

TEST(MessageFormat, EndsTheLineBehindWhateverPartIsLast) {
  MessageFormat format;
  format.set("print.value", "false");
  EXPECT_EQ(shown(format, a_record()), "");
  format.set("print.key", "true");
  format.set("line.separator", ";");
  EXPECT_EQ(shown(format, a_record()), "k;");
}

TEST(MessageFormat, ShowsAnEmptyValueBehindItsSeparatorAndNullAsItsLiteral) {
  MessageFormat format;
  format.set("print.key", "true");
  format.set("null.literal", "-");
  client::ConsumerRecord record = a_record();
  record.key.reset();
  record.value = "";
  EXPECT_EQ(shown(format, record), "-\t\n");
}

TEST(MessageFormat, ReadsBytesByKafkasDeserializers) {
  MessageFormat format;
  EXPECT_TRUE(format.set("value.deserializer", "org.apache.kafka.common.serialization.LongDeserializer"));
  client::ConsumerRecord record = a_record();
  const std::string bytes = "\0\0\0\0\0\0\1\2"s;
  record.value = bytes;
  EXPECT_EQ(shown(format, record), "258\n");
  record.value = "seven";
  EXPECT_FALSE(format.show(record).ok());
}

TEST(MessageFormat, LeavesBytesAloneUnderADeserializerThatItDoesNotKnow) {
  MessageFormat format;
  EXPECT_FALSE(format.set("value.deserializer", "com.example.Avro"));
  EXPECT_EQ(shown(format, a_record()), "v\n");
}

// A commit of group "g" for partition 0 of "t": offset 5.
const std::string kCommitKey = "\0\1\0\1g\0\1t\0\0\0\0"s;
const std::string kCommitValue = "\0\1\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2"s;

TEST(MessageFormat, PrintsCommitsAsJsonWithoutAnEndOfLine) {
  const auto format = MessageFormat::of_class(kPackage + "OffsetsMessageFormatter"s);
  ASSERT_TRUE(format);
  client::ConsumerRecord record = a_record();
  record.key = kCommitKey;
  record.value = kCommitValue;
  EXPECT_EQ(shown(*format, record),
            R"({"key":{"type":1,"data":{"group":"g","topic":"t","partition":0}},"value":{"version":1,"data":)"
            R"({"offset":5,"metadata":"","commitTimestamp":1,"expireTimestamp":2}}})");
  record.value.reset();
  EXPECT_EQ(shown(*format, record),
            R"({"key":{"type":1,"data":{"group":"g","topic":"t","partition":0}},"value":null})");
}

TEST(MessageFormat, LeavesOutRecordsOfOtherKinds) {
  client::ConsumerRecord record = a_record();
  record.key = kCommitKey;
  record.value = kCommitValue;
  EXPECT_EQ(shown(*MessageFormat::of_class(kPackage + "GroupMetadataMessageFormatter"s), record), "");
  EXPECT_EQ(shown(*MessageFormat::of_class(kPackage + "NoOpMessageFormatter"s), record), "");
  record.key.reset();
  EXPECT_EQ(shown(*MessageFormat::of_class(kPackage + "OffsetsMessageFormatter"s), record), "");
  const std::string unknown = "\0\x7f"s;
  record.key = unknown;
  EXPECT_EQ(shown(*MessageFormat::of_class(kPackage + "OffsetsMessageFormatter"s), record), "");
}

TEST(MessageFormat, KnowsOnlyKafkasOwnFormatters) {
  EXPECT_FALSE(MessageFormat::of_class("com.example.Formatter"));
  EXPECT_FALSE(MessageFormat::of_class("DefaultMessageFormatter"));
  EXPECT_TRUE(MessageFormat::of_class(kPackage + "group.share.ShareGroupStateMessageFormatter"s));
}

struct DeserializerCase {
  const char* name;
  std::string bytes;
  const char* text;  // null: refused
};

TEST(Deserializer, WritesWhatJavaWrites) {
  const DeserializerCase cases[] = {
      {"Short", "\xff\xfe"s, "-2"},
      {"Integer", "\0\0\1\0"s, "256"},
      {"Integer", "abc", nullptr},
      {"Double", "\x3f\xf0\0\0\0\0\0\0"s, "1.0"},
      {"Double", "\x41\x63\x12\xd0\0\0\0\0"s, "1.0E7"},
      {"Double", "\x3f\x1a\x36\xe2\xeb\x1c\x43\x2d"s, "1.0E-4"},
      {"Double", "\xc0\x02\0\0\0\0\0\0"s, "-2.25"},
      {"Double", "\x7f\xf8\0\0\0\0\0\0"s, "NaN"},
      {"Float", "\x3d\xcc\xcc\xcd"s, "0.1"},
      {"Boolean", "\1", "true"},
      {"Boolean", "\2", nullptr},
      {"String", "a", "a"},
      {"UUID", "0188A2F4-0000-4000-8000-000000000001", "0188a2f4-0000-4000-8000-000000000001"},
      {"UUID", "x", nullptr},
  };
  for (const auto& [name, bytes, text] : cases) {
    const auto deserializer = find_deserializer("org.apache.kafka.common.serialization."s + name + "Deserializer");
    ASSERT_NE(deserializer, nullptr) << name;
    const auto result = deserializer(bytes);
    EXPECT_EQ(result.ok(), text != nullptr) << name;
    if (result && text != nullptr) {
      EXPECT_EQ(*result, text) << name;
    }
  }
}

}  // namespace
}  // namespace millrace::cli
