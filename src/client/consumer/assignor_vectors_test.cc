#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "client/consumer/assignor.h"

// Groups that Kafka's own assignors have shared out (tests/compat/assignors/Assignors.java 13 100 has written them;
// with other seeds Kafka's sticky ones give partitions to members that do not subscribe to them in some groups), and
// some in racks ("13 100 racks").
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
  PartitionRacks racks;
  Assignees members;
  std::map<std::string, GroupAssignment> expected;  // by assignor
};

void read_racks(const std::string& topic, const std::string& words, PartitionRacks& racks) {
  std::int32_t partition = 0;
  for (const auto& some : split(words, ',')) {
    for (const auto& rack : split(some, '+')) racks[{topic, partition}].insert(rack);
    ++partition;
  }
}

std::vector<Case> cases(const std::string& file) {
  std::vector<Case> all(1);
  std::ifstream in(MILLRACE_VECTORS "/" + file);
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) {
      all.emplace_back();
      continue;
    }
    std::istringstream words(line);
    std::string kind, first, second, third, fourth;
    words >> kind >> first >> second;
    Case& now = all.back();
    if (kind == "T") {
      now.topics[first] = std::stoi(second);
      if (words >> third) read_racks(first, third, now.racks);
    }
    if (kind == "R") {
      words >> third;
      now.expected[first][second] = keys(third);
    }
    if (kind != "M") continue;
    Assignee member;
    words >> third >> fourth >> member.generation;
    if (words >> member.rack && member.rack == "-") member.rack.clear();
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

constexpr const char* kPlain = "assignors.txt";
constexpr const char* kInRacks = "assignors_racks.txt";

// The cases that have another outcome, by their places in the file.
std::vector<std::size_t> differing(const std::string& file, Strategy strategy) {
  std::vector<std::size_t> found;
  const auto all = cases(file);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& expected = all[i].expected.at(std::string(protocol_name(strategy)));
    const auto shares = assign(strategy, all[i].members, all[i].topics, all[i].racks);
    if (sorted(shares) != sorted(expected)) found.push_back(i);
  }
  return found;
}

TEST(AssignorVectors, ThereAreCases) {
  EXPECT_EQ(cases(kPlain).size(), 100u);
  EXPECT_EQ(cases(kInRacks).size(), 100u);
}

TEST(AssignorVectors, AllAssignorsDoAsKafkas) {
  for (const char* file : {kPlain, kInRacks}) {
    for (const Strategy strategy :
         {Strategy::range, Strategy::roundrobin, Strategy::sticky, Strategy::cooperative_sticky}) {
      EXPECT_EQ(differing(file, strategy), std::vector<std::size_t>()) << file << ", " << protocol_name(strategy);
    }
  }
}

}  // namespace
}  // namespace millrace::client
