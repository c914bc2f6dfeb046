#include "metadata/persistent_map.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/prng.h"

namespace millrace::metadata {
namespace {

using Map = PersistentMap<int, int>;

std::vector<std::pair<int, int>> entries(const Map& map) {
  std::vector<std::pair<int, int>> all;
  map.for_each([&](int key, int value) { all.emplace_back(key, value); });
  return all;
}

TEST(PersistentMap, HoldsWhatAnOrdinaryMapHolds) {
  Prng random(11);
  Map map;
  std::map<int, int> model;
  for (int round = 0; round < 20'000; ++round) {
    const int key = static_cast<int>(random.below(700));
    if (random.one_in(3)) {
      EXPECT_EQ(map.erase(key), model.erase(key) == 1);
    } else {
      map.set(key, round);
      model[key] = round;
    }
    ASSERT_EQ(map.size(), model.size());
    const auto found = model.find(key);
    const int* held = map.find(key);
    ASSERT_EQ(held == nullptr, found == model.end());
    if (held != nullptr) {
      ASSERT_EQ(*held, found->second);
    }
  }
  const std::vector<std::pair<int, int>> expected(model.begin(), model.end());
  EXPECT_EQ(entries(map), expected);
}

TEST(PersistentMap, OlderVersionsStayAsTheyWere) {
  Map map;
  for (int key = 0; key < 100; ++key) map.set(key, key);
  const Map old = map;
  const auto before = entries(old);
  for (int key = 0; key < 100; key += 2) map.erase(key);
  for (int key = 1; key < 100; key += 2) map.set(key, -key);
  EXPECT_EQ(entries(old), before);
  EXPECT_EQ(map.size(), 50U);
}

TEST(PersistentMap, StaysBalancedWhenKeysComeInOrder) {
  // A list of 200,000 would end the stack when it is walked.
  Map map;
  for (int key = 0; key < 200'000; ++key) map.set(key, key);
  EXPECT_EQ(entries(map).size(), 200'000U);
}

TEST(PersistentMap, FindsByWhatComparesWithItsKeys) {
  PersistentMap<std::string, int> map;
  map.set("topic", 3);
  EXPECT_EQ(*map.find(std::string_view("topic")), 3);
  EXPECT_EQ(map.find(std::string_view("topi")), nullptr);
}

}  // namespace
}  // namespace millrace::metadata
