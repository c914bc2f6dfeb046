#include "raft/control_records.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "record/batch.h"

namespace millrace::raft {
namespace {

constexpr Uuid kDirectory{0xa4c23be069e846b1ULL, 0x86c07048bd357ac5ULL};

std::string hex(Bytes bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += kDigits[static_cast<unsigned>(byte) >> 4];
    text += kDigits[static_cast<unsigned>(byte) & 15];
  }
  return text;
}

Membership one_voter() {
  return {1, VoterSet({Voter{{NodeId(1), kDirectory}, {{"CONTROLLER", "127.0.0.1", 0x98b9}}, 0, 1}})};
}

std::vector<Control> controls_of(const Buffer& bytes) {
  const auto batch = *record::BatchView::parse(bytes.bytes());
  EXPECT_TRUE(batch.crc_ok());
  EXPECT_TRUE(batch.is_control());
  record::Scratch scratch;
  auto reader = *record::RecordReader::open(batch, scratch);
  std::vector<Control> controls;
  for (record::Record record; reader.next(record);) controls.push_back(*parse_control(record));
  EXPECT_TRUE(reader.status().ok());
  return controls;
}

// The records of the batch that Kafka wrote when a single voter came back on another port.
TEST(ControlRecords, EpochStartWithNewEndpointsHasKafkasBytes) {
  const EpochStart start{NodeId(1), LeaderEpoch(4), {NodeId(1)}, {NodeId(1)}};
  const Buffer batch = epoch_start_batch(start, one_voter(), WallTime(1'000));
  EXPECT_EQ(hex(batch.bytes().subspan(21, 2)), "0020");
  EXPECT_EQ(hex(batch.bytes().subspan(57)),
            "00000003"
            "3a0000000800000002260000000000010200000001000200000001000000"
            "1e00000208000000050a000000010000"
            "820100000408000000066e00000200000001a4c23be069e846b186c07048bd357ac5"
            "020b434f4e54524f4c4c45520a3132372e302e302e3198b9000000000100000000");
}

TEST(ControlRecords, EpochStartAloneIsOneRecordOf91Bytes) {
  const EpochStart start{NodeId(1), LeaderEpoch(4), {NodeId(1)}, {NodeId(1)}};
  const Buffer batch = epoch_start_batch(start, std::nullopt, WallTime(1'000));
  EXPECT_EQ(batch.size(), 91U);
  const auto controls = controls_of(batch);
  ASSERT_EQ(controls.size(), 1U);
  EXPECT_EQ(std::get<LeaderChange>(controls[0]).leader, NodeId(1));
}

TEST(ControlRecords, SnapshotHeaderAndFooterComeBack) {
  const auto header =
      controls_of(snapshot_header_batch(LeaderEpoch(2), WallTime(77), one_voter(), WallTime(1'000)));
  ASSERT_EQ(header.size(), 3U);
  EXPECT_EQ(std::get<SnapshotHeader>(header[0]).last_contained, WallTime(77));
  EXPECT_EQ(std::get<KRaftVersion>(header[1]).level, 1);
  EXPECT_EQ(std::get<VoterSet>(header[2]), one_voter().voters);

  const Buffer footer = snapshot_footer_batch(Offset(7), LeaderEpoch(2), WallTime(1'000));
  EXPECT_EQ(record::BatchView::parse(footer.bytes())->base_offset(), Offset(7));
  EXPECT_EQ(record::BatchView::parse(footer.bytes())->leader_epoch(), LeaderEpoch(2));
  EXPECT_TRUE(std::holds_alternative<SnapshotFooter>(controls_of(footer).at(0)));
}

TEST(ControlRecords, DamagedValuesAreErrorsAndUnknownTypesAreNot) {
  record::Record record;
  const std::vector<std::byte> key{std::byte{0}, std::byte{0}, std::byte{0}, std::byte{6}};
  record.key = Bytes(key);
  EXPECT_FALSE(parse_control(record).ok());  // no value
  const std::vector<std::byte> cut{std::byte{0}, std::byte{0}, std::byte{9}};
  record.value = Bytes(cut);
  EXPECT_FALSE(parse_control(record).ok());
  const std::vector<std::byte> future{std::byte{0}, std::byte{5}, std::byte{0}};
  record.value = Bytes(future);
  EXPECT_EQ(parse_control(record).error(), Error::unsupported);
  const std::vector<std::byte> other{std::byte{0}, std::byte{0}, std::byte{0}, std::byte{42}};
  record.key = Bytes(other);
  EXPECT_EQ(std::get<UnknownControl>(*parse_control(record)).type, 42);
}

}  // namespace
}  // namespace millrace::raft
