#include "sim/disk.h"

#include <gtest/gtest.h>

#include <set>

namespace millrace::sim {
namespace {

constexpr Owner kLife{1};

// A disk with one file "d/f" whose creation is durable and which holds `durable` synced bytes of 'a'.
struct Fixture {
  explicit Fixture(std::uint64_t seed, std::size_t durable = 0, const Profile& profile = Profile::calm())
      : disk(Prng(seed), profile) {
    EXPECT_TRUE(disk.create_directory("d").ok());
    file = disk.open("d/f", ports::OpenMode::create).value();
    if (durable > 0) put(0, std::string(durable, 'a'));
    sync();
    EXPECT_TRUE(disk.sync_directory("d").ok());
    EXPECT_TRUE(disk.sync_directory(".").ok());
  }
  void put(std::uint64_t at, const std::string& text) {
    EXPECT_TRUE(disk.write(*file, at, as_bytes(text), kLife).ok());
  }
  void sync() { EXPECT_TRUE(disk.finish_sync(*file, file->file.snapshot(), kLife).ok()); }
  std::string after_crash(Crash crash = Crash::power) {
    disk.crash(crash, kLife);
    return disk.contents("d/f").value_or("missing");
  }
  Disk disk;
  std::shared_ptr<Inode> file;
};

TEST(Disk, ACompletedSyncIsNeverUndone) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Fixture f(seed, 3'000);
    f.put(3'000, std::string(700, 'b'));
    f.sync();
    f.put(3'700, std::string(5'000, 'c'));
    const std::string after = f.after_crash();
    ASSERT_GE(after.size(), 3'700U) << seed;
    ASSERT_EQ(after.substr(0, 3'000), std::string(3'000, 'a')) << seed;
    ASSERT_EQ(after.substr(3'000, 700), std::string(700, 'b')) << seed;
  }
}

TEST(Disk, UnsyncedSectorsAreKeptDroppedAndTornEachOnItsOwn) {
  std::uint64_t kept = 0;
  std::uint64_t dropped = 0;
  std::uint64_t mixed = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Fixture f(seed, 8 * kSectorBytes);
    f.put(0, std::string(8 * kSectorBytes, 'b'));
    const std::string after = f.after_crash();
    std::set<char> seen(after.begin(), after.end());
    if (seen == std::set<char>{'b'}) ++kept;
    if (seen == std::set<char>{'a'}) ++dropped;
    if (seen.size() > 1) ++mixed;
  }
  EXPECT_GT(kept, 10U);
  EXPECT_GT(dropped, 10U);
  EXPECT_GT(mixed, 100U);
}

TEST(Disk, AHoleMayStandBeforeUnsyncedBytesThatSurvived) {
  int holes = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Fixture f(seed);
    f.put(0, std::string(4 * kSectorBytes, 'b'));
    const std::string after = f.after_crash();
    const auto zero = after.find('\0');
    if (zero != std::string::npos && after.find('b', zero) != std::string::npos) ++holes;
  }
  EXPECT_GT(holes, 5);
}

TEST(Disk, AKilledProcessLeavesWhatItHadWritten) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Fixture f(seed, 10);
    f.put(10, std::string(5'000, 'b'));
    EXPECT_EQ(f.after_crash(Crash::process).size(), 5'010U);
  }
}

TEST(Disk, AWriteThatASyncDidNotWaitForMayBeLost) {
  int lost = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Fixture f(seed);
    const auto snapshot = f.file->file.snapshot();
    f.put(0, "late");
    ASSERT_TRUE(f.disk.finish_sync(*f.file, snapshot, kLife).ok());
    if (f.after_crash() != "late") ++lost;
  }
  EXPECT_GT(lost, 5);
}

TEST(Disk, NamesAreUndoneUntilTheirDirectoryIsSynced) {
  int gone = 0;
  int renamed = 0;
  int removed = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Fixture f(seed, 1);
    ASSERT_TRUE(f.disk.open("d/new", ports::OpenMode::create).ok());
    ASSERT_TRUE(f.disk.rename("d/f", "d/g").ok());
    f.disk.crash(Crash::power, kLife);
    if (!f.disk.contents("d/new").ok()) ++gone;
    if (f.disk.contents("d/g").ok()) ++renamed;
    ASSERT_NE(f.disk.contents("d/f").ok(), f.disk.contents("d/g").ok());
    const std::string name = f.disk.contents("d/f").ok() ? "d/f" : "d/g";
    ASSERT_TRUE(f.disk.remove(name).ok());
    f.disk.crash(Crash::power, kLife);
    if (!f.disk.contents(name).ok()) ++removed;
  }
  for (const int count : {gone, renamed, removed}) {
    EXPECT_GT(count, 10);
    EXPECT_LT(count, 90);
  }
}

TEST(Disk, AnAtomicReplacementLeavesTheOldOrTheNewContents) {
  Profile profile = Profile::calm();
  int old_ones = 0;
  int new_ones = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Fixture f(seed, 1, profile);
    f.disk.cut_power_after(1 + seed % 9);
    std::string after;
    bool done = false;
    if (f.disk.job_operation()) {
      // Each step of write_atomically, until the power goes.
      const auto temporary = f.disk.open("d/f.tmp", ports::OpenMode::create).value();
      const auto step = [&](auto what) {
        if (f.disk.job_operation()) what();
      };
      step([&] { ASSERT_TRUE(f.disk.write(*temporary, 0, as_bytes("new"), kLife).ok()); });
      step([&] { ASSERT_TRUE(f.disk.finish_sync(*temporary, temporary->file.snapshot(), kLife).ok()); });
      step([&] { ASSERT_TRUE(f.disk.rename("d/f.tmp", "d/f").ok()); });
      step([&] {
        ASSERT_TRUE(f.disk.sync_directory("d").ok());
        done = true;
      });
    }
    after = f.after_crash();
    ASSERT_TRUE(after == "a" || after == "new") << seed << ' ' << after;
    if (done) {
      ASSERT_EQ(after, "new") << seed;
    }
    ++(after == "a" ? old_ones : new_ones);
  }
  EXPECT_GT(old_ones, 20);
  EXPECT_GT(new_ones, 20);
}

