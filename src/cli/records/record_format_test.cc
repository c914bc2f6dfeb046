#include "cli/records/record_format.h"

#include <gtest/gtest.h>

#include "cli/records/offset_range.h"
#include "cli/records/record_json.h"
#include "cli/records/record_reader.h"

namespace millrace::cli {
namespace {

using namespace std::string_literals;

// A received record and the bytes of its headers, as they stand in a batch.
struct Received {
  client::ConsumerRecord record;
  std::string headers;

  Received(std::optional<std::string_view> key, std::optional<std::string_view> value) {
    record.topic = "t";
    record.partition = 3;
    record.offset = 7;
    record.timestamp_ms = 1'700'000'000'000;
    record.leader_epoch = 2;
    record.key = key;
    record.value = value;
  }
  // Lengths below 64 take one byte.
  Received& with(std::string_view key, std::optional<std::string_view> value) {
    headers += static_cast<char>(key.size() * 2);
    headers += key;
    headers += value ? static_cast<char>(value->size() * 2) : '\1';
    headers += value.value_or("");
    record.encoded_headers = headers;
    ++record.header_count;
    return *this;
  }
};

std::string written(std::string_view layout, const client::ConsumerRecord& record) {
  const auto format = RecordFormat::parse(layout);
  EXPECT_TRUE(format.ok()) << format.error();
  std::string out;
  if (format) format->write(record, 1, out);
  return out;
}

std::vector<client::Record> read_all(std::string_view layout, std::string_view text) {
  std::vector<client::Record> records;
  const auto format = RecordFormat::parse(layout);
  EXPECT_EQ(RecordReader::refusal(*format), "");
  TextSource source(text);
  RecordReader reader(*format, source);
  while (true) {
    auto record = reader.next();
    EXPECT_TRUE(record.ok()) << record.error();
    if (!record || !*record) return records;
    records.push_back(**record);
  }
}

std::string refusal(std::string_view layout) {
  const auto format = RecordFormat::parse(layout);
  return format ? RecordReader::refusal(*format) : format.error();
}

TEST(RecordFormat, WritesEveryLetter) {
  Received received("k", "value");
  received.with("a", "b").with("c", std::nullopt);
  EXPECT_EQ(written("%t %k %v %p %o %e %d %i %T %K %V %H%%%{%}\\t\\x41", received.record),
            "t k value 3 7 2 1700000000000 1 1 1 5 2%{}\tA");
  EXPECT_EQ(written("%h{%k=%v(%V{hex8}) }", received.record), "a=b(01) c=(00) ");
  EXPECT_EQ(written("%d{strftime[%Y-%m-%d %H:%M:%S]}", received.record), "2023-11-14 22:13:20");
}

TEST(RecordFormat, WritesNumbersAndBytesInOtherForms) {
  const std::string key = "\x01\xff"s;
  const std::string value = "\x00\x00\x01\x00\x02"s;
  const Received received(key, value);
  EXPECT_EQ(written("%k{hex} %k{base64} %k{base64raw}", received.record), "01ff Af8= Af8");
  EXPECT_EQ(written("%V{hex16}%V{hex4}%V{bool}", received.record), "00055true");
  EXPECT_EQ(written("%V{big16}%V{little32}%V{byte}", received.record), "\0\5\5\0\0\0\5"s);
  EXPECT_EQ(written("%v{unpack[>Ib$]}", received.record), "2562");
  EXPECT_EQ(written("%k{unpack[<h]} %k{unpack[q]}", received.record), "-255 (2 bytes are too few)");
}

TEST(RecordFormat, WritesTheProducerAndTheAttributesOfTheBatch) {
  Received received("k", "v");
  EXPECT_EQ(written("%x %y %a{compression} %a{transactional-bit}", received.record), "-1 -1 none 0");
  received.record.producer_id = 4000;
  received.record.producer_epoch = 7;
  received.record.compression = client::Compression::zstd;
  received.record.transactional = true;
  EXPECT_EQ(written("%x %y %x{hex16} %y{big16}", received.record), "4000 7 0fa0 \0\7"s);
  EXPECT_EQ(written("%a{compression} %a{compression;number} %a{compression;hex8}", received.record), "zstd 4 04");
  EXPECT_EQ(written("%a{transactional-bit;bool} %a{control-bit} %a{control-bit;bool}", received.record),
            "true 0 false");
  EXPECT_EQ(written("%a{timestamp-type}", received.record), "0");
  received.record.timestamp_type = client::TimestampType::log_append_time;
  EXPECT_EQ(written("%a{timestamp-type}", received.record), "1");
  received.record.timestamp_ms = -1;
  EXPECT_EQ(written("%a{timestamp-type}", received.record), "-1");
}

TEST(RecordFormat, SaysWhatItCannotRead) {
  EXPECT_NE(refusal("%k%v"), "");
  EXPECT_NE(refusal("%h{%k}"), "");
  EXPECT_NE(refusal("%v{unpack[b]}"), "");
  EXPECT_NE(refusal("%q").find("%q means nothing"), std::string::npos);
  EXPECT_NE(refusal("%v{").find("not closed"), std::string::npos);
  EXPECT_NE(refusal("%[").find("not told"), std::string::npos);
  EXPECT_NE(refusal("%a").find("timestamp-type"), std::string::npos);
  EXPECT_NE(refusal("%a{size}").find("timestamp-type"), std::string::npos);
  EXPECT_NE(refusal("%a{compression;base64}").find("number"), std::string::npos);
  EXPECT_NE(refusal("%a{compression} %v\n").find("only be written"), std::string::npos);
  EXPECT_EQ(refusal("%k %v\n"), "");
  EXPECT_EQ(refusal("%V{big32}%v%k"), "");
}

TEST(RecordReader, ReadsLinesAndTheLastWithoutItsEnd) {
  const auto records = read_all("%k=%v\n", "a=1\nb=\n=c=d");
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].key, "a");
  EXPECT_EQ(records[1].value, "");
  EXPECT_EQ(records[2].key, "");
  EXPECT_EQ(records[2].value, "c=d");
}

