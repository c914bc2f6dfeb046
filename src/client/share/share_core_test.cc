#include "client/share/share_core.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "client/testing/scripted_broker.h"
#include "protocol/gen/share_group_heartbeat.h"
#include "record/batch_builder.h"

namespace millrace::client {
namespace {

using namespace protocol;
using client::Error;
using client::Status;
using testing::FakePorts;
using testing::ScriptedCluster;

const ::millrace::Uuid kId{7, 9};

// "0:1-3=1" for each partition and run of acknowledgements.
template <typename Topics>
std::string acks_of(const Topics& topics) {
  std::string line;
  for (const auto& topic : topics) {
    for (const auto& part : topic.partitions) {
      for (const auto& run : part.acknowledgement_batches) {
        line += " " + std::to_string(run.first_offset) + "-" + std::to_string(run.last_offset) + "=" +
                std::to_string(run.acknowledge_types.at(0));
      }
    }
  }
  return line;
}

// One broker that coordinates a share group and leads its only partition, of which it acquires what the test queues.
class ShareCoreTest : public ::testing::Test {
 protected:
  struct Acquired {
    std::int64_t first;
    std::vector<std::string> values;  // "": a gap
    std::int16_t deliveries = 1;
  };
  ShareCoreTest() {
    options.consumer.group_id = "g";
    auto& broker = brokers.broker(0);
    brokers.coordinate(0);
    broker.on<MetadataRequest, MetadataResponse>([this](const auto& request, auto) {
      MetadataResponse response;
      response.brokers.push_back({0, "b0", 9092, std::nullopt});
      if (!request.topics || request.topics->empty()) return response;
      auto& topic = response.topics.emplace_back();
      topic.name = "t";
      topic.topic_id = kId;
      topic.error_code = to_wire(topic_error);
      auto& part = topic.partitions.emplace_back();
      part.leader_id = 0;
      part.leader_epoch = 1;
      return response;
    });
    broker.on<ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse>([this](const auto& request, auto) {
      ShareGroupHeartbeatResponse response;
      log.push_back("beat " + std::to_string(request.member_epoch));
      response.member_id = request.member_id;
      response.member_epoch = 1;
      response.heartbeat_interval_ms = 100'000;
      if (request.member_epoch == 0) {
        response.assignment.emplace();
        response.assignment->topic_partitions.push_back({kId, {0}});
      }
      return response;
    });
    broker.on<ShareFetchRequest, ShareFetchResponse>([this](const auto& request, auto) { return fetched(request); });
    broker.on<ShareAcknowledgeRequest, ShareAcknowledgeResponse>([this](const auto& request, auto) {
      log.push_back("ack " + std::to_string(request.share_session_epoch) + acks_of(request.topics) +
                    (request.is_renew_ack ? " renews" : ""));
      ShareAcknowledgeResponse response;
      for (const auto& topic : request.topics) {
        auto& answer = response.responses.emplace_back();
        answer.topic_id = topic.topic_id;
        for (const auto& part : topic.partitions) answer.partitions.push_back({part.partition_index, ack_code});
      }
      return response;
    });
  }
  ShareFetchResponse fetched(const ShareFetchRequest& request) {
    ShareFetchResponse response;
    log.push_back("fetch " + std::to_string(request.share_session_epoch) + acks_of(request.topics));
    if (!session_errors.empty()) {
      response.error_code = to_wire(session_errors.front());
      session_errors.pop_front();
      return response;
    }
    response.acquisition_lock_timeout_ms = 30'000;
    auto& topic = response.responses.emplace_back();
    topic.topic_id = kId;
    auto& part = topic.partitions.emplace_back();
    if (queue.empty()) {
      part.error_code = to_wire(Errc::leader_not_available);  // else it would be asked without end
      return response;
    }
    const Acquired next = queue.front();
    queue.pop_front();
    std::int64_t offset = next.first;
    records.emplace_back();
    for (const auto& value : next.values) {
      if (!value.empty()) {
        record::BatchOptions shape;
        shape.base_offset = Offset(offset);
        record::BatchBuilder builder(shape);
        builder.add(WallTime(1000), std::nullopt, as_bytes(value), {});
        const Buffer batch = builder.build();
        records.back() += as_text(batch.bytes());
      }
      ++offset;
    }
    part.records = RecordsRef(as_bytes(records.back()));
    part.acquired_records.push_back({next.first, offset - 1, next.deliveries});
    return response;
  }
  ShareCore& consumer() {
    if (!made) {
      made = std::make_unique<ShareCore>(ports.shard(), ScriptedCluster::options(), options);
      made->on_acknowledged([this](const TopicPartition&, const auto& offsets, const Status& told) {
        heard.push_back(std::to_string(offsets.size()) + (told ? " ok" : " " + std::string(told.error().name())));
      });
      EXPECT_TRUE(made->subscribe({"t"}));
    }
    return *made;
  }
  // The values of one poll, or the error's name.
  std::string poll() {
    std::optional<std::string> seen;
    consumer().poll(Millis(1000), [&](Result<ConsumerRecords> polled) {
      seen.emplace();
      if (!polled) *seen = polled.error().name();
      for (std::size_t i = 0; polled && i < polled->size(); ++i) {
        *seen += std::string(*(*polled)[i].value) + "x" + std::to_string((*polled)[i].delivery_count);
      }
    });
    EXPECT_FALSE(seen) << "completed from inside the call";
    for (int i = 0; i < 200 && !seen; ++i) ports.advance(Millis(10));
    return seen.value_or("nothing");
  }
  std::string commit() {
    std::string told = "none";
    consumer().commit([&](Result<ShareCore::Commits> results) {
      told = results->empty() ? "empty" : "";
      for (const auto& [name, status] : *results) told += status ? "ok" : status.error().name();
    });
    EXPECT_EQ(told, "none");
    ports.run();
    return told;
  }
  // The requests of one kind, the last ones first dropped where a poll went on asking in vain.
  std::vector<std::string> only(const std::string& kind) const {
    std::vector<std::string> lines;
    for (const auto& line : log) {
      if (line.starts_with(kind)) lines.push_back(line);
    }
    return lines;
  }

