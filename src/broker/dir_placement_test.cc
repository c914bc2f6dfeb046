#include "broker/dir_placement.h"

#include <gtest/gtest.h>

namespace millrace::broker {
namespace {

TEST(DirPlacement, NewPartitionsGoWhereTheFewestAre) {
  DirPlacement dirs({"/a", "/b", "/c"}, {{"x-0", "/a"}, {"x-1", "/b"}, {"__cluster_metadata-0", "/c"}});
  EXPECT_EQ(dirs.place("x-1"), "/b");
  EXPECT_EQ(dirs.place("y-0"), "/c");
  EXPECT_EQ(dirs.place("y-1"), "/a");
  EXPECT_EQ(dirs.place("y-0"), "/c");
  dirs.forget("x-1");
  EXPECT_EQ(dirs.place("y-2"), "/b");
  dirs.move("y-2", "/a");
  EXPECT_EQ(dirs.place("y-2"), "/a");
  EXPECT_EQ(dirs.place("y-3"), "/b");
}

TEST(DirPlacement, ADirectoryThatIsOfflineGetsNothingNew) {
  DirPlacement dirs({"/a", "/b"}, {{"old-0", "/gone"}});
  dirs.take_offline("/a");
  EXPECT_EQ(dirs.place("x-0"), "/b");
  EXPECT_EQ(dirs.place("x-1"), "/b");
  EXPECT_EQ(dirs.place("old-0"), "/gone");
  dirs.take_offline("/b");
  EXPECT_EQ(dirs.place("x-2"), "");
  EXPECT_EQ(dirs.place("x-0"), "/b");
}

}  // namespace
}  // namespace millrace::broker
