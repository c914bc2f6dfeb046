#include "millrace/callbacks.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "client/consumer/group_wire.h"
#include "client/testing/scripted_log.h"
#include "millrace/admin.h"
#include "millrace/consumer.h"
#include "millrace/coroutine.h"
#include "millrace/producer.h"
#include "protocol/gen/find_coordinator.h"
#include "protocol/gen/heartbeat.h"
#include "protocol/gen/join_group.h"
#include "protocol/gen/leave_group.h"
#include "protocol/gen/offset_commit.h"
#include "protocol/gen/offset_fetch.h"
#include "protocol/gen/sync_group.h"
#include "sdk/testing/lines.h"
#include "sdk/testing/loopback.h"

// Code of the program's that throws: who hears of it, and that everything goes on.
namespace millrace::client {
namespace {

using namespace protocol;
using client::Result;
using client::Status;
using testing::fail;
using testing::kWords;
using testing::Lines;
using testing::names;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kNowhere = "127.0.0.1:1";  // nobody listens there

bool tells(const Error& error, const std::string& what) {
  return error.is(Cause::callback) && names(error.message, what) && names(error.message, kWords);
}

// A broker with one topic "t" of one partition, and a group that gives it to whoever joins.
class Broker {
 public:
  Broker() {
    log_.values = {"a"};
    log_.serve(broker_);
    broker_.on<MetadataRequest, MetadataResponse>([this](const auto&, auto) {
      MetadataResponse response;
      response.brokers.push_back({0, "127.0.0.1", loopback_.port(), std::nullopt});
      auto& topic = response.topics.emplace_back();
      topic.name = "t";
      auto& partition = topic.partitions.emplace_back();
      partition.leader_id = 0;
      partition.leader_epoch = 1;
      return response;
    });
    broker_.offer(ApiKey::get_telemetry_subscriptions, {1, 0});  // it would be silent about that
    broker_.offer(ApiKey::find_coordinator, {4, 4});
    broker_.on<FindCoordinatorRequest, FindCoordinatorResponse>([this](const auto& request, auto) {
      FindCoordinatorResponse response;
      auto& found = response.coordinators.emplace_back();
      found.key = request.coordinator_keys.at(0);
      found.node_id = 0;
      found.host = "127.0.0.1";
      found.port = loopback_.port();
      return response;
    });
    broker_.on<JoinGroupRequest, JoinGroupResponse>([](const auto& request, auto) {
      JoinGroupResponse response;
      response.generation_id = 1;
      response.protocol_name = request.protocols.at(0).name;
      response.leader = "somebody";
      response.member_id = "m";
      return response;
    });
    broker_.on<SyncGroupRequest, SyncGroupResponse>([this](const auto&, auto) {
      SyncGroupResponse response;
      response.assignment = share_.bytes();
      return response;
    });
    broker_.on<HeartbeatRequest, HeartbeatResponse>([](const auto&, auto) { return HeartbeatResponse(); });
    broker_.on<LeaveGroupRequest, LeaveGroupResponse>([](const auto&, auto) { return LeaveGroupResponse(); });
    broker_.on<OffsetFetchRequest, OffsetFetchResponse>([](const auto&, auto) {
      OffsetFetchResponse response;
      response.groups.emplace_back().group_id = "g";
      return response;
    });
    broker_.on<OffsetCommitRequest, OffsetCommitResponse>([](const auto& request, auto) {
      OffsetCommitResponse response;
      auto& topic = response.topics.emplace_back();
      topic.name = request.topics.at(0).name;
      topic.partitions.emplace_back();
      return response;
    });
    loopback_.start();
  }
  std::string address() const { return loopback_.address(); }

