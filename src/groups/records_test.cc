#include "groups/records.h"

#include <string>

#include <gtest/gtest.h>

#include "coordinator/testing/turns.h"
#include "groups/store.h"

namespace millrace::groups {
namespace {

std::string hex(Bytes bytes) {
  static const char* digits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += digits[static_cast<int>(byte) >> 4];
    text += digits[static_cast<int>(byte) & 15];
  }
  return text;
}

Buffer bytes(const std::string& text) {
  Buffer buffer = Buffer::allocate(text.size() / 2);
  for (std::size_t i = 0; i < buffer.size(); ++i) {
    buffer.data()[i] = static_cast<std::byte>(std::stoi(text.substr(2 * i, 2), nullptr, 16));
  }
  return buffer;
}

coordinator::RecordView view(const coordinator::Record& record) {
  return {record.key.bytes(), record.value ? std::optional(record.value->bytes()) : std::nullopt};
}

TEST(GroupRecords, AnOffsetHasKafkasBytes) {
  StoredOffset offset;
  offset.offset = 1;
  offset.committed_at = WallTime(0x1a1fb775841);
  offset.topic_id = Uuid{0x0102030405060708, 0x090a0b0c0d0e0f10};
  const coordinator::Record record = offset_record({"g.deleted", "in", 0}, offset);
  EXPECT_EQ(hex(record.key.bytes()), "00010009672e64656c65746564" "0002696e" "00000000");
  EXPECT_EQ(hex(record.value->bytes()), "00040000000000000001ffffffff01000001a1fb775841010010"
                                        "0102030405060708090a0b0c0d0e0f10");
}

TEST(GroupRecords, AnOffsetThatExpiresByWishIsVersionOne) {
  StoredOffset offset;
  offset.offset = 2;
  offset.committed_at = WallTime(3);
  offset.expires_at = WallTime(4);
  const coordinator::Record record = offset_record({"g", "t", 0}, offset);
  EXPECT_EQ(hex(record.value->bytes()), "0001000000000000000200000000000000000003" "0000000000000004");
  const Result<Entry> entry = parse_record(view(record));
  EXPECT_EQ(std::get<OffsetEntry>(*entry).value->expires_at, WallTime(4));
}

TEST(GroupRecords, AGroupIsVersionThreeAndComesBackWhole) {
  StoredGroup group;
  group.protocol_type = "consumer";
  group.generation = 7;
  group.protocol = "range";
  group.leader = "m";
  group.since = WallTime(9);
  StoredMember member;
  member.id = "m";
  member.instance_id = "i";
  member.client_id = "c";
  member.client_host = "/h";
  member.session_timeout = Millis(6000);
  member.rebalance_timeout = Millis(7000);
  member.subscription = Buffer::copy_of(as_bytes("sub"));
  member.assignment = Buffer::copy_of(as_bytes("ass"));
  group.members.push_back(member);
  const coordinator::Record record = group_record("g", group);
  EXPECT_EQ(hex(record.key.bytes()), "0002000167");
  EXPECT_EQ(hex(record.value->bytes()).substr(0, 4), "0003");
  const Result<Entry> entry = parse_record(view(record));
  const StoredGroup& read = *std::get<GroupEntry>(*entry).value;
  EXPECT_EQ(read.generation, 7);
  EXPECT_EQ(read.leader, "m");
  EXPECT_EQ(read.since, WallTime(9));
  EXPECT_EQ(read.members.at(0).instance_id, "i");
  EXPECT_EQ(read.members.at(0).rebalance_timeout, Millis(7000));
  EXPECT_EQ(as_text(read.members.at(0).assignment.bytes()), "ass");
}

TEST(GroupRecords, DamagedOnesAreToldFromUnknownOnes) {
  const Buffer value = bytes("0003");
  EXPECT_EQ(parse_record({bytes("00").bytes(), std::nullopt}).error(), Error::truncated);
  EXPECT_FALSE(parse_record({bytes("0002000567").bytes(), value.bytes()}).ok());
  EXPECT_FALSE(parse_record({bytes("0002000167").bytes(), value.bytes()}).ok());
  EXPECT_EQ(std::get<OtherEntry>(*parse_record({bytes("0063000167").bytes(), value.bytes()})).type, 99);
}

TEST(GroupStore, TombstonesRemoveAndUnknownTypesAreReportedOnce) {
  coordinator::testing::KeptLog log;
  Store store(log);
  store.begin_event(0);
  store.replay(view(group_record("g", {})), kNoProducer);
  store.replay(view(offset_record({"g", "t", 0}, {})), kNoProducer);
  store.replay(view(offset_record({"h", "t", 0}, {})), kNoProducer);
  EXPECT_TRUE(store.has("g"));
  store.replay(view(group_tombstone("g")), kNoProducer);
  EXPECT_FALSE(store.has("g"));
  store.replay(view(offset_tombstone({"h", "t", 0})), kNoProducer);
  EXPECT_TRUE(store.has("h"));  // until it is removed or its partition is loaded anew
  const Buffer key = bytes("0063000167");
  store.replay({key.bytes(), std::nullopt}, kNoProducer);
  store.replay({key.bytes(), std::nullopt}, kNoProducer);
  EXPECT_EQ(log.lines.size(), 1u);
}

TEST(GroupStore, OffsetsOfATransactionCountWhenItIsCommitted) {
  coordinator::testing::KeptLog log;
  Store store(log);
  StoredOffset five;
  five.offset = 5;
  const auto record = offset_record({"g", "t", 0}, five);
  store.begin_event(0);
  store.replay(view(record), ProducerId(1));
  EXPECT_TRUE(store.is_pending({"g", "t", 0}));
  EXPECT_EQ(store.offsets().find(OffsetKeyView{"g", "t", 0}), nullptr);
  store.end_transaction(ProducerId(1), false);
  EXPECT_FALSE(store.is_pending({"g", "t", 0}));
  EXPECT_EQ(store.offsets().find(OffsetKeyView{"g", "t", 0}), nullptr);
  store.replay(view(record), ProducerId(1));
  store.end_transaction(ProducerId(1), true);
  EXPECT_EQ(store.offsets().find_committed(OffsetKeyView{"g", "t", 0})->offset, 5);
}

TEST(GroupStore, TheLaterOfTwoCommitsCountsWheneverTheTransactionEnds) {
  coordinator::testing::KeptLog log;
  Store store(log);
  StoredOffset five, nine;
  five.offset = 5;
  nine.offset = 9;
  store.begin_event(0);
  store.replay(view(offset_record({"g", "t", 0}, five)), ProducerId(1));
  store.replay(view(offset_record({"g", "t", 0}, nine)), kNoProducer);
  store.end_transaction(ProducerId(1), true);
  EXPECT_EQ(store.offsets().find(OffsetKeyView{"g", "t", 0})->offset, 9);
  store.replay(view(offset_record({"g", "t", 0}, five)), ProducerId(2));
  store.replay(view(offset_tombstone({"g", "t", 0})), kNoProducer);
  EXPECT_FALSE(store.is_pending({"g", "t", 0}));
}

}  // namespace
}  // namespace millrace::groups
