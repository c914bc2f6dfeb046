#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "client/consumer/assignor.h"

// Groups that Kafka's own assignors have shared out (tests/compat/assignors/Assignors.java 13 100 has written them;
// with other seeds Kafka's sticky ones give partitions to members that do not subscribe to them in some groups).
namespace millrace::client {
namespace {

using Keys = std::vector<TopicPartition>;

std::vector<std::string> split(const std::string& words, char at) {
  std::vector<std::string> parts;
  if (words == "-") return parts;
  std::istringstream in(words);
  for (std::string part; std::getline(in, part, at);) parts.push_back(part);
  return parts;
}

Keys keys(const std::string& words) {
  Keys result;
  for (const auto& word : split(words, ',')) {
    const auto colon = word.find(':');
    result.push_back({word.substr(0, colon), std::stoi(word.substr(colon + 1))});
  }
  return result;
}

struct Case {
  PartitionCounts topics;
  Assignees members;
  std::map<std::string, GroupAssignment> expected;  // by assignor
};

std::vector<Case> cases() {
  std::vector<Case> all(1);
  std::ifstream in(MILLRACE_ASSIGNORS_FILE);
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) {
      all.emplace_back();
      continue;
    }
    std::istringstream words(line);
    std::string kind, first, second, third, fourth;
    words >> kind >> first >> second;
    Case& now = all.back();
    if (kind == "T") now.topics[first] = std::stoi(second);
    if (kind == "R") {
      words >> third;
      now.expected[first][second] = keys(third);
    }
    if (kind != "M") continue;
    Assignee member;
    words >> third >> fourth >> member.generation;
    member.id = first;
    if (second != "-") member.instance_id = second;
    member.topics = split(third, ',');
    member.owned = keys(fourth);
    now.members.push_back(std::move(member));
  }
  all.pop_back();
  return all;
}

GroupAssignment sorted(GroupAssignment shares) {
  for (auto& [member, own] : shares) std::ranges::sort(own);
  return shares;
}

// How many of the cases have another outcome. The cases go in fours: all subscribe to the same topics, and nothing was
// owned before; to different ones; the same, with what was owned; different ones, with what was owned.
std::size_t differing(Strategy strategy, std::size_t kind) {
  std::size_t count = 0;
  const auto all = cases();
  for (std::size_t i = kind; i < all.size(); i += 4) {
    const auto expected = sorted(all[i].expected.at(std::string(protocol_name(strategy))));
    count += sorted(assign(strategy, all[i].members, all[i].topics)) == expected ? 0 : 1;
  }
  return count;
}

TEST(AssignorVectors, ThereAreCases) { EXPECT_EQ(cases().size(), 100u); }

TEST(AssignorVectors, RangeAndRoundRobinAreKafkas) {
  for (std::size_t kind = 0; kind < 4; ++kind) {
    EXPECT_EQ(differing(Strategy::range, kind), 0u) << kind;
    EXPECT_EQ(differing(Strategy::roundrobin, kind), 0u) << kind;
  }
}

TEST(AssignorVectors, StickyOnesAreKafkas) {
  for (std::size_t kind = 0; kind < 4; ++kind) {
    EXPECT_EQ(differing(Strategy::sticky, kind), 0u) << kind;
    EXPECT_EQ(differing(Strategy::cooperative_sticky, kind), 0u) << kind;
  }
}

}  // namespace
}  // namespace millrace::client