 private:
  testing::ScriptedBroker broker_{0};
  testing::ScriptedLog log_;
  const Buffer share_ = encode_assignment({{"t", 0}});
  testing::Loopback loopback_{broker_};
};

class Clumsy final : public RebalanceListener {
 public:
  void on_assigned(const std::vector<TopicPartition>&) override { fail(); }
  void on_revoked(const std::vector<TopicPartition>&) override { fail(); }
};

// A consumer of the group whose listener throws whenever it is called.
class RebalanceListeners : public ::testing::Test {
 protected:
  RebalanceListeners() {
    EXPECT_TRUE(consumer.ok() && consumer->subscribe({"t"}, std::make_shared<Clumsy>()));
  }
  ConsumerConfig config() const {
    ConsumerConfig made;
    return made.bootstrap_servers(broker.address()).group_id("g").auto_offset_reset("earliest").auto_commit(false);
  }
  // Polls by `poll` until it brings something or fails.
  template <typename Poll>
  Result<ConsumerRecords> next(Poll poll) {
    for (int i = 0; i < 100; ++i) {
      Result<ConsumerRecords> polled = poll();
      if (!polled || !polled->empty()) return polled;
    }
    return ConsumerRecords();
  }
  template <typename Poll>
  void expect_told_once(Poll poll) {
    const auto first = next(poll);
    ASSERT_FALSE(first.ok());
    EXPECT_TRUE(tells(first.error(), "on_assigned()")) << first.error().text();
    const auto second = next(poll);
    ASSERT_TRUE(second.ok()) << second.error().text();
    EXPECT_EQ(second->size(), 1U) << "the rebalance has taken place";
  }