TEST(Disk, AFailedSyncBreaksTheFileForThisLifeOnly) {
  Profile profile = Profile::calm();
  Fixture f(1, 1, profile);
  f.put(1, "b");
  profile.sync_error = 1;
  f.disk.set_profile(profile);
  EXPECT_FALSE(f.disk.finish_sync(*f.file, f.file->file.snapshot(), kLife).ok());
  f.disk.set_profile(Profile::calm());
  EXPECT_FALSE(f.disk.finish_sync(*f.file, f.file->file.snapshot(), kLife).ok());
  EXPECT_FALSE(f.disk.write(*f.file, 0, as_bytes("c"), kLife).ok());
  f.disk.crash(Crash::power, kLife);
  EXPECT_TRUE(f.disk.write(*f.file, 0, as_bytes("c"), Owner(2)).ok());
}

TEST(Disk, AFullDiskRefusesGrowthAndNothingElse) {
  Fixture f(1, 10);
  f.disk.set_budget(f.disk.used());
  EXPECT_EQ(f.disk.write(*f.file, 4'000, as_bytes("0123456789"), kLife).error(), Error::no_space);
  EXPECT_EQ(f.disk.resize(*f.file, 100'000, kLife).error(), Error::no_space);
  EXPECT_TRUE(f.disk.write(*f.file, 0, as_bytes("b"), kLife).ok());
  f.disk.set_budget(1'000'000);
  EXPECT_TRUE(f.disk.write(*f.file, 10, as_bytes("c"), kLife).ok());
}

TEST(Disk, ACutOffTailThatWasNotSyncedMayComeBackAndNothingBeforeItChanges) {
  bool back = false;
  bool cut = false;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Fixture f(seed, 4'000);
    ASSERT_TRUE(f.disk.resize(*f.file, 1'000, kLife).ok());
    const std::string after = f.after_crash();
    ASSERT_GE(after.size(), 1'000U);
    ASSERT_EQ(after.substr(0, 1'000), std::string(1'000, 'a'));
    back |= after.size() == 4'000;
    cut |= after.size() == 1'000;
  }
  EXPECT_TRUE(back);
  EXPECT_TRUE(cut);
}

TEST(Disk, ALockHoldsForOneLife) {
  Fixture f(1);
  EXPECT_TRUE(f.disk.lock("d/.lock", kLife).ok());
  EXPECT_EQ(f.disk.lock("d/.lock", Owner(2)).error(), Error::exists);
  f.disk.crash(Crash::process, kLife);
  EXPECT_TRUE(f.disk.lock("d/.lock", Owner(2)).ok());
}

TEST(Disk, RotFlipsOneBit) {
  Fixture f(1, 2'000);
  ASSERT_TRUE(f.disk.rot("d/f").ok());
  const std::string after = f.after_crash();
  int changed = 0;
  for (const char c : after) changed += c != 'a';
  EXPECT_EQ(changed, 1);
}

}  // namespace
}  // namespace millrace::sim
