#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "client/consumer/consumer.h"
#include "client/testing/scripted_broker.h"

// What a consumer says that cannot reach anybody.
namespace millrace::client {
namespace {

class UnreachableTest : public ::testing::Test {
 protected:
  UnreachableTest() {
    options_.group_id = "g";
    options_.api_timeout = Millis(5'000);
    ClusterOptions nowhere;
    nowhere.bootstrap = {{"nowhere", 9092}};
    consumer_ = std::make_unique<ConsumerCore>(ports_.shard(), nowhere, options_);
  }
  Result<Polled> poll() {
    std::optional<Result<Polled>> result;
    consumer_->poll(Millis(1'000), [&](Result<Polled> polled) { result.emplace(std::move(polled)); });
    for (int i = 0; i < 200 && !result; ++i) ports_.advance(Millis(10));
    return *std::move(result);
  }
  static bool tells(const Error& error) {
    return !error.is(ErrorCode::unknown_topic_or_partition) && error.message.find("nowhere") != std::string::npos;
  }

  testing::FakePorts ports_;
  ConsumerOptions options_;
  std::unique_ptr<ConsumerCore> consumer_;
};

TEST_F(UnreachableTest, APollThatBringsNothingSaysWhyAfterAWhile) {
  ASSERT_TRUE(consumer_->subscribe({"t"}, false));
  EXPECT_TRUE(poll()) << "it may come yet";
  ports_.advance(options_.api_timeout);
  for (int i = 0; i < 2; ++i) {
    const auto polled = poll();
    ASSERT_FALSE(polled);
    EXPECT_TRUE(polled.error().is(Cause::network) && polled.error().retriable && !polled.error().fatal);
    EXPECT_TRUE(tells(polled.error())) << polled.error().text();
  }
}

TEST_F(UnreachableTest, OffsetsAndPositionsAreNotBlamedOnTheTopic) {
  std::optional<Error> found;
  std::optional<Error> position;
  ASSERT_TRUE(consumer_->assign({{"t", 0}}));
  consumer_->find({{{"t", 0}, kLatestTime}}, Millis(5'000), [&](const auto& offsets) { found = offsets.error(); });
  consumer_->position({"t", 0}, Millis(5'000), [&](const auto& offset) { position = offset.error(); });
  ports_.advance(Millis(6'000));
  ASSERT_TRUE(found && position);
  EXPECT_TRUE(tells(*found)) << found->text();
  EXPECT_TRUE(tells(*position)) << position->text();
}

}  // namespace
}  // namespace millrace::client
