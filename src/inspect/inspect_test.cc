// A dump says what is there, a check finds every damage, a cut loses nothing but what it showed.
#include <gtest/gtest.h>

#include "inspect/dump.h"
#include "inspect/recover.h"
#include "inspect/verify.h"
#include "log/epochs.h"
#include "log/partition_metadata.h"
#include "log/testing/fake_disk.h"
#include "record/batch_builder.h"

namespace millrace::inspect {
namespace {

constexpr const char* kLog = "/d/t-0/00000000000000000000.log";
constexpr const char* kIndex = "/d/t-0/00000000000000000000.index";
constexpr const char* kTimes = "/d/t-0/00000000000000000000.timeindex";

struct Kept final : Output {
  std::string text;
  std::string complaints;
  void out(std::string_view more) override { text += more; }
  void err(std::string_view more) override { complaints += more; }
};

std::string batch(std::int64_t base, std::string_view key, std::string_view value) {
  record::BatchOptions options;
  options.base_offset = Offset(base);
  options.leader_epoch = LeaderEpoch(0);
  record::BatchBuilder builder(options);
  builder.add(WallTime(1000 + base), as_bytes(key), as_bytes(value));
  return std::string(as_text(builder.build().bytes()));
}

class InspectTest : public ::testing::Test {
 protected:
  InspectTest() {
    for (const char* directory : {"/d", "/d/t-0"}) EXPECT_TRUE(disk_.create_directory(directory).ok());
    disk_.put("/d/t-0/partition.metadata", log::encode_partition_metadata(Uuid{1, 2}));
    for (const char* directory : {"/", "/d"}) EXPECT_TRUE(disk_.sync_directory(directory).ok());
    log::EpochTable epochs;
    epochs.begin(LeaderEpoch(0), Offset(0));
    disk_.put("/d/t-0/leader-epoch-checkpoint", epochs.encode());
    for (int i = 0; i < 3; ++i) log_ += batch(i, "k", "value");
    disk_.put(kLog, log_);
    disk_.put(kIndex, "");
    disk_.put(kTimes, "");
  }
  std::vector<std::string> findings() {
    const auto verified = verify_directory(disk_, "/d");
    std::vector<std::string> lines;
    EXPECT_TRUE(verified.ok());
    for (const auto& finding : verified->findings) lines.push_back(finding.text());
    return lines;
  }
  std::size_t one() const { return log_.size() / 3; }

  log::testing::FakeDisk disk_;
  std::string log_;
};

TEST_F(InspectTest, ADumpShowsBatchesAndRecords) {
  Kept kept;
  DumpOptions options;
  options.contents = true;
  ASSERT_TRUE(dump_file(disk_, kLog, options, kept).ok());
  EXPECT_NE(kept.text.find("Log starting offset: 0\nbaseOffset: 0 lastOffset: 0 count: 1 "), std::string::npos);
  EXPECT_NE(kept.text.find("| offset: 2 CreateTime: 1002 keySize: 1 valueSize: 5 sequence: -1 headerKeys: [] key: k "
                           "payload: value\n"),
            std::string::npos)
      << kept.text;
  EXPECT_EQ(kept.complaints, "");
}

TEST_F(InspectTest, ADumpNamesTheBytesThatAreNoBatch) {
  disk_.put(kLog, log_ + "noise");
  Kept kept;
  EXPECT_FALSE(dump_file(disk_, kLog, {}, kept).ok());
  EXPECT_NE(kept.text.find("Found 5 invalid bytes at the end of 00000000000000000000.log\n"), std::string::npos);
}

TEST_F(InspectTest, ADumpAsJsonIsOneObjectALine) {
  disk_.put(kLog, batch(0, "k", "\xff"));
  Kept kept;
  DumpOptions options;
  options.contents = true;
  options.json = true;
  ASSERT_TRUE(dump_file(disk_, kLog, options, kept).ok());
  EXPECT_NE(kept.text.find("\"kind\":\"record\""), std::string::npos);
  EXPECT_NE(kept.text.find("\"payloadBase64\":\"/w==\""), std::string::npos) << kept.text;
  EXPECT_EQ(kept.text.find("Dumping"), std::string::npos);
}

TEST_F(InspectTest, NothingIsFoundInAGoodDirectory) { EXPECT_EQ(findings(), std::vector<std::string>()); }

TEST_F(InspectTest, AFlippedBitIsFoundWithPositionAndOffset) {
  disk_.contents(kLog)->at(one() + 65) ^= 1;
  EXPECT_EQ(findings(), std::vector<std::string>{std::string(kLog) + ": position " + std::to_string(one()) +
                                                 ", offset 1: the batch's checksum is wrong"});
}

TEST_F(InspectTest, AnIndexEntryBesideEveryBatchIsFound) {
  std::string entry(8, '\0');
  entry[3] = 1;
  entry[7] = static_cast<char>(one() + 1);
  disk_.put(kIndex, entry);
  ASSERT_EQ(findings().size(), 1u);
  EXPECT_NE(findings()[0].find("no batch begins at position"), std::string::npos);
}

TEST_F(InspectTest, ACheckpointBehindTheEndIsFound) {
  disk_.put("/d/recovery-point-offset-checkpoint", "0\n1\nt 0 4\n");
  ASSERT_EQ(findings().size(), 1u);
  EXPECT_NE(findings()[0].find("whose log ends at 3"), std::string::npos);
}

TEST_F(InspectTest, ACutKeepsTheBytesAsideAndLowersTheCheckpoints) {
  disk_.contents(kLog)->at(one() + 65) ^= 1;
  const std::string later = "/d/t-0/00000000000000000003.log";
  disk_.put(later, batch(3, "k", "value"));
  disk_.put("/d/recovery-point-offset-checkpoint", "0\n1\nt 0 4\n");
  const std::string before = *disk_.contents(kLog);

  const auto loss = find_loss(disk_, "/d/t-0");
  ASSERT_TRUE(loss.ok() && loss->has_value());
  EXPECT_EQ((*loss)->offset, Offset(1));
  EXPECT_EQ((*loss)->position, one());
  EXPECT_EQ((*loss)->readable, 2u);
  EXPECT_EQ((*loss)->last_seen, Offset(3));
  EXPECT_EQ(*disk_.contents(kLog), before);  // looking changes nothing

  ASSERT_TRUE(cut_loss(disk_, "/d", **loss).ok());
  disk_.cut_power();
  EXPECT_EQ(*disk_.contents(kLog), log_.substr(0, one()));
  EXPECT_EQ(*disk_.contents("/d/t-0/00000000000000000000.1.cut"), before.substr(one()));
  EXPECT_TRUE(disk_.exists("/d/t-0/00000000000000000003.1.cut"));
  EXPECT_FALSE(disk_.exists(later));
  EXPECT_EQ(*disk_.contents("/d/recovery-point-offset-checkpoint"), "0\n1\nt 0 1\n");
  const auto again = find_loss(disk_, "/d/t-0");
  EXPECT_TRUE(again.ok() && !again->has_value());
}

TEST_F(InspectTest, ZerosBehindTheLogAreNoLoss) {
  disk_.put(kLog, log_ + std::string(512, '\0'));
  const auto loss = find_loss(disk_, "/d/t-0");
  EXPECT_TRUE(loss.ok() && !loss->has_value());
}

}  // namespace
}  // namespace millrace::inspect
