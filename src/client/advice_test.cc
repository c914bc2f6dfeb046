#include <gtest/gtest.h>

#include "client/errors.h"
#include "protocol/errc.h"

namespace millrace::client {
namespace {

TEST(Advice, EveryErrorHasSome) {
  for (const auto& error : protocol::all_errors()) {
    EXPECT_EQ(advice(error.code).empty(), error.code == protocol::Errc::none) << error.name;
  }
}

}  // namespace
}  // namespace millrace::client
