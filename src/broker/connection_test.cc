#include "broker/connection.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "broker/limits.h"
#include "broker/node_facts.h"
#include "broker/testing/fake_connection.h"
#include "replica/testing/turns.h"

namespace millrace::broker {
namespace {

using testing::FakeConnection;

// API 0 pipelines, API 1 does not; the frame after the first four bytes is the request's name.
class FakeDispatcher final : public Dispatcher {
 public:
  bool accepts(const Listener&, std::int16_t api_key, std::int16_t) const override { return api_key <= 1; }
  Result<RequestHeader> read_header(Bytes frame) const override {
    RequestHeader header;
    header.api_key = load_be<std::int16_t>(frame.data());
    header.size = 4;
    return header;
  }
  bool pipelines(std::int16_t api_key) const override { return api_key == 0; }
  void dispatch(RequestPtr request) override {
    requests.push_back(std::move(request));
    if (at_once) requests.back()->send(Buffer());
  }
  bool busy(Task resume) override {
    if (blocked) resumes.push_back(std::move(resume));
    return blocked;
  }
  std::size_t max_frame() const override { return 104'857'600; }

  std::deque<RequestPtr> requests;
  std::vector<Task> resumes;
  bool blocked = false;
  bool at_once = false;  // answers inside the call
};

std::string request_bytes(std::int16_t api, std::string_view name) {
  std::string bytes(8, '\0');
  auto* at = reinterpret_cast<std::byte*>(bytes.data());
  store_be(at, static_cast<std::int32_t>(4 + name.size()));
  store_be(at + 4, api);
  return bytes + std::string(name);
}

class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest() { open(kRequestBytesPerShard); }
  void open(std::size_t memory_limit) {
    connection_.reset();
    memory_ = std::make_unique<MemoryBudget>(memory_limit, turns_.timers());
    connection_ = std::make_unique<ClientConnection>(turns_.shard(), wire_, listener_, dispatcher_, *memory_,
                                                     scratch_.writable(), Task());
  }
  void arrive(std::string bytes) {
    wire_.arrived += bytes;
    connection_->on_readable();
    turns_.run();
  }
  void answer(std::size_t which, std::string_view text) {
    dispatcher_.requests[which]->send(Buffer::copy_of(as_bytes(text)));
    turns_.run();
  }
  std::vector<std::string> begun() const {
    std::vector<std::string> names;
    for (const auto& request : dispatcher_.requests) names.emplace_back(as_text(request->body().bytes()));
    return names;
  }
  // The bodies of the answers so far.
  std::string answers() const {
    std::string text;
    for (std::size_t at = 0; at < wire_.sent.size();) {
      const auto size = load_be<std::int32_t>(reinterpret_cast<const std::byte*>(wire_.sent.data()) + at);
      text += wire_.sent.substr(at + 8, static_cast<std::size_t>(size) - 4);
      at += 4 + static_cast<std::size_t>(size);
    }
    return text;
  }
  using Names = std::vector<std::string>;

