#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include "millrace/admin.h"
#include "millrace/consumer.h"
#include "millrace/producer.h"

// Misuse is met with an error that names it, and no call waits without a bound.
namespace millrace::client {
namespace {

using std::chrono::milliseconds;

constexpr const char* kNowhere = "127.0.0.1:1";  // nobody listens there

ProducerConfig producer_config(const char* servers = kNowhere) {
  ProducerConfig config;
  config.bootstrap_servers(servers).max_block(milliseconds(200));
  return config;
}

Record record() {
  Record made;
  made.topic = "t";
  made.value = "v";
  return made;
}

bool names(const Error& error, const std::string& what) { return error.message.find(what) != std::string::npos; }

TEST(Misuse, ASettingThatIsNoneOrOutOfRangeIsNamed) {
  for (const auto& [name, value] : {std::pair("lingr.ms", "5"), {"linger.ms", "-1"}, {"batch.size", "many"}}) {
    ProducerConfig config = producer_config();
    config.set(name, value);
    const auto producer = Producer::create(config);
    ASSERT_FALSE(producer) << name;
    EXPECT_TRUE(producer.error().is(Cause::invalid_config));
    EXPECT_TRUE(names(producer.error(), name)) << producer.error().message;
  }
}

TEST(Misuse, AValueThatNoRequestCarriesIsNamed) {
  const auto producer = Producer::create(producer_config().client_id(std::string(40'000, 'x')));
  ASSERT_FALSE(producer);
  EXPECT_TRUE(producer.error().is(Cause::invalid_config) && names(producer.error(), "client.id"));
}

TEST(Misuse, AClosedProducerSaysSo) {
  auto producer = Producer::create(producer_config());
  ASSERT_TRUE(producer);
  ASSERT_TRUE(producer->close(milliseconds(1000)));
  EXPECT_TRUE(producer->send(record()).get().error().is(Cause::closed));
  EXPECT_TRUE(producer->flush(milliseconds(1000)).error().is(Cause::closed));
  EXPECT_TRUE(producer->statistics().get().error().is(Cause::closed));
  EXPECT_TRUE(producer->begin_transaction().get().error().is(Cause::closed));
}

TEST(Misuse, AClosedConsumerSaysSo) {
  ConsumerConfig config;
  config.bootstrap_servers(kNowhere).group_id("g");
  auto consumer = Consumer::create(config);
  ASSERT_TRUE(consumer);
  ASSERT_TRUE(consumer->close(milliseconds(1000)));
  EXPECT_TRUE(consumer->poll(milliseconds(0)).error().is(Cause::closed));
  EXPECT_TRUE(consumer->subscribe({"t"}).error().is(Cause::closed));
  EXPECT_TRUE(consumer->commit().get().error().is(Cause::closed));
  EXPECT_TRUE(consumer->group_metadata().error().is(Cause::closed));
}

TEST(Misuse, AClosedAdminSaysSo) {
  auto admin = Admin::create(AdminConfig().bootstrap_servers(kNowhere));
  ASSERT_TRUE(admin);
  admin->close();
  EXPECT_TRUE(admin->list_topics().get().error().is(Cause::closed));
}

// What programs write who mean "for ever" must not be over at once.
TEST(Misuse, TheLongestTimeThatThereIsIsALongTime) {
  ProducerConfig forever = producer_config();
  forever.max_block(milliseconds::max()).set("delivery.timeout.ms", "2147483647");
  auto producer = Producer::create(forever);
  ASSERT_TRUE(producer);
  auto sent = producer->send(record());
  EXPECT_FALSE(sent.wait_for(milliseconds(20))) << "nobody takes it, and it may wait";
  auto consumer = Consumer::create(ConsumerConfig().bootstrap_servers(kNowhere));
  ASSERT_TRUE(consumer && consumer->assign({{"t", 0}}));
  auto polled = consumer->poll_async(milliseconds::max());
  EXPECT_FALSE(polled.wait_for(milliseconds(20)));
  consumer->wakeup();
  EXPECT_TRUE(polled.wait_for(milliseconds::max()));
  ASSERT_TRUE(producer->close(milliseconds(0)).error().is(Cause::timed_out));
  EXPECT_TRUE(sent.wait_for(milliseconds::max())) << "it has its end with its producer";
}

TEST(Misuse, ArgumentsThatCanNeverBeRightAreRefusedAtOnce) {
  auto producer = Producer::create(producer_config());
  auto consumer = Consumer::create(ConsumerConfig().bootstrap_servers(kNowhere).group_id("g"));
  ASSERT_TRUE(producer && consumer && consumer->assign({{"t", 0}}));
  Record nameless;
  Record endless = record();
  endless.topic = std::string(40'000, 'x');
  Record early = record();
  early.timestamp_ms = -5;
  for (const Record& refused : {nameless, endless, early}) {
    const auto sent = producer->send(refused).get();
    ASSERT_FALSE(sent);
    EXPECT_TRUE(sent.error().is(Cause::invalid_argument) && names(sent.error(), "send()")) << sent.error().text();
  }
  const TopicPartition one{"t", 0};
  const std::pair<Status, const char*> refusals[] = {
      {consumer->assign({{"", 0}}), "assign()"},
      {consumer->seek(one, -1), "seek()"},
      {consumer->seek(one, 1, -9), "seek()"},
      {consumer->commit({{one, {-5, {}, ""}}}).get(), "commit()"},
      {consumer->commit({{{"t", -1}, {5, {}, ""}}}).get(), "commit()"},
      {consumer->offsets_for_times({{one, -1}}).get().error(), "offsets_for_times()"},
      {consumer->end_offsets({{"t", -5}}).get().error(), "end_offsets()"}};
  for (const auto& [refusal, call] : refusals) {
    ASSERT_FALSE(refusal) << call;
    EXPECT_TRUE(refusal.error().is(Cause::invalid_argument) && names(refusal.error(), call)) << refusal.error().text();
  }
}

TEST(Misuse, AnUnknownHostIsNamedInTime) {
  auto producer = Producer::create(producer_config("no-such-host.invalid:9092"));
  ASSERT_TRUE(producer);
  const auto sent = producer->send(record()).get();
  ASSERT_FALSE(sent);
  EXPECT_TRUE(sent.error().is(Cause::timed_out));
  EXPECT_TRUE(names(sent.error(), "no-such-host.invalid")) << sent.error().message;
}

TEST(Misuse, TransactionsWithoutAnIdAndCallsWithoutAGroupAreRefused) {
  auto producer = Producer::create(producer_config());
  ASSERT_TRUE(producer);
  const auto begun = producer->begin_transaction().get();
  ASSERT_FALSE(begun);
  EXPECT_TRUE(begun.error().is(Cause::wrong_state) && names(begun.error(), "transactional.id"));
  ConsumerConfig config;
  config.bootstrap_servers(kNowhere);
  auto consumer = Consumer::create(config);
  ASSERT_TRUE(consumer);
  for (const Status& refused : {consumer->subscribe({"t"}), consumer->commit().get()}) {
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is(Cause::invalid_config) && names(refused.error(), "group.id"));
  }
}

TEST(Misuse, ARecordAboveEveryBoundIsRefusedByItsSize) {
  ProducerConfig config = producer_config();
  config.set("max.request.size", "1000").buffer_memory(5000);
  auto producer = Producer::create(config);
  ASSERT_TRUE(producer);
  for (const std::size_t bytes : {std::size_t{2000}, std::size_t{20'000}}) {
    Record large = record();
    large.value = std::string(bytes, 'x');
    const auto sent = producer->send(std::move(large)).get();
    ASSERT_FALSE(sent);
    EXPECT_TRUE(sent.error().is(Cause::too_large) && names(sent.error(), "max.request.size"));
  }
  auto narrow = Producer::create(producer_config().buffer_memory(100));
  ASSERT_TRUE(narrow);
  Record large = record();
  large.value = std::string(200, 'x');
  const auto sent = narrow->send(std::move(large)).get();
  ASSERT_FALSE(sent);
  EXPECT_TRUE(sent.error().is(Cause::too_large) && names(sent.error(), "buffer.memory")) << sent.error().text();
}

}  // namespace
}  // namespace millrace::client
