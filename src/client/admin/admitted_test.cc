#include "client/admin/admitted.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "client/admin/topics.h"
#include "client/testing/scripted_broker.h"
#include "protocol/gen/create_topics.h"
#include "protocol/gen/delete_topics.h"

namespace millrace::client {
namespace {

using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;
using protocol::DeleteTopicsRequest;
using protocol::DeleteTopicsResponse;
using protocol::Errc;
using testing::FakePorts;
using testing::ScriptedCluster;
using Created = Items<std::string, CreatedTopic>;

constexpr std::int32_t kThrottleMs = 200;

// A controller whose quota lets `admits` topics of each request through.
class AdmittedTest : public ::testing::Test {
 protected:
  AdmittedTest() {
    limit<CreateTopicsRequest, CreateTopicsResponse>(&CreateTopicsResponse::topics);
    limit<DeleteTopicsRequest, DeleteTopicsResponse>(&DeleteTopicsResponse::responses);
  }
  template <typename Request, typename Response, typename Answers>
  void limit(Answers answers) {
    brokers.broker(0).on<Request, Response>([this, answers](const Request& request, auto) {
      asked_for.push_back(request.topics.size());
      Response response;
      for (const auto& topic : request.topics) {
        auto& answer = (response.*answers).emplace_back();
        answer.name = topic.name;
        answer.error_code = code_of((response.*answers).size(), response.throttle_time_ms);
      }
      return response;
    });
  }
  std::int16_t code_of(std::size_t place, std::int32_t& throttle_ms) const {
    if (place <= admits) return 0;
    throttle_ms = kThrottleMs;
    return protocol::to_wire(Errc::throttling_quota_exceeded);
  }
  template <typename T>
  void until(const std::optional<T>& told) {
    for (int i = 0; i < 2'000 && !told; ++i) ports.advance(Millis(10));
  }
  Created create(std::vector<std::string> names, bool patient, Millis timeout) {
    std::vector<NewTopic> topics;
    for (const std::string& name : names) topics.push_back({.name = name});
    std::optional<Created> told;
    admin::create_topics(core, std::move(topics), false, patient, timeout,
                         [&](Result<Created> items) { told = *std::move(items); });
    until(told);
    return *std::move(told);
  }

  FakePorts ports;
  ScriptedCluster brokers{ports, 1};
  AdminCore core{ports.shard(), ScriptedCluster::options(), Millis(10'000), 1000};
  std::size_t admits = 1;
  std::vector<std::size_t> asked_for;  // topics, by request
};

TEST_F(AdmittedTest, WhatTheQuotaRefusesIsAskedForAgainByItself) {
  const MonoTime begin = ports.shard().clock.now();
  const Created items = create({"a", "b", "c"}, true, Millis(10'000));
  EXPECT_EQ(asked_for, (std::vector<std::size_t>{3, 2, 1}));
  ASSERT_EQ(items.size(), 3u);
  for (const char* name : {"a", "b", "c"}) EXPECT_TRUE(find(items, std::string(name))->ok()) << name;
  EXPECT_GE(ports.shard().clock.now() - begin, 2LL * kThrottleMs * 1'000'000) << "as long as the broker wants";
}

TEST_F(AdmittedTest, AnImpatientCallIsToldAtOnce) {
  const Created items = create({"a", "b"}, false, Millis(10'000));
  EXPECT_EQ(asked_for.size(), 1u);
  EXPECT_TRUE(find(items, std::string("a"))->ok());
  EXPECT_TRUE(find(items, std::string("b"))->error().is(ErrorCode::throttling_quota_exceeded));
}

TEST_F(AdmittedTest, AtTheDeadlineTheRefusalStands) {
  admits = 0;
  const Created items = create({"a", "b"}, true, Millis(1'000));
  ASSERT_EQ(items.size(), 2u);
  for (const auto& item : items) EXPECT_TRUE(item.result.error().is(ErrorCode::throttling_quota_exceeded));
  EXPECT_GE(asked_for.size(), 3u);
  EXPECT_LE(asked_for.size(), 6u) << "not faster than the broker wants";
}

TEST_F(AdmittedTest, TopicsAreDeletedAsPatiently) {
  std::optional<Items<std::string>> told;
  admin::delete_topics(core, {"a", "b", "c"}, true, Millis(10'000), [&](auto items) { told = *std::move(items); });
  until(told);
  ASSERT_TRUE(told && told->size() == 3);
  for (const auto& item : *told) EXPECT_TRUE(item.result.ok()) << item.key;
  EXPECT_EQ(asked_for, (std::vector<std::size_t>{3, 2, 1}));
}

}  // namespace
}  // namespace millrace::client
