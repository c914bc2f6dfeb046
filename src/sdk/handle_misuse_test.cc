#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "millrace/admin.h"
#include "millrace/consumer.h"
#include "millrace/producer.h"
#include "millrace/share_consumer.h"

// Handles that go away at bad moments, or into other processes: no call is left without its end.
namespace millrace::client {
namespace {

using std::chrono::milliseconds;

constexpr const char* kNowhere = "127.0.0.1:1";  // nobody listens there

ConsumerConfig consumer_config() { return ConsumerConfig().bootstrap_servers(kNowhere); }

Record record() {
  Record made;
  made.topic = "t";
  return made;
}

TEST(HandleMisuse, AConsumerThatGoesAwayEndsThePollThatWaits) {
  std::optional<Future<ConsumerRecords>> polled;
  {
    auto consumer = Consumer::create(consumer_config());
    ASSERT_TRUE(consumer && consumer->assign({{"t", 0}}));
    polled = consumer->poll_async(milliseconds::max());
    EXPECT_FALSE(polled->wait_for(milliseconds(20)));
  }
  ASSERT_TRUE(polled->wait_for(milliseconds(10'000))) << "a member that nobody can close would stay in its group";
  EXPECT_TRUE(polled->get().error().is(Cause::closed));
}

TEST(HandleMisuse, AShareConsumerThatGoesAwayEndsThePollThatWaits) {
  std::optional<Future<ConsumerRecords>> polled;
  {
    auto consumer = ShareConsumer::create(ShareConsumerConfig().bootstrap_servers(kNowhere).group_id("g"));
    ASSERT_TRUE(consumer && consumer->subscribe({"t"}));
    polled = consumer->poll_async(milliseconds::max());
    EXPECT_FALSE(polled->wait_for(milliseconds(20)));
  }
  ASSERT_TRUE(polled->wait_for(milliseconds(10'000)));
  EXPECT_TRUE(polled->get().error().is(Cause::closed));
}

TEST(HandleMisuse, AHandleThatAnotherIsMovedIntoEndsItsPollToo) {
  auto consumer = Consumer::create(consumer_config());
  auto other = Consumer::create(consumer_config());
  ASSERT_TRUE(consumer && other && consumer->assign({{"t", 0}}));
  auto polled = consumer->poll_async(milliseconds::max());
  *consumer = *std::move(other);
  ASSERT_TRUE(polled.wait_for(milliseconds(10'000)));
  EXPECT_TRUE(polled.get().error().is(Cause::closed));
  EXPECT_TRUE(consumer->poll(milliseconds(0)));
}

TEST(HandleMisuse, AnInterceptorThatIsNullIsRefused) {
  const auto producer = Producer::create(ProducerConfig().bootstrap_servers(kNowhere).interceptor(nullptr));
  ASSERT_FALSE(producer);
  EXPECT_TRUE(producer.error().is(Cause::invalid_config));
  EXPECT_NE(producer.error().message.find("interceptor()"), std::string::npos);
  EXPECT_FALSE(Consumer::create(consumer_config().interceptor(nullptr)));
}

// What `call` gives in a child of this process: its exit code, or nothing if it does not end by itself.
std::optional<int> in_child(const std::function<int()>& call) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    _exit(call());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? std::optional(WEXITSTATUS(status)) : std::nullopt;
}

bool tells_of_fork(const Error& error) {
  return error.is(Cause::wrong_state) && error.message.find("fork") != std::string::npos;
}
template <typename T>
bool tells_of_fork(const Result<T>& result) {
  return !result && tells_of_fork(result.error());
}

TEST(HandleMisuse, AChildOfTheProcessIsToldThatItHasNoClient) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the thread sanitizer lets no child of a process with threads start one";
#endif
  auto producer = Producer::create(ProducerConfig().bootstrap_servers(kNowhere));
  auto consumer = Consumer::create(consumer_config().group_id("g"));
  auto admin = Admin::create(AdminConfig().bootstrap_servers(kNowhere));
  ASSERT_TRUE(producer && consumer && admin && consumer->subscribe({"t"}));
  auto before = producer->send(record());
  const auto failed = in_child([&] {
    int failures = 0;
    const auto expect = [&](bool good) { failures += good ? 0 : 1; };
    std::optional<Error> told;
    producer->send(record(), [&](const Result<RecordMetadata>& result) { told = result.error(); });
    expect(told && tells_of_fork(*told));
    expect(tells_of_fork(producer->send(record()).get()));
    expect(tells_of_fork(producer->flush(milliseconds(1'000))));
    expect(tells_of_fork(consumer->poll(milliseconds(100))));
    expect(tells_of_fork(consumer->assignment()));
    expect(tells_of_fork(consumer->close(milliseconds(100))));
    expect(tells_of_fork(admin->list_topics().get()));
    expect(!before.get().ok());  // and does not wait for ever
    admin->close();
    { const Producer gone = *std::move(producer); }
    expect(Producer::create(ProducerConfig().bootstrap_servers(kNowhere)).ok());
    return failures;
  });
  EXPECT_EQ(failed, 0);
  EXPECT_TRUE(producer->close(milliseconds(0)).error().is(Cause::timed_out)) << "the parent goes on";
  EXPECT_FALSE(before.get());
}

}  // namespace
}  // namespace millrace::client
