#include "broker/log_dirs.h"

#include <gtest/gtest.h>

#include "config/meta_properties.h"
#include "log/names.h"
#include "log/testing/fake_disk.h"

namespace millrace::broker {
namespace {

constexpr Uuid kFresh{77, 77};

class LogDirs : public ::testing::Test {
 protected:
  LogDirs() {
    config_.node_id = NodeId(1);
    config_.log_dirs = {"a", "b", "c"};
    config_.metadata_log_dir = "a";
    for (std::size_t i = 0; i < config_.log_dirs.size(); ++i) format(config_.log_dirs[i], Uuid{9, i + 1});
  }
  void format(const std::string& dir, std::optional<Uuid> id) {
    if (!disk_.exists(dir)) static_cast<void>(disk_.create_directory(dir));
    config::MetaProperties meta;
    meta.cluster_id = Uuid{1, 2}.text();
    meta.node_id = NodeId(1);
    meta.directory_id = id;
    disk_.put(dir + "/meta.properties", config::render_meta_properties(meta));
  }
  void partition(const std::string& path, const std::string& bytes) {
    ASSERT_TRUE(disk_.create_directory(path).ok());
    disk_.put(path + "/" + log::segment_name(Offset(0)), bytes);
  }
  Result<OpenedDirs, std::string> open() { return open_log_dirs(disk_, config_, {kFresh, kFresh, kFresh, kFresh}); }

  log::testing::FakeDisk disk_;
  config::ServerConfig config_;
};

TEST_F(LogDirs, OneThatCannotBeReadIsOfflineAndTheOthersServe) {
  partition("b/t-0", "x");
  partition("c/t-1", "x");
  disk_.dead = {"b"};
  const auto opened = open();
  ASSERT_TRUE(opened.ok()) << opened.error();
  ASSERT_EQ(opened->offline.size(), 1U);
  EXPECT_NE(opened->offline.at("b").find("b: the log directory cannot be read"), std::string::npos);
  EXPECT_EQ(opened->ids, (std::map<std::string, Uuid>{{"a", {9, 1}}, {"c", {9, 3}}}));
  EXPECT_EQ(opened->partitions, (std::map<std::string, std::string>{{"t-1", "c"}}));
}

TEST_F(LogDirs, ACleanStopIsOneOfAllDirectories) {
  const auto stop = [&] {
    for (const std::string& dir : config_.log_dirs) {
      disk_.put(dir + "/.kafka_cleanshutdown", "{\"version\":0,\"brokerEpoch\":42}");
    }
  };
  stop();
  EXPECT_EQ(open()->previous_broker_epoch, 42);
  stop();
  disk_.dead = {"c"};
  EXPECT_EQ(open()->previous_broker_epoch, -1);
}

TEST_F(LogDirs, AnUnreadableMetaPropertiesTakesItsDirectoryOffline) {
  disk_.put("c/meta.properties", "version=1\n");
  const auto opened = open();
  ASSERT_TRUE(opened.ok()) << opened.error();
  EXPECT_NE(opened->offline.at("c").find("c/meta.properties: "), std::string::npos);
}

TEST_F(LogDirs, WithoutTheMetadataLogsDirectoryNothingStarts) {
  disk_.dead = {"a"};
  const auto opened = open();
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().find("a: the log directory cannot be read"), std::string::npos);
  disk_.dead = {"a", "b", "c"};
  EXPECT_EQ(open().error(), opened.error());
}

TEST_F(LogDirs, AMissingDirectoryIdIsDrawnAndKept) {
  format("b", std::nullopt);
  const auto opened = open();
  ASSERT_TRUE(opened.ok()) << opened.error();
  EXPECT_EQ(opened->ids.at("b"), kFresh);
  EXPECT_EQ(config::parse_meta_properties(*disk_.contents("b/meta.properties"))->directory_id, kFresh);
}

TEST_F(LogDirs, AMetadataLogInAnotherDirectoryStopsTheStart) {
  partition("b/__cluster_metadata-0", "x");
  EXPECT_NE(open().error().find("b/__cluster_metadata-0"), std::string::npos);
}

TEST_F(LogDirs, AMoveThatWasInterruptedIsToldAndItsHalfCopyGoes) {
  const std::string copy = "c/" + log::future_name("t-0", Uuid{4, 4});
  partition("b/t-0", "whole");
  partition(copy, "wh");
  const auto opened = open();
  ASSERT_TRUE(opened.ok()) << opened.error();
  EXPECT_EQ(opened->moving, (std::map<std::string, std::string>{{"t-0", "c"}}));
  EXPECT_FALSE(disk_.exists(copy));
}

TEST_F(LogDirs, ACopyWithoutItsOriginalIsLeftAlone) {
  const std::string copy = "c/" + log::future_name("t-0", Uuid{4, 4});
  partition("b/t-0", "whole");
  partition(copy, "wh");
  disk_.dead = {"b"};
  const auto opened = open();
  ASSERT_TRUE(opened.ok()) << opened.error();
  EXPECT_TRUE(opened->moving.empty());
  EXPECT_TRUE(disk_.exists(copy));
}

TEST_F(LogDirs, TheSamePartitionTwiceIsOneCopyTooManyOrAnError) {
  partition("b/t-0", "same");
  partition("c/t-0", "same");
  const auto opened = open();
  ASSERT_TRUE(opened.ok()) << opened.error();
  EXPECT_EQ(opened->partitions.at("t-0"), "b");
  EXPECT_FALSE(disk_.exists("c/t-0"));
  partition("c/t-0", "differs");
  EXPECT_NE(open().error().find("c/t-0: the partition is in b/t-0 too"), std::string::npos);
}

TEST_F(LogDirs, TheLockFilesGoAtTheEnd) {
  const auto opened = open();
  ASSERT_TRUE(opened.ok()) << opened.error();
  EXPECT_TRUE(disk_.exists("a/.lock") && disk_.exists("b/.lock") && disk_.exists("c/.lock"));
  release_log_dirs(disk_, opened->locked);
  EXPECT_FALSE(disk_.exists("a/.lock") || disk_.exists("b/.lock") || disk_.exists("c/.lock"));
}

}  // namespace
}  // namespace millrace::broker
