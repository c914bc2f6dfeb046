#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "millrace/consumer.h"
#include "millrace/share_consumer.h"

// Misuse of groups is met with an error that names it.
namespace millrace::client {
namespace {

using std::chrono::milliseconds;

constexpr const char* kNowhere = "127.0.0.1:1";  // nobody listens there

bool names(const Error& error, const std::string& what) { return error.message.find(what) != std::string::npos; }

ShareConsumerConfig share_config() { return ShareConsumerConfig().bootstrap_servers(kNowhere).group_id("g"); }

TEST(GroupMisuse, SettingsThatTheOtherProtocolHasAreNamed) {
  for (const auto& [name, value] : {std::pair("session.timeout.ms", "9000"), {"heartbeat.interval.ms", "100"},
                                    {"partition.assignment.strategy", "range"}}) {
    const auto refused = Consumer::create(
        ConsumerConfig().bootstrap_servers(kNowhere).group_id("g").group_protocol("consumer").set(name, value));
    ASSERT_FALSE(refused) << name;
    EXPECT_TRUE(refused.error().is(Cause::invalid_config) && names(refused.error(), name));
  }
  const auto refused = Consumer::create(ConsumerConfig().bootstrap_servers(kNowhere).remote_assignor("range"));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(names(refused.error(), "group.remote.assignor"));
}

TEST(GroupMisuse, OfTwoTimesThatDoNotFitTheOneThatWasSetIsNamed) {
  const auto config = ConsumerConfig().bootstrap_servers(kNowhere).group_id("g");
  const auto short_session = Consumer::create(ConsumerConfig(config).session_timeout(milliseconds(100)));
  ASSERT_FALSE(short_session);
  EXPECT_TRUE(names(short_session.error(), "session.timeout.ms=100")) << short_session.error().message;
  const auto slow_heart = Consumer::create(ConsumerConfig(config).heartbeat_interval(milliseconds(99'000)));
  ASSERT_FALSE(slow_heart);
  EXPECT_TRUE(names(slow_heart.error(), "heartbeat.interval.ms=99000")) << slow_heart.error().message;
}

TEST(GroupMisuse, APatternForBrokersNeedsTheirProtocol) {
  auto consumer = Consumer::create(ConsumerConfig().bootstrap_servers(kNowhere).group_id("g"));
  ASSERT_TRUE(consumer);
  const auto refused = consumer->subscribe_server_pattern("t.*");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(Cause::wrong_state) && names(refused.error(), "group.protocol"));
}

TEST(GroupMisuse, APatternThatIsNoneIsNamedAndToldWhy) {
  auto consumer = Consumer::create(ConsumerConfig().bootstrap_servers(kNowhere).group_id("g"));
  ASSERT_TRUE(consumer);
  for (const auto& [expression, why] : {std::pair("pay(ments", "missing )"), {"(?=pay)", "(?="}, {"[z-a]", "z-a"}}) {
    const auto refused = consumer->subscribe_pattern(expression);
    ASSERT_FALSE(refused) << expression;
    EXPECT_TRUE(refused.error().is(Cause::invalid_argument));
    EXPECT_TRUE(names(refused.error(), expression) && names(refused.error(), why)) << refused.error().message;
  }
  EXPECT_TRUE(consumer->subscribe_pattern("").error().is(Cause::invalid_argument));
  EXPECT_TRUE(consumer->subscribe_pattern("pay.*"));
}

TEST(GroupMisuse, AShareConsumerRefusesWhatShareGroupsDoNotKnow) {
  const auto nameless = ShareConsumer::create(ShareConsumerConfig().bootstrap_servers(kNowhere));
  ASSERT_FALSE(nameless);
  EXPECT_TRUE(names(nameless.error(), "group.id"));
  for (const auto& [name, value] : {std::pair("auto.offset.reset", "earliest"), {"enable.auto.commit", "false"},
                                    {"group.instance.id", "i"}, {"isolation.level", "read_committed"}}) {
    const auto refused = ShareConsumer::create(share_config().set(name, value));
    ASSERT_FALSE(refused) << name;
    EXPECT_TRUE(refused.error().is(Cause::invalid_config) && names(refused.error(), name));
  }
}

TEST(GroupMisuse, AShareConsumerNamesWhatIsMissing) {
  auto consumer = ShareConsumer::create(share_config());
  ASSERT_TRUE(consumer);
  EXPECT_TRUE(consumer->poll(milliseconds(0)).error().is(Cause::wrong_state)) << "nothing is subscribed to";
  EXPECT_TRUE(consumer->subscribe({""}).error().is(Cause::invalid_argument));
  EXPECT_TRUE(names(consumer->acknowledge({"t", 0}, 0).error(), "share.acknowledgement.mode"));
  ASSERT_TRUE(consumer->close(milliseconds(100)));
  EXPECT_TRUE(consumer->poll(milliseconds(0)).error().is(Cause::closed));
  EXPECT_TRUE(consumer->commit().get().error().is(Cause::closed));
}

// Another thread is in poll() for certain while its future is not ready.
TEST(GroupMisuse, TwoPollsAtOnceAreRefusedAndAWakeupEndsTheFirst) {
  auto consumer = Consumer::create(ConsumerConfig().bootstrap_servers(kNowhere).group_id("g"));
  auto shares = ShareConsumer::create(share_config());
  ASSERT_TRUE(consumer && shares);
  ASSERT_TRUE(consumer->subscribe({"t"}));
  ASSERT_TRUE(shares->subscribe({"t"}));
  auto first = consumer->poll_async(milliseconds(60'000));
  auto share_first = shares->poll_async(milliseconds(60'000));
  EXPECT_TRUE(consumer->poll(milliseconds(0)).error().is(Cause::wrong_state));
  EXPECT_TRUE(shares->poll(milliseconds(0)).error().is(Cause::wrong_state));
  std::thread waker([&] {
    consumer->wakeup();
    shares->wakeup();
  });
  EXPECT_TRUE(first.get().error().is(Cause::cancelled));
  EXPECT_TRUE(share_first.get().error().is(Cause::cancelled));
  waker.join();
}

}  // namespace
}  // namespace millrace::client
