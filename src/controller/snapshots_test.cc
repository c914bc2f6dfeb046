#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "controller/snapshot_files.h"
#include "controller/testing/cluster.h"

namespace millrace::controller {
namespace {

constexpr const char* kDirectory = "data/__cluster_metadata-0";
constexpr std::int32_t kPartitions = 4;
constexpr Nanos kSecond{1'000'000'000};
constexpr Nanos kMinutes{130'000'000'000};

SnapshotFile snapshot(std::int64_t end, std::uint64_t size, std::int64_t covered) {
  return {{Offset(end), LeaderEpoch(1)}, ByteCount(size), WallTime(covered)};
}

TEST(SnapshotRetention, TheOnlySnapshotNeverGoes) {
  const std::vector<SnapshotFile> one{snapshot(10, 1'000'000, 0)};
  EXPECT_FALSE(oldest_may_go(one, ByteCount(1'000'000), {0, Millis(0)}, WallTime(1'000'000)));
}

TEST(SnapshotRetention, SizeCountsLogAndSnapshotsTogether) {
  const std::vector<SnapshotFile> two{snapshot(10, 100, 0), snapshot(20, 100, 0)};
  EXPECT_FALSE(oldest_may_go(two, ByteCount(100), {300, Millis(-1)}, WallTime(0)));
  EXPECT_TRUE(oldest_may_go(two, ByteCount(101), {300, Millis(-1)}, WallTime(0)));
  EXPECT_FALSE(oldest_may_go(two, ByteCount(101), {-1, Millis(-1)}, WallTime(0)));
}

TEST(SnapshotRetention, AgeIsThatOfTheLastRecordCovered) {
  const std::vector<SnapshotFile> two{snapshot(10, 1, 1000), snapshot(20, 1, 5000)};
  EXPECT_FALSE(oldest_may_go(two, ByteCount(1), {-1, Millis(500)}, WallTime(1500)));
  EXPECT_TRUE(oldest_may_go(two, ByteCount(1), {-1, Millis(500)}, WallTime(1501)));
}

class Snapshots : public ::testing::Test {
 protected:
  static std::vector<std::string> files(Cluster& cluster, std::string_view suffix) {
    std::vector<std::string> names;
    const auto entries = cluster.node->disk().list(kDirectory);
    for (const auto& entry : *entries) {
      if (entry.name.ends_with(suffix)) names.push_back(entry.name);
    }
    return names;
  }
  static void create_topics(Cluster& cluster, int from, int upto) {
    for (int i = from; i < upto; ++i) EXPECT_EQ(cluster.create("t" + std::to_string(i), kPartitions), 0);
  }
  static void expect_topics(Cluster& cluster, int count) {
    EXPECT_EQ(cluster.app().image()->topics().size(), static_cast<std::size_t>(count));
    for (const metadata::TopicImage* topic : cluster.app().image()->topics()) {
      EXPECT_EQ(topic->partitions.size(), static_cast<std::size_t>(kPartitions));
    }
  }
};

TEST_F(Snapshots, AreWrittenAfterSoManyBytesAndAreWhatTheNextStartGoesBy) {
  Cluster cluster(21);
  cluster.plan.server.quorum.snapshot_after_bytes = 1000;
  cluster.start();
  create_topics(cluster, 0, 6);
  cluster.world.run_for(kSecond);
  const auto written = files(cluster, ".checkpoint");
  EXPECT_GT(written.size(), 2U);  // the first one is what formatting left
  EXPECT_TRUE(files(cluster, ".part").empty());
  cluster.kill(sim::Crash::power);
  cluster.start();
  expect_topics(cluster, 6);
  create_topics(cluster, 6, 8);
  cluster.stop();
  cluster.start();
  expect_topics(cluster, 8);
}

TEST_F(Snapshots, AreWrittenAfterSoMuchTimeIfAnythingChanged) {
  Cluster cluster(22);
  cluster.plan.server.quorum.snapshot_after = Millis(90'000);
  cluster.start();
  cluster.world.run_for(kMinutes);
  EXPECT_EQ(files(cluster, ".checkpoint").size(), 2U);
  cluster.world.run_for(kMinutes);
  EXPECT_EQ(files(cluster, ".checkpoint").size(), 2U);
}

TEST_F(Snapshots, OldOnesGoTogetherWithTheLogBelowThem) {
  Cluster cluster(23);
  cluster.plan.server.quorum.snapshot_after_bytes = 1000;
  cluster.plan.server.quorum.segment_bytes = 4000;
  cluster.plan.server.quorum.retention_bytes = 1;
  cluster.start();
  create_topics(cluster, 0, 12);
  cluster.world.run_for(kMinutes);
  EXPECT_EQ(files(cluster, ".checkpoint").size(), 1U);
  EXPECT_NE(files(cluster, ".log").front(), "00000000000000000000.log");
  for (const sim::Crash crash : {sim::Crash::power, sim::Crash::process}) {
    cluster.kill(crash);
    cluster.start();
    expect_topics(cluster, 12);
  }
  EXPECT_EQ(cluster.create("t0"), 36);
}

// Unfencing the broker touches every partition in one write.
TEST_F(Snapshots, WritesThatAreLargerThanASegmentStayWhole) {
  Cluster cluster(26);
  cluster.plan.server.quorum.segment_bytes = 2000;
  cluster.start();
  EXPECT_EQ(cluster.create("t", 500), 0);
  cluster.stop();
  cluster.start();
  EXPECT_EQ(cluster.app().image()->topic("t")->partitions.size(), 500U);
  EXPECT_EQ(cluster.partition("t").leader_epoch, LeaderEpoch(2));
  EXPECT_GT(files(cluster, ".log").size(), 2U);
}

TEST_F(Snapshots, LogThatEndsBelowTheNewestBeginsAnewThere) {
  Cluster cluster(24);
  cluster.plan.server.quorum.snapshot_after_bytes = 1000;
  cluster.start();
  create_topics(cluster, 0, 6);
  cluster.world.run_for(kSecond);
  cluster.stop();
  for (const std::string& name : files(cluster, ".log")) {
    ASSERT_TRUE(cluster.node->disk().remove(std::string(kDirectory) + "/" + name).ok());
  }
  ASSERT_TRUE(cluster.node->disk().sync_directory(kDirectory).ok());
  const std::string newest = files(cluster, ".checkpoint").back();
  cluster.start();
  EXPECT_EQ(files(cluster, ".log"), std::vector{newest.substr(0, 20) + ".log"});
  EXPECT_GE(cluster.app().image()->topics().size(), 5U);
  EXPECT_EQ(cluster.create("after"), 0);
}

TEST_F(Snapshots, FullDiskOnlyPutsThemOff) {
  Cluster cluster(25);
  cluster.plan.server.quorum.snapshot_after_bytes = 1'000'000;
  cluster.start();
  create_topics(cluster, 0, 6);
  cluster.stop();
  cluster.plan.server.quorum.snapshot_after_bytes = 1;
  cluster.start();
  cluster.world.run_for(kSecond);
  const std::size_t before = files(cluster, ".checkpoint").size();
  cluster.node->disk().set_budget(cluster.node->disk().used() + 3000);
  create_topics(cluster, 6, 7);
  cluster.world.run_for(kSecond);
  EXPECT_EQ(cluster.node->failure(), "");
  cluster.node->disk().set_budget(~std::uint64_t{0});
  create_topics(cluster, 7, 8);
  cluster.world.run_for(kSecond);
  EXPECT_GT(files(cluster, ".checkpoint").size(), before);
  EXPECT_TRUE(files(cluster, ".part").empty());
  expect_topics(cluster, 8);
}

// Snapshots all the time, and every old one dropped, while the node dies inside the jobs that do it.
TEST_F(Snapshots, NothingAcknowledgedIsLostWhileTheyAreWrittenAndDropped) {
  std::size_t starts_from_above = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Prng shape(seed);
    Cluster cluster(seed, sim::Profile::calm());
    cluster.plan.server.quorum.snapshot_after_bytes = 500;
    cluster.plan.server.quorum.segment_bytes = 5000;
    cluster.plan.server.quorum.retention_bytes = 1;
    int created = 0;
    for (int life = 0; life < 4; ++life) {
      cluster.start();
      ASSERT_EQ(cluster.node->failure(), "") << seed;
      for (int i = 0; i < 4; ++i) create_topics(cluster, created, created + 1), ++created;
      if (shape.one_in(2)) cluster.node->kill_inside_job(1 + shape.below(12));
      cluster.world.run_for(shape.one_in(2) ? kMinutes : Nanos(static_cast<std::int64_t>(shape.below(20'000'000))));
      cluster.kill(shape.one_in(3) ? sim::Crash::process : sim::Crash::power);
    }
    cluster.start();
    expect_topics(cluster, created);
    starts_from_above += files(cluster, ".log").front() > "00000000000000000001" ? 1U : 0U;
  }
  EXPECT_GT(starts_from_above, 10U);
}

}  // namespace
}  // namespace millrace::controller