  replica::testing::Turns turns_;
  FakeConnection wire_;
  FakeDispatcher dispatcher_;
  Listener listener_;
  Buffer scratch_ = Buffer::allocate(kScratchBytes);
  std::unique_ptr<MemoryBudget> memory_;
  std::unique_ptr<ClientConnection> connection_;
};

TEST_F(ConnectionTest, ARequestWaitsForTheAnswerOfTheOneBefore) {
  arrive(request_bytes(1, "a") + request_bytes(1, "b") + request_bytes(1, "c"));
  EXPECT_EQ(begun(), Names{"a"});
  EXPECT_TRUE(wire_.paused);
  answer(0, "A");
  EXPECT_EQ(begun(), (Names{"a", "b"}));
  answer(1, "B");
  answer(2, "C");
  EXPECT_EQ(answers(), "ABC");
  EXPECT_FALSE(wire_.paused);
}

TEST_F(ConnectionTest, PipelinedRequestsRunTogetherAndAreAnsweredInOrder) {
  arrive(request_bytes(0, "a") + request_bytes(0, "b") + request_bytes(1, "c"));
  EXPECT_EQ(begun(), (Names{"a", "b"}));
  answer(1, "B");
  EXPECT_EQ(answers(), "");
  answer(0, "A");
  EXPECT_EQ(answers(), "AB");
  EXPECT_EQ(begun(), (Names{"a", "b", "c"}));
}

TEST_F(ConnectionTest, SilenceIsAnAnswerTooAndHangingUpEndsIt) {
  arrive(request_bytes(0, "a") + request_bytes(0, "b") + request_bytes(0, "c"));
  dispatcher_.requests[0]->send_nothing();
  dispatcher_.requests[2]->hang_up();
  turns_.run();
  EXPECT_FALSE(wire_.closed) << "what came before is answered first";
  answer(1, "B");
  EXPECT_EQ(answers(), "B");
  EXPECT_TRUE(wire_.closed);
}

TEST_F(ConnectionTest, GarbageEndsTheConnectionAndHoldsNothing) {
  arrive("GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(wire_.closed);
  EXPECT_TRUE(dispatcher_.requests.empty());
  EXPECT_EQ(memory_->used(), 0U);
}

TEST_F(ConnectionTest, BetweenRequestsNoMemoryIsHeld) {
  arrive(request_bytes(1, "a"));
  EXPECT_GT(memory_->used(), 0U);
  EXPECT_TRUE(wire_.silent) << "the peer waits for us";
  answer(0, "A");
  EXPECT_EQ(memory_->used(), 0U);
  EXPECT_FALSE(wire_.silent);
}

TEST_F(ConnectionTest, APeerThatDoesNotTakeItsAnswersIsNotRead) {
  wire_.backlog = kUnsentBytes;
  arrive(request_bytes(1, "a"));
  EXPECT_TRUE(dispatcher_.requests.empty());
  EXPECT_TRUE(wire_.paused);
  wire_.backlog = 0;
  connection_->on_sent();
  EXPECT_EQ(begun(), Names{"a"});
}

TEST_F(ConnectionTest, ARequestMayHoldUpThoseBehindItEvenIfTheyPipeline) {
  arrive(request_bytes(0, "a"));
  dispatcher_.requests[0]->hold_up();
  arrive(request_bytes(0, "b") + request_bytes(0, "c"));
  EXPECT_EQ(begun(), Names{"a"});
  dispatcher_.requests[0]->let_on();
  EXPECT_EQ(begun(), Names{"a"}) << "not before the end of the turn";
  turns_.run();
  EXPECT_EQ(begun(), (Names{"a", "b", "c"}));
  answer(1, "B");
  answer(0, "A");
  EXPECT_EQ(answers(), "AB");
}

TEST_F(ConnectionTest, AFullRingStopsReadingUntilThereIsSpace) {
  dispatcher_.blocked = true;
  arrive(request_bytes(1, "a"));
  EXPECT_TRUE(dispatcher_.requests.empty());
  ASSERT_EQ(dispatcher_.resumes.size(), 1U);
  dispatcher_.blocked = false;
  dispatcher_.resumes[0]();
  EXPECT_EQ(begun(), Names{"a"});
}

TEST_F(ConnectionTest, APeerWithALongQueueLeavesTheTurnToOthersAndGoesOnInTheNext) {
  dispatcher_.at_once = true;
  FakeConnection other_wire;
  ClientConnection other(turns_.shard(), other_wire, listener_, dispatcher_, *memory_, scratch_.writable(), Task());
  for (std::size_t i = 0; i < 10 * kRequestsPerTurn; ++i) wire_.arrived += request_bytes(1, "a");
  other_wire.arrived = request_bytes(1, "b");
  connection_->on_readable();
  turns_.run();
  EXPECT_EQ(begun(), Names(kRequestsPerTurn, "a"));
  EXPECT_TRUE(wire_.paused);
  other.on_readable();
  EXPECT_EQ(begun().back(), "b");
  turns_.advance(Millis(0));
  EXPECT_EQ(begun().size(), 10 * kRequestsPerTurn + 1) << "nothing is forgotten";
  EXPECT_FALSE(wire_.paused);
}

TEST_F(ConnectionTest, APeerThatClosesItsHalfStillGetsItsAnswers) {
  arrive(request_bytes(1, "a") + request_bytes(1, "b"));
  wire_.ended = true;
  connection_->on_readable();
  EXPECT_FALSE(wire_.closed);
  answer(0, "A");
  ASSERT_EQ(begun().back(), "b");
  EXPECT_FALSE(wire_.closed);
  answer(1, "B");
  EXPECT_EQ(answers(), "AB");
  EXPECT_TRUE(wire_.closed);
}

TEST_F(ConnectionTest, AnEndedStreamWithNothingUnderWayClosesAtOnce) {
  arrive(request_bytes(1, "a").substr(0, 6));
  wire_.ended = true;
  connection_->on_readable();
  EXPECT_TRUE(wire_.closed);
}

TEST_F(ConnectionTest, AClosedConnectionAbandonsWhatIsUnderWay) {
  arrive(request_bytes(1, "a"));
  bool abandoned = false;
  dispatcher_.requests[0]->when_abandoned([&] { abandoned = true; });
  connection_->on_closed();
  connection_.reset();
  EXPECT_TRUE(abandoned);
}

TEST_F(ConnectionTest, AboveTheMemoryLimitOneConnectionGoesOnAndTheOthersWaitForIt) {
  open(100);
  FakeConnection other_wire;
  ClientConnection other(turns_.shard(), other_wire, listener_, dispatcher_, *memory_, scratch_.writable(), Task());
  arrive(request_bytes(0, std::string(200, 'a')));
  arrive(request_bytes(0, "b"));
  other_wire.arrived = request_bytes(0, "c");
  other.on_readable();
  turns_.run();
  EXPECT_EQ(begun().size(), 2U) << "the first goes on, the other waits";
  EXPECT_TRUE(other_wire.paused);
  answer(0, "A");
  answer(1, "B");
  EXPECT_EQ(begun().back(), "c");
}

}  // namespace
}  // namespace millrace::broker
