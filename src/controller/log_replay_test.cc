#include "controller/log_replay.h"

#include <gtest/gtest.h>

#include <cstring>

#include "metadata/bootstrap.h"
#include "metadata/record_frame.h"
#include "protocol/gen/producer_ids_record.h"
#include "record/batch_builder.h"

namespace millrace::controller {
namespace {

constexpr WallTime kNow{1'795'000'000'000};

Buffer ids_record(std::int64_t next) {
  protocol::ProducerIdsRecord record;
  record.next_producer_id = next;
  return metadata::frame_record(record, 0);
}

// Producer ids `first`, first + 1000, ... recorded from `base` on.
Buffer batch_of(Offset base, LeaderEpoch epoch, int count, std::int64_t first) {
  record::BatchOptions options;
  options.base_offset = base;
  options.leader_epoch = epoch;
  record::BatchBuilder batch(options);
  for (int i = 0; i < count; ++i) batch.add(kNow, std::nullopt, ids_record(first + i * 1000).bytes());
  return batch.build();
}

record::BatchView view(const Buffer& buffer) { return *record::BatchView::parse(buffer.bytes()); }

std::int64_t next_id(Replayed& replayed) { return (*replayed.metadata.image(Offset(100)))->next_producer_id(); }

TEST(LogReplay, RecordsThatTheSnapshotCoversAreNotAppliedAgain) {
  Replayed replayed;
  // The second half of this batch lies behind the snapshot. Were the first half applied, the ids would fall.
  const Buffer snapshot_state = ids_record(2000);
  ASSERT_TRUE(replayed.metadata.replay(snapshot_state.bytes(), Offset(9)).ok());
  const Buffer batch = batch_of(Offset(8), LeaderEpoch(3), 4, 1000);
  ASSERT_TRUE(replay_batch(view(batch), Offset(10), replayed).ok());
  EXPECT_EQ(next_id(replayed), 4000);
  EXPECT_EQ(replayed.last_epoch, LeaderEpoch(3));
  EXPECT_EQ(replayed.last_timestamp, kNow);
}

TEST(LogReplay, EpochStartSaysWhoLeadsAndWhoVotes) {
  const raft::Membership membership{1, raft::VoterSet({{{NodeId(4), Uuid{1, 1}}, {{"C", "h", 1}}, 0, 1}})};
  Buffer batch = raft::epoch_start_batch({NodeId(4), LeaderEpoch(6), {NodeId(4)}, {NodeId(4)}}, membership, kNow);
  record::MutableBatch(batch.writable()).set_leader_epoch(LeaderEpoch(6));
  Replayed replayed;
  ASSERT_TRUE(replay_batch(view(batch), Offset(0), replayed).ok());
  EXPECT_EQ(replayed.membership, membership);
  const auto image = *replayed.metadata.image(Offset(3));
  EXPECT_EQ(image->controller(), NodeId(4));
  EXPECT_EQ(image->controller_epoch(), LeaderEpoch(6));
  EXPECT_EQ(image->kraft_version(), 1);
}

TEST(LogReplay, SnapshotBringsRecordsAndVoters) {
  const raft::VoterSet voters({{{NodeId(4), Uuid{1, 1}}, {{"C", "h", 1}}, 0, 1}});
  Replayed replayed;
  const Buffer first = metadata::voters_checkpoint(voters, kNow);
  ASSERT_TRUE(replay_snapshot(first.bytes(), LeaderEpoch(2), Offset(50), replayed).ok());
  ASSERT_TRUE(replayed.membership);
  EXPECT_EQ(replayed.membership->voters, voters);
  EXPECT_EQ(replayed.last_epoch, LeaderEpoch(2));
  const std::vector<Buffer> records{ids_record(7000)};
  const Buffer file = metadata::bootstrap_checkpoint({}, records, kNow);
  ASSERT_TRUE(replay_snapshot(file.bytes(), LeaderEpoch(2), Offset(50), replayed).ok());
  EXPECT_EQ(next_id(replayed), 7000);
}

TEST(LogReplay, DamageNamesItsOffset) {
  Buffer batch = batch_of(Offset(77), LeaderEpoch(1), 1, 1000);
  batch.data()[batch.size() - 1] ^= std::byte{1};
  Replayed replayed;
  const auto outcome = replay_batch(view(batch), Offset(0), replayed);
  ASSERT_FALSE(outcome.ok());
  EXPECT_NE(outcome.error().find("77"), std::string::npos) << outcome.error();
}

}  // namespace
}  // namespace millrace::controller