TEST(RecordReader, PassesOverTheProducer) {
  EXPECT_EQ(read_all("%x %y %v\n", "4000 7 a\n-1 -1 b\n").back().value, "b");
}

TEST(RecordReader, ReadsLengthsJsonAndExpressions) {
  EXPECT_EQ(read_all("%V{hex8}%v", "02ab01c").back().value, "c");
  EXPECT_EQ(read_all("%v{3}", "abcdef").size(), 2U);
  EXPECT_EQ(read_all("%v{json}\n", "{\"a\": [1, \"}\"]}\n\"x\"\n7\n").front().value, "{\"a\": [1, \"}\"]}");
  EXPECT_EQ(read_all("%k{re[[a-z]+]}%v\n", "abc123\n").front().value, "123");
  EXPECT_EQ(read_all("%p %d %t %v\n", "4 99 other x\n").front().partition, 4);
}

TEST(RecordReader, NamesTheRecordThatIsWrong) {
  const auto format = RecordFormat::parse("%V{big32}%v");
  const std::string text = "\0\0\0\1a\0\0\0\5b"s;
  TextSource lasting(text);
  RecordReader reader(*format, lasting);
  EXPECT_TRUE(reader.next().ok());
  EXPECT_EQ(reader.next().error(), "record 2: the input ends after 1 of 5 bytes");
}

// What a layout writes, it reads back, and writes the same again: binary keys, values and headers.
TEST(RecordFormat, WhatIsWrittenIsReadBackByteForByte) {
  const std::string key = "\0\x80\xff\n"s;
  const std::string value = "v\0\r\n%{}\\\xc3\x28"s;
  Received received(key, value);
  received.with("h\0"s, "\xfe\n"s).with("", "");
  for (const char* layout : {"%K{big32}%k%V{little64}%v%H{big16}%h{%K{byte}%k%V{big32}%v}",
                             "%K %k%V %v%H %h{%K %k%V %v}", "%k{hex} %v{base64} %H %h{%k{hex}=%v{base64raw};}\n",
                             "%T{hex4}%t%K{hex64}%k%V{hex16}%v%H{hex8}%h{%K{hex8}%k%V{hex8}%v}%p\n", "json"}) {
    std::string twice;
    const auto format = RecordFormat::parse(layout);
    ASSERT_TRUE(format.ok()) << layout << format.error();
    format->write(received.record, 1, twice);
    format->write(received.record, 2, twice);
    const auto records = read_all(layout, twice);
    ASSERT_EQ(records.size(), 2U) << layout;
    for (const auto& record : records) {
      EXPECT_EQ(record.key, key) << layout;
      EXPECT_EQ(record.value, value) << layout;
      EXPECT_EQ(record.headers, (client::Headers{{"h\0"s, "\xfe\n"s}, {"", ""}})) << layout;
    }
  }
}

TEST(RecordJson, TellsNullFromEmpty) {
  Received received(std::nullopt, "");
  received.with("a", std::nullopt).with("b", "");
  const auto record = read_json(written("json", received.record));
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->key, std::nullopt);
  EXPECT_EQ(record->value, "");
  EXPECT_EQ(record->headers, (client::Headers{{"a", std::nullopt}, {"b", ""}}));
  EXPECT_FALSE(read_json("[1]").ok());
  EXPECT_FALSE(read_json(R"({"key_base64":"*"})").ok());
}

TEST(OffsetRange, ReadsOffsetsAndTimes) {
  using Kind = OffsetBound::Kind;
  constexpr std::int64_t kNow = 1'700'000'000'000;
  const auto range = [&](std::string_view text) { return OffsetRange::parse(text, kNow).value(); };
  EXPECT_EQ(range("start"), (OffsetRange{{Kind::start, 0}, std::nullopt}));
  EXPECT_EQ(range("+5"), (OffsetRange{{Kind::after_start, 5}, std::nullopt}));
  EXPECT_EQ(range("-5:end"), (OffsetRange{{Kind::before_end, 5}, OffsetBound{Kind::end, 0}}));
  EXPECT_EQ(range(":end"), (OffsetRange{{Kind::start, 0}, OffsetBound{Kind::end, 0}}));
  EXPECT_EQ(range("3:9"), (OffsetRange{{Kind::exact, 3}, OffsetBound{Kind::exact, 9}}));
  EXPECT_EQ(range("3:"), (OffsetRange{{Kind::exact, 3}, std::nullopt}));
  EXPECT_EQ(range("@-1h"), (OffsetRange{{Kind::time, kNow - 3'600'000}, std::nullopt}));
  EXPECT_EQ(range("@-1h:end"), (OffsetRange{{Kind::time, kNow - 3'600'000}, OffsetBound{Kind::end, 0}}));
  EXPECT_EQ(range("@1600000000000:1600000001"),
            (OffsetRange{{Kind::time, 1'600'000'000'000}, OffsetBound{Kind::time, 1'600'000'001'000}}));
  EXPECT_EQ(range("@1970-01-01T00:00:01Z:1970-01-01T00:00:02Z"),
            (OffsetRange{{Kind::time, 1000}, OffsetBound{Kind::time, 2000}}));
  for (const char* wrong : {"", ":", "x", "-", "@", "@1", "@x:end", "1:x"}) {
    EXPECT_FALSE(OffsetRange::parse(wrong, kNow).ok()) << wrong;
  }
}

}  // namespace
}  // namespace millrace::cli