  Broker broker;
  Result<Consumer> consumer = Consumer::create(config());
};

TEST_F(RebalanceListeners, OneThatThrowsFailsThePollAndTheNextGoesOn) {
  expect_told_once([&] { return consumer->poll(seconds(1)); });
}

TEST_F(RebalanceListeners, SoWithPollsByFutures) {
  expect_told_once([&] { return consumer->poll_async(seconds(1)).get(); });
}

TEST_F(RebalanceListeners, TheSubscriptionEndsAllTheSameAndSaysWhatWasThrown) {
  expect_told_once([&] { return consumer->poll(seconds(1)); });
  const Status left = consumer->unsubscribe();
  ASSERT_FALSE(left.ok());
  EXPECT_TRUE(tells(left.error(), "on_revoked()")) << left.error().text();
  EXPECT_TRUE(consumer->assignment()->empty());
  EXPECT_TRUE(consumer->assign({{"t", 0}}).ok());
  EXPECT_EQ(next([&] { return consumer->poll(seconds(1)); })->size(), 1U) << "polls are not refused";
}

TEST_F(RebalanceListeners, AConsumerClosesAllTheSame) {
  expect_told_once([&] { return consumer->poll(seconds(1)); });
  const Status closed = consumer->close(seconds(10));
  ASSERT_FALSE(closed.ok());
  EXPECT_TRUE(tells(closed.error(), "on_revoked()")) << closed.error().text();
  EXPECT_TRUE(consumer->poll(milliseconds(0)).error().is(Cause::closed));
}

TEST_F(RebalanceListeners, ASubscriptionThatIsRefusedLeavesTheListenerBefore) {
  EXPECT_TRUE(consumer->subscribe({""}).error().is(Cause::invalid_argument));
  expect_told_once([&] { return consumer->poll(seconds(1)); });
}

class ClumsyReader final : public ConsumerInterceptor {
 public:
  void on_records(const ConsumerRecords&) override { fail(); }
  void on_commit(const std::map<TopicPartition, OffsetAndMetadata>&, const Status&) override { fail(); }
};

TEST(Callbacks, ConsumerInterceptorsThatThrowStandInNobodysWay) {
  Lines lines;
  Broker broker;
  ConsumerConfig config;
  config.bootstrap_servers(broker.address()).group_id("g").auto_offset_reset("earliest").auto_commit(false);
  auto consumer = Consumer::create(config.interceptor(std::make_shared<ClumsyReader>()), &lines.loop());
  ASSERT_TRUE(consumer.ok() && consumer->assign({{"t", 0}}));
  const auto polled = consumer->poll(seconds(30));
  ASSERT_TRUE(polled.ok());
  EXPECT_EQ(polled->size(), 1U);
  EXPECT_EQ(lines.count("on_records()"), 1);
  EXPECT_TRUE(consumer->commit().get().ok());
  EXPECT_EQ(lines.count("on_commit()"), 1);
}

class ClumsyWriter final : public ProducerInterceptor {
 public:
  void on_send(Record& record) override {
    record.headers.push_back({"seen", "yes"});
    fail();
  }
  void on_delivery(const Result<RecordMetadata>&) override { fail(); }
};

// Every record fails here, as its topic is never known; each is told of it.
TEST(Callbacks, DeliveriesAndProducerInterceptorsThatThrowStandInNobodysWay) {
  Lines lines;
  ProducerConfig config;
  config.bootstrap_servers(kNowhere).max_block(milliseconds(1)).interceptor(std::make_shared<ClumsyWriter>());
  auto producer = Producer::create(config.set("max.request.size", "1000"), &lines.loop());
  ASSERT_TRUE(producer.ok());
  int told = 0;
  for (const std::size_t size : {1, 1, 2000}) {  // the last one is refused on this thread
    Record record;
    record.topic = "t";
    record.value = std::string(size, 'x');
    producer->send(std::move(record), [&](const Result<RecordMetadata>&) {
      ++told;
      fail();
    });
  }
  EXPECT_TRUE(producer->flush(seconds(30)));
  EXPECT_EQ(lines.count("a delivery callback"), 3);
  EXPECT_EQ(lines.count("on_send()"), 3);
  EXPECT_EQ(lines.count("on_delivery()"), 3);
  EXPECT_EQ(told, 3);
}

TEST(Callbacks, AContinuationThatThrowsIsToldByALine) {
  Lines lines;
  auto admin = Admin::create(AdminConfig().bootstrap_servers(kNowhere), &lines.loop());
  ASSERT_TRUE(admin.ok());
  AdminOptions soon;
  soon.timeout = milliseconds(1);
  admin->list_topics(false, soon).then([](const auto&) { fail(); });
  EXPECT_FALSE(admin->list_topics(false, soon).get().ok()) << "the client goes on";
  EXPECT_EQ(lines.count("a continuation of a future"), 1);
}

TEST(Callbacks, WorkOfALoopThatThrowsIsToldByALine) {
  Lines lines;
  lines.loop().execute(fail);
  EXPECT_EQ(lines.count("Loop::execute()"), 1);
}

TEST(Callbacks, AReceiverOfLinesThatThrowsIsHeardByNobody) {
  LoopOptions options;
  options.log = [](LogLevel, std::string_view) { fail(); };
  const auto loop = Loop::start(std::move(options));
  ASSERT_TRUE(loop.ok());
  Promise<void> promise;
  auto ran = promise.future();
  loop->execute(fail);
  loop->execute([&] { promise.set(Status()); });
  EXPECT_TRUE(ran.get().ok());
}

TEST(Callbacks, ThenThrowsToItsCallerWhatItCallsAtOnce) {
  Promise<int> promise;
  auto future = promise.future();
  promise.set(1);
  EXPECT_THROW(future.then([](const auto&) { fail(); }), std::runtime_error);
}

// The broker is never asked who this is.
TEST(Callbacks, ASourceOfTokensThatThrowsHasNone) {
  Broker broker;
  AdminConfig config;
  config.bootstrap_servers(broker.address()).security_protocol("SASL_PLAINTEXT");
  auto admin = Admin::create(config.oauth_tokens([]() -> Result<OauthToken> { fail(); }));
  ASSERT_TRUE(admin.ok());
  const auto listed = admin->list_topics().get();
  ASSERT_FALSE(listed.ok());
  EXPECT_TRUE(listed.error().is(Cause::authentication)) << listed.error().text();
  EXPECT_TRUE(names(listed.error().message, "the source of tokens") && names(listed.error().message, kWords));
}

Task<int> throws() {
  fail();
  co_return 1;
}
Task<std::string> catches() {
  std::string caught;
  try {
    co_await throws();
  } catch (const std::runtime_error& error) {
    caught = error.what();
  }
  co_return caught;
}
Task<void> passes_on() { co_await throws(); }

TEST(Callbacks, ACoroutineThatThrowsDoesSoInTheOneThatAwaitsIt) {
  EXPECT_EQ(*start(catches()).get(), kWords);
  for (const Status& ended : {start(passes_on()).get(), [] {
         const auto result = start(throws()).get();
         return result ? Status() : Status(result.error());
       }()}) {
    ASSERT_FALSE(ended.ok());
    EXPECT_TRUE(tells(ended.error(), "a coroutine")) << ended.error().text();
  }
}

TEST(Callbacks, WhatIsNoExceptionOfTheStandardIsToldToo) {
  const Error error = detail::thrown("it", std::make_exception_ptr(7));
  EXPECT_TRUE(error.is(Cause::callback));
  EXPECT_TRUE(names(error.message, "it has thrown an exception")) << error.message;
}

}  // namespace
}  // namespace millrace::client
