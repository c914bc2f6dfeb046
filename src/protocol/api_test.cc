#include "protocol/api.h"

#include <gtest/gtest.h>

#include "protocol/errc.h"

namespace millrace::protocol {
namespace {

TEST(Api, AllNinetyThreeStandAtTheirKeys) {
  ASSERT_EQ(all_apis().size(), 93U);
  for (std::size_t i = 0; i < all_apis().size(); ++i) EXPECT_EQ(static_cast<std::size_t>(all_apis()[i].key), i);
  EXPECT_EQ(find_api(std::int16_t{93}), nullptr);
  EXPECT_EQ(find_api(std::int16_t{-1}), nullptr);
  EXPECT_EQ(find_api("Fetch"), &api_info(ApiKey::fetch));
}

TEST(Api, RetiredOnesHaveNoVersion) {
  for (const ApiInfo& api : all_apis()) {
    const auto key = static_cast<int>(api.key);
    EXPECT_EQ(api.has_versions(), key < 4 || key > 7) << api.name;
  }
}

TEST(Api, AnUnstableLatestVersionIsKnownButNotAnnounced) {
  const ApiInfo& api = api_info(ApiKey::init_producer_id);
  EXPECT_TRUE(api.has(6));
  EXPECT_EQ(api.stable_version(), 5);
  EXPECT_EQ(api_info(ApiKey::fetch).stable_version(), 18);
}

TEST(Api, ListenersAreKnown) {
  EXPECT_EQ(api_info(ApiKey::produce).listeners, kOnBroker);
  EXPECT_EQ(api_info(ApiKey::vote).listeners, kOnController);
  EXPECT_EQ(api_info(ApiKey::fetch).listeners, kOnBroker | kOnController);
}

TEST(Errc, NamesAndWhetherToTryAgain) {
  EXPECT_EQ(name(Errc::none), "NONE");
  EXPECT_EQ(name(Errc::not_leader_or_follower), "NOT_LEADER_OR_FOLLOWER");
  EXPECT_TRUE(retriable(Errc::not_leader_or_follower));
  EXPECT_FALSE(retriable(Errc::offset_out_of_range));
  EXPECT_EQ(name(from_wire(9999)), "UNKNOWN_SERVER_ERROR");
  EXPECT_EQ(to_wire(Errc::unknown_server_error), -1);
}

}  // namespace
}  // namespace millrace::protocol
