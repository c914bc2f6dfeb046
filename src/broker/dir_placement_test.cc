#include "broker/dir_placement.h"

#include <gtest/gtest.h>

#include "config/meta_properties.h"

namespace millrace::broker {
namespace {

constexpr Uuid kAny = config::kUnassignedDirectory;
const std::map<std::string, Uuid> kIds = {{"/a", {9, 1}}, {"/b", {9, 2}}, {"/c", {9, 3}}};

TEST(DirPlacement, NewPartitionsGoWhereTheFewestAre) {
  DirPlacement dirs({"/a", "/b", "/c"}, kIds, {{"x-0", "/a"}, {"x-1", "/b"}, {"__cluster_metadata-0", "/c"}});
  EXPECT_EQ(dirs.place("x-1", kAny, true), "/b");
  EXPECT_EQ(dirs.place("y-0", kAny, true), "/c");
  EXPECT_EQ(dirs.place("y-1", kAny, true), "/a");
  EXPECT_EQ(dirs.place("y-0", kAny, true), "/c");
  dirs.forget("x-1");
  EXPECT_EQ(dirs.place("y-2", kAny, true), "/b");
  dirs.move("y-2", "/a");
  EXPECT_EQ(dirs.place("y-2", kAny, true), "/a");
  EXPECT_EQ(dirs.place("y-3", kAny, true), "/b");
}

TEST(DirPlacement, ADirectoryThatIsOfflineGetsNothingNew) {
  DirPlacement dirs({"/a", "/b"}, kIds, {{"old-0", "/gone"}});
  dirs.take_offline("/a");
  EXPECT_EQ(dirs.place("x-0", kAny, true), "/b");
  EXPECT_EQ(dirs.place("x-1", kAny, true), "/b");
  EXPECT_EQ(dirs.place("old-0", kAny, true), "/gone");
  dirs.take_offline("/b");
  EXPECT_EQ(dirs.place("x-2", kAny, true), "");
  EXPECT_EQ(dirs.place("x-0", kAny, true), "/b");
}

TEST(DirPlacement, ThePlaceThatTheMetadataNamesIsTaken) {
  DirPlacement dirs({"/a", "/b", "/c"}, kIds, {});
  EXPECT_EQ(dirs.place("x-0", {9, 3}, true), "/c");
  EXPECT_EQ(dirs.place("x-1", {9, 3}, false), "/c");
  EXPECT_EQ(dirs.place("x-2", {7, 7}, true), "/a") << "nobody knows that directory any more";
}

TEST(DirPlacement, WhatMayLieInADirectoryThatIsOfflineIsNotMadeAnewElsewhere) {
  DirPlacement dirs({"/a", "/b", "/off"}, kIds, {});
  EXPECT_TRUE(dirs.is_offline("/off"));
  EXPECT_EQ(dirs.place("x-0", {7, 7}, true), "");
  EXPECT_EQ(dirs.place("x-1", kAny, false), "");
  EXPECT_EQ(dirs.place("x-2", kAny, true), "/a");
  EXPECT_EQ(dirs.place("x-3", {9, 2}, false), "/b");
}

}  // namespace
}  // namespace millrace::broker
