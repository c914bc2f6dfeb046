#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "groups/testing/world.h"

// Runs the text scenarios in tests/scenarios/groups: every line "what happens -> what came of it". With
// MILLRACE_RECORD=1 in the environment the right sides are written anew instead of compared.
namespace millrace::groups {
namespace {

std::vector<std::string> scenarios() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(MILLRACE_SCENARIOS)) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

class Scenario : public ::testing::TestWithParam<std::string> {};

TEST_P(Scenario, GoesAsWritten) {
  constexpr std::size_t kArrowColumn = 44;
  const std::string path = std::string(MILLRACE_SCENARIOS) + "/" + GetParam() + ".txt";
  const bool record = std::getenv("MILLRACE_RECORD") != nullptr;
  testing::World world;
  std::ifstream in(path);
  std::string line;
  std::string recorded;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line[0] == '#') {
      recorded += line + "\n";
      continue;
    }
    const std::size_t arrow = line.find("->");
    const std::string left = trimmed(line.substr(0, arrow));
    const std::string right = arrow == std::string::npos ? "" : trimmed(line.substr(arrow + 2));
    const std::string actual = world.run(left);
    if (!record) {
      EXPECT_EQ(right, actual) << path << ":" << number << ": " << left;
    }
    std::string padded = left;
    padded.resize(std::max(padded.size() + 1, kArrowColumn), ' ');
    recorded += actual.empty() ? left + "\n" : padded + "-> " + actual + "\n";
  }
  if (record) std::ofstream(path) << recorded;
}

INSTANTIATE_TEST_SUITE_P(Groups, Scenario, ::testing::ValuesIn(scenarios()),
                         [](const auto& scenario) { return scenario.param; });

}  // namespace
}  // namespace millrace::groups
