#include "metadata/bootstrap.h"

#include <gtest/gtest.h>

#include "metadata/replayer.h"

namespace millrace::metadata {
namespace {

constexpr WallTime kNow{1'795'229'388'944};

std::vector<std::byte> from_hex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(digit(text[i]) * 16 + digit(text[i + 1])));
  }
  return bytes;
}

// What Kafka 4.3.1 wrote for `format --standalone` with one voter on port 39193, but for the times, which are all
// kNow here, and hence the checksums.
TEST(Bootstrap, FirstSnapshotOfAQuorumHasKafkasBytes) {
  const Uuid directory{0xa4c23be069e846b1ULL, 0x86c07048bd357ac5ULL};
  const raft::VoterSet voters({{{NodeId(1), directory}, {{"CONTROLLER", "127.0.0.1", 39193}}, 0, 1}});
  const Buffer file = voters_checkpoint(voters, WallTime(0x1a1fc02909a));
  const std::string_view records =
      "2a0000000800000003160000000001a1fc02909a00001e00000208000000050a000000010000"
      "820100000408000000066e00000200000001a4c23be069e846b186c07048bd357ac5"
      "020b434f4e54524f4c4c45520a3132372e302e302e319919000000000100000000";
  const auto expected = from_hex(records);
  const Bytes body = file.bytes().subspan(61, expected.size());
  EXPECT_TRUE(same_bytes(body, expected));
  EXPECT_EQ(file.size(), 241U);
  const auto back = parse_checkpoint(file.bytes());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->membership, (raft::Membership{1, voters}));
  EXPECT_TRUE(back->records.empty());
}

TEST(Bootstrap, FeaturesComeBackAsRecords) {
  const std::vector<std::pair<std::string, std::int16_t>> features{
      {"metadata.version", 30},       {"eligible.leader.replicas.version", 1},
      {"group.version", 1},           {"share.version", 1},
      {"streams.version", 1},         {"transaction.version", 2}};
  const Buffer file = bootstrap_checkpoint(features, {}, kNow);
  EXPECT_EQ(file.size(), 411U);  // as Kafka's
  const auto checkpoint = parse_checkpoint(file.bytes());
  ASSERT_TRUE(checkpoint.ok());
  EXPECT_EQ(checkpoint->last_contained, WallTime(0));
  EXPECT_FALSE(checkpoint->membership);
  Replayer replayer;
  for (const Bytes value : checkpoint->records) ASSERT_TRUE(replayer.replay(value, Offset(0)).ok());
  const ImagePtr image = *replayer.image(Offset(6));
  for (const auto& [name, level] : features) EXPECT_EQ(image->feature(name), level) << name;
  EXPECT_EQ(image->features().size(), features.size());
}

TEST(Bootstrap, SnapshotWithoutItsEndIsRefused) {
  const Buffer file = voters_checkpoint({}, kNow);
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_FALSE(parse_checkpoint(file.bytes().first(size)).ok()) << size;
  }
}

TEST(Bootstrap, FlippedBitIsFound) {
  Buffer file = voters_checkpoint({}, kNow);
  file.data()[70] ^= std::byte{1};
  EXPECT_FALSE(parse_checkpoint(file.bytes()).ok());
}

TEST(Bootstrap, NamesOfSnapshots) {
  EXPECT_EQ(render_checkpoint_name({Offset(0), LeaderEpoch(0)}), kFirstCheckpointName);
  const CheckpointName name{Offset(1869), LeaderEpoch(3)};
  EXPECT_EQ(render_checkpoint_name(name), "00000000000000001869-0000000003.checkpoint");
  EXPECT_EQ(parse_checkpoint_name("00000000000000001869-0000000003.checkpoint"), name);
  EXPECT_EQ(parse_checkpoint_name("00000000000000001869-0000000003.checkpoint.deleted"), std::nullopt);
  EXPECT_EQ(parse_checkpoint_name("00000000000000001869-0000000003-6183.checkpoint.part"), std::nullopt);
  EXPECT_EQ(parse_checkpoint_name("0000000000000000186x-0000000003.checkpoint"), std::nullopt);
  EXPECT_EQ(parse_checkpoint_name("00000000000000001869.log"), std::nullopt);
}

}  // namespace
}  // namespace millrace::metadata