  FakePorts ports;
  ScriptedCluster brokers{ports, 1};
  ShareOptions options;
  std::deque<Acquired> queue;
  std::deque<Errc> session_errors;
  Errc topic_error = Errc::none;
  std::int16_t ack_code = 0;
  std::deque<std::string> records;
  std::vector<std::string> log;
  std::vector<std::string> heard;
  std::unique_ptr<ShareCore> made;
  const TopicPartition t0{"t", 0};
};

using Lines = std::vector<std::string>;

TEST_F(ShareCoreTest, ATopicOfTheSubscriptionThatIsRefusedIsTold) {
  topic_error = Errc::topic_authorization_failed;
  EXPECT_EQ(poll(), "TOPIC_AUTHORIZATION_FAILED");
}

TEST_F(ShareCoreTest, WhatItHasDoneIsCounted) {
  queue = {{0, {"a", "b"}}};
  EXPECT_EQ(poll(), "ax1bx1");
  EXPECT_EQ(consumer().statistics().records, 2U);
  EXPECT_EQ(consumer().statistics().acknowledged, 0U);
  commit();
  EXPECT_EQ(consumer().statistics().acknowledged, 2U);
  EXPECT_GT(consumer().statistics().fetches, 0U);
  EXPECT_GT(consumer().statistics().bytes, 0U);
}

TEST_F(ShareCoreTest, TheNextPollAcceptsWhatTheLastHasBroughtAndTellsGaps) {
  queue = {{5, {"a", "", "b"}, 2}, {9, {"c"}}};
  EXPECT_EQ(poll(), "ax2bx2");
  EXPECT_EQ(poll(), "cx1");
  EXPECT_EQ(only("fetch"), (Lines{"fetch 0", "fetch 1 5-5=1 6-6=0 7-7=1"}));
  EXPECT_EQ(heard, (Lines{"2 ok"}));
  EXPECT_EQ(commit(), "ok");
  EXPECT_EQ(log.back(), "ack 2 9-9=1");
  EXPECT_EQ(commit(), "empty");
}

TEST_F(ShareCoreTest, RecordsThatWereNotAcquiredAreNotHandedOut) {
  queue = {{5, {"a", "b"}}};
  consumer();
  brokers.broker(0).on<ShareFetchRequest, ShareFetchResponse>([this](const auto& request, auto) {
    ShareFetchResponse response = fetched(request);
    auto& acquired = response.responses.at(0).partitions.at(0).acquired_records;
    if (!acquired.empty()) acquired.at(0).last_offset = 5;
    return response;
  });
  EXPECT_EQ(poll(), "ax1");
}

TEST_F(ShareCoreTest, WithExplicitAcknowledgementEachRecordNeedsAWordBeforeTheNextPoll) {
  options.acknowledges_itself = true;
  queue = {{0, {"a", "b", "c"}}, {3, {"d"}}};
  EXPECT_EQ(poll(), "ax1bx1cx1");
  EXPECT_EQ(poll(), "wrong_state");
  EXPECT_TRUE(consumer().acknowledge(t0, 0, AcknowledgeType::accept));
  EXPECT_TRUE(consumer().acknowledge(t0, 1, AcknowledgeType::release));
  EXPECT_TRUE(consumer().acknowledge(t0, 2, AcknowledgeType::accept));
  EXPECT_TRUE(consumer().acknowledge(t0, 2, AcknowledgeType::reject)) << "the last word counts";
  EXPECT_FALSE(consumer().acknowledge(t0, 3, AcknowledgeType::accept));
  EXPECT_EQ(poll(), "dx1");
  EXPECT_EQ(only("fetch").at(1), "fetch 1 0-0=1 1-1=2 2-2=3");
  EXPECT_FALSE(consumer().acknowledge(t0, 0, AcknowledgeType::accept)) << "it was sent";
}

TEST_F(ShareCoreTest, ARenewedRecordStaysWithTheProgramUntilItsLastWord) {
  options.acknowledges_itself = true;
  queue = {{0, {"a"}}};
  EXPECT_EQ(poll(), "ax1");
  ASSERT_TRUE(consumer().acknowledge(t0, 0, AcknowledgeType::renew));
  EXPECT_EQ(commit(), "ok");
  EXPECT_EQ(log.back(), "ack 1 0-0=4 renews");
  EXPECT_EQ(poll(), "") << "no word is needed before a poll";
  ASSERT_TRUE(consumer().acknowledge(t0, 0, AcknowledgeType::accept));
  EXPECT_EQ(commit(), "ok");
}

TEST_F(ShareCoreTest, WithoutExplicitAcknowledgementTheCallIsRefused) {
  queue = {{0, {"a"}}};
  EXPECT_EQ(poll(), "ax1");
  EXPECT_FALSE(consumer().acknowledge(t0, 0, AcknowledgeType::accept));
}

TEST_F(ShareCoreTest, ALostSessionLosesItsRecordsAndAnotherBegins) {
  options.acknowledges_itself = true;
  queue = {{0, {"a"}}, {0, {"a"}, 2}};
  EXPECT_EQ(poll(), "ax1");
  ASSERT_TRUE(consumer().acknowledge(t0, 0, AcknowledgeType::accept));
  session_errors = {Errc::share_session_not_found};
  EXPECT_EQ(poll(), "ax2");
  EXPECT_EQ(heard, (Lines{"1 SHARE_SESSION_NOT_FOUND"}));
  EXPECT_EQ(only("fetch"), (Lines{"fetch 0", "fetch 1 0-0=1", "fetch 0"}));
}

TEST_F(ShareCoreTest, ACommitTellsWhatTheBrokerSaysOfEachPartition) {
  queue = {{0, {"a"}}};
  EXPECT_EQ(poll(), "ax1");
  ack_code = to_wire(Errc::invalid_record_state);
  EXPECT_EQ(commit(), "INVALID_RECORD_STATE");
  EXPECT_EQ(heard, (Lines{"1 INVALID_RECORD_STATE"}));
}

TEST_F(ShareCoreTest, LeavingAcceptsEndsTheSessionAndLeavesTheGroup) {
  queue = {{0, {"a"}}};
  EXPECT_EQ(poll(), "ax1");
  bool left = false;
  consumer().leave(Millis(5'000), [&](Status status) { left = status.ok(); });
  ports.run();
  EXPECT_TRUE(left);
  EXPECT_EQ(only("ack"), (Lines{"ack 1 0-0=1", "ack -1"}));
  EXPECT_EQ(only("beat").back(), "beat -1");
}

TEST_F(ShareCoreTest, NothingIsAskedForWhileNobodyPolls) {
  queue = {{0, {"a"}}, {1, {"b"}}};
  EXPECT_EQ(poll(), "ax1");
  ports.advance(Millis(20'000));
  EXPECT_EQ(only("fetch").size(), 1u);
}

TEST_F(ShareCoreTest, TwoPollsAtOnceAndAPollAfterCloseAreRefused) {
  consumer().poll(Millis(1000), [](Result<ConsumerRecords>) {});
  EXPECT_EQ(poll(), "wrong_state");
  consumer().close();
  EXPECT_EQ(poll(), "closed");
}

}  // namespace
}  // namespace millrace::client
