#include "broker/handlers/coverage.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace millrace::broker {
namespace {

TEST(Coverage, ThePageIsWhatTheTableSays) {
  const std::string path = std::string(MILLRACE_SOURCE_DIR) + "/docs/coverage.md";
  if (std::getenv("MILLRACE_WRITE_DOCS") != nullptr) std::ofstream(path) << coverage_page();
  std::ifstream file(path);
  std::ostringstream page;
  page << file.rdbuf();
  EXPECT_EQ(page.str(), coverage_page()) << "write it anew: MILLRACE_WRITE_DOCS=1 ctest -R unit.broker";
}

}  // namespace
}  // namespace millrace::broker
