#include "coordinator/timeline_map.h"

#include <string>

#include <gtest/gtest.h>

namespace millrace::coordinator {
namespace {

using Map = TimelineMap<std::string, int>;

std::string committed(const Map& map, const std::string& from = "") {
  std::string text;
  map.scan_committed(from, [&](const std::string& key, int value) {
    text += key + "=" + std::to_string(value) + " ";
    return true;
  });
  return text;
}

TEST(TimelineMap, ShowsNewestAndCommittedApart) {
  Map map;
  map.begin_event(0);
  map.put("a", 1);
  map.put("b", 2);
  map.begin_event(1);
  map.put("a", 10);
  map.erase("b");
  map.put("c", 30);
  map.begin_event(2);
  map.put("a", 11);

  EXPECT_EQ(*map.find("a"), 11);
  EXPECT_EQ(map.find("b"), nullptr);
  EXPECT_EQ(*map.find_committed("a"), 1);
  EXPECT_EQ(*map.find_committed("b"), 2);
  EXPECT_EQ(map.find_committed("c"), nullptr);
  EXPECT_EQ(committed(map), "a=1 b=2 ");
  EXPECT_EQ(committed(map, "b"), "b=2 ");

  map.commit(1);
  EXPECT_EQ(committed(map), "a=10 c=30 ");
  map.commit(2);
  EXPECT_EQ(committed(map), "a=11 c=30 ");
}

TEST(TimelineMap, RevertGoesBackToWhatIsKept) {
  Map map;
  map.begin_event(1);
  map.put("a", 1);
  map.begin_event(2);
  map.put("a", 2);
  map.put("b", 2);
  map.begin_event(3);
  map.erase("a");
  map.revert(1);
  EXPECT_EQ(*map.find("a"), 1);
  EXPECT_EQ(map.find("b"), nullptr);
  EXPECT_EQ(committed(map), "");
  map.revert(0);
  EXPECT_EQ(map.find("a"), nullptr);
  map.begin_event(2);
  map.put("a", 5);
  map.commit(2);
  EXPECT_EQ(committed(map), "a=5 ");
}

}  // namespace
}  // namespace millrace::coordinator
