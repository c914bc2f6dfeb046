#include "client/producer/transactions.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "client/producer/producer.h"
#include "client/testing/scripted_broker.h"
#include "protocol/gen/add_offsets_to_txn.h"
#include "protocol/gen/add_partitions_to_txn.h"
#include "protocol/gen/init_producer_id.h"
#include "protocol/gen/produce.h"
#include "protocol/gen/txn_offset_commit.h"

namespace millrace::client {
namespace {

using namespace protocol;
using client::Error;
using client::Status;
using testing::FakePorts;
using testing::ScriptedCluster;

// A coordinator that writes down what it is asked, and answers with the errors in `verdicts`, by API.
class TransactionsTest : public ::testing::Test {
 protected:
  TransactionsTest() {
    options.transactional_id = "tx";
    options.linger = Millis(0);
    options.max_block = Millis(5'000);
    brokers.topics = {{"t", {0, 0}, 1, 0}};
    auto& broker = brokers.broker(0);
    brokers.coordinate(0);
    broker.on<InitProducerIdRequest, InitProducerIdResponse>([this](const auto& request, std::int16_t) {
      InitProducerIdResponse response;
      log("init " + std::to_string(request.producer_id) + "/" + std::to_string(request.producer_epoch));
      response.error_code = verdict(ApiKey::init_producer_id);
      response.producer_id = 77;
      if (response.error_code == 0) response.producer_epoch = ++epoch;
      return response;
    });
    broker.on<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>([this](const auto& request, std::int16_t) {
      AddPartitionsToTxnResponse response;
      const std::int16_t code = verdict(ApiKey::add_partitions_to_txn);
      std::string line = "add";
      for (const auto& topic : request.v3_and_below_topics) {
        auto& answer = response.results_by_topic_v3_and_below.emplace_back();
        answer.name = topic.name;
        for (const auto index : topic.partitions) {
          answer.results_by_partition.push_back({index, code});
          line += " " + std::to_string(index);
        }
      }
      log(line);
      return response;
    });
    broker.on<ProduceRequest, ProduceResponse>([this](const auto& request, std::int16_t version) {
      ProduceResponse response;
      for (const auto& topic : request.topic_data) {
        auto& answer = response.responses.emplace_back();
        answer.name = version < 13 ? topic.name : std::string_view();
        answer.topic_id = topic.topic_id;
        for (const auto& part : topic.partition_data) {
          const auto batch = record::BatchView::parse(Bytes(*part.records));
          EXPECT_TRUE(batch->is_transactional());
          log("produce " + std::to_string(part.index) + " epoch " + std::to_string(batch->producer_epoch().value()) +
              " from " + std::to_string(batch->base_sequence()));
          ProduceResponse::PartitionProduceResponse told;
          told.index = part.index;
          told.error_code = verdict(ApiKey::produce);
          answer.partition_responses.push_back(told);
        }
      }
      return response;
    });
    broker.on<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>([this](const auto& request, std::int16_t) {
      log("add offsets of " + std::string(request.group_id));
      AddOffsetsToTxnResponse response;
      response.error_code = verdict(ApiKey::add_offsets_to_txn);
      return response;
    });
    broker.on<TxnOffsetCommitRequest, TxnOffsetCommitResponse>([this](const auto& request, std::int16_t) {
      log("offsets of " + std::string(request.member_id));
      TxnOffsetCommitResponse response;
      auto& topic = response.topics.emplace_back();
      topic.name = request.topics.at(0).name;
      topic.partitions.push_back({0, verdict(ApiKey::txn_offset_commit)});
      return response;
    });
    broker.on<EndTxnRequest, EndTxnResponse>([this](const auto& request, std::int16_t version) {
      log(request.committed ? "commit" : "abort");
      EndTxnResponse response;
      response.error_code = verdict(ApiKey::end_txn);
      if (version >= 5 && response.error_code == 0) {
        response.producer_id = 77;
        response.producer_epoch = ++epoch;
      }
      return response;
    });
  }
  void second_generation() { brokers.broker(0).transaction_version = 2; }
  std::int16_t verdict(ApiKey api) {
    auto& waiting = verdicts[api];
    if (waiting.empty()) return 0;
    const std::int16_t code = to_wire(waiting.front());
    waiting.pop_front();
    return code;
  }
  void log(std::string line) { asked.push_back(std::move(line)); }
  ProducerCore& producer() {
    if (!made) {
      made = std::make_unique<ProducerCore>(ports.shard(), ScriptedCluster::options(), options);
    }
    return *made;
  }
  Transactions& transactions() { return *producer().transactions(); }
  template <typename Call>
  Status run(Call call) {
    std::optional<Status> result;
    call([&result](Status status) { result.emplace(std::move(status)); });
    EXPECT_FALSE(result) << "completed from inside the call";
    for (int i = 0; i < 2'000 && !result; ++i) ports.advance(Millis(10));
    return result ? *result : Status(local_error(Cause::timed_out, "the test has waited in vain"));
  }
  Status init() {
    return run([this](auto done) { transactions().init(done); });
  }
  Status end(bool commit) {
    return run([this, commit](auto done) { transactions().end(commit, done); });
  }
  Status send_offsets() {
    Offsets offsets;
    offsets[{"in", 0}].offset = 5;
    return run([&](auto done) { transactions().send_offsets(offsets, {"g", 3, "m", std::nullopt}, done); });
  }
  void send(std::int32_t partition = 0) {
    Record record;
    record.topic = "t";
    record.partition = partition;
    record.value = "v";
    producer().send(std::move(record), [this](const Result<RecordMetadata>& outcome) {
      outcomes.push_back(outcome ? "" : std::string(outcome.error().name()));
    });
    ports.run();
  }
  std::int16_t version(ApiKey api) { return brokers.broker(0).last_version[static_cast<std::int16_t>(api)]; }

  FakePorts ports;
  ScriptedCluster brokers{ports, 1};
  ProducerOptions options;
  std::map<ApiKey, std::deque<Errc>> verdicts;
  std::vector<std::string> asked;
  std::vector<std::string> outcomes;  // of records: empty for a delivery
  std::int16_t epoch = 0;
  std::unique_ptr<ProducerCore> made;
};

TEST_F(TransactionsTest, TheFirstGenerationNamesPartitionsBeforeTheyAreWrittenTo) {
  ASSERT_TRUE(init());
  ASSERT_TRUE(transactions().begin());
  send(0);
  ASSERT_TRUE(end(true));
  EXPECT_EQ(asked, (std::vector<std::string>{"init -1/-1", "add 0", "produce 0 epoch 1 from 0", "commit"}));
  EXPECT_LE(version(ApiKey::produce), 11);
  EXPECT_LE(version(ApiKey::end_txn), 4);
  EXPECT_EQ(outcomes, std::vector<std::string>{""});
}

TEST_F(TransactionsTest, TheSecondGenerationNamesNoneAndTakesTheNextEpochAtEachEnd) {
  second_generation();
  ASSERT_TRUE(init());
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(transactions().begin());
    send(0);
    ASSERT_TRUE(end(true));
  }
  EXPECT_EQ(asked, (std::vector<std::string>{"init -1/-1", "produce 0 epoch 1 from 0", "commit",
                                             "produce 0 epoch 2 from 0", "commit"}));
  EXPECT_GE(version(ApiKey::produce), 12);
  EXPECT_EQ(version(ApiKey::end_txn), 5);
}

TEST_F(TransactionsTest, SequencesGoOnOverTransactionsOfTheFirstGeneration) {
  ASSERT_TRUE(init());
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(transactions().begin());
    send(0);
    ASSERT_TRUE(end(true));
  }
  EXPECT_EQ(asked[4], "add 0");
  EXPECT_EQ(asked[5], "produce 0 epoch 1 from 1");
}

TEST_F(TransactionsTest, CallsOutOfTurnSayWhatIsMissing) {
  EXPECT_TRUE(transactions().begin().error().is(Cause::wrong_state));
  ASSERT_TRUE(init());
  EXPECT_TRUE(init().error().is(Cause::wrong_state));
  EXPECT_TRUE(end(true).error().is(Cause::wrong_state));
  send(0);
  EXPECT_EQ(outcomes, std::vector<std::string>{"wrong_state"});
  ASSERT_TRUE(transactions().begin());
  EXPECT_NE(transactions().begin().error().message.find("commit or abort"), std::string::npos);
}

TEST_F(TransactionsTest, AnEmptyTransactionDoesNotTroubleTheCoordinator) {
  ASSERT_TRUE(init());
  ASSERT_TRUE(transactions().begin());
  ASSERT_TRUE(end(true));
  EXPECT_EQ(asked.size(), 1U);
}

TEST_F(TransactionsTest, ARecordThatFailsMakesTheTransactionAbortable) {
  ASSERT_TRUE(init());
  ASSERT_TRUE(transactions().begin());
  verdicts[ApiKey::produce] = {Errc::invalid_record};
  send(0);
  const Status refused = end(true);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().abortable);
  EXPECT_FALSE(refused.error().fatal);
  EXPECT_TRUE(refused.error().is(ErrorCode::invalid_record));
  send(1);
  EXPECT_EQ(outcomes, (std::vector<std::string>{"INVALID_RECORD", "INVALID_RECORD"}));
  asked.clear();
  ASSERT_TRUE(end(false));
  // The lost sequence is behind another epoch.
  EXPECT_EQ(asked, (std::vector<std::string>{"abort", "init 77/1"}));
  ASSERT_TRUE(transactions().begin());
  send(0);
  ASSERT_TRUE(end(true));
  EXPECT_EQ(asked[3], "produce 0 epoch 2 from 0");
}

TEST_F(TransactionsTest, AFencedProducerIsAtItsEnd) {
  ASSERT_TRUE(init());
  ASSERT_TRUE(transactions().begin());
  send(0);
  verdicts[ApiKey::end_txn] = {Errc::producer_fenced};
  const Status fenced = end(true);
  ASSERT_FALSE(fenced);
  EXPECT_TRUE(fenced.error().fatal);
  EXPECT_FALSE(fenced.error().abortable);
  EXPECT_TRUE(end(false).error().fatal);
  EXPECT_TRUE(transactions().begin().error().fatal);
  ports.run();
  send(0);
  EXPECT_EQ(outcomes.back(), "PRODUCER_FENCED");
}

TEST_F(TransactionsTest, OffsetsOfTheFirstGenerationAreAnnouncedToTheCoordinator) {
  ASSERT_TRUE(init());
  ASSERT_TRUE(transactions().begin());
  ASSERT_TRUE(send_offsets());
  ASSERT_TRUE(end(true));
  EXPECT_EQ(asked, (std::vector<std::string>{"init -1/-1", "add offsets of g", "offsets of m", "commit"}));
}

TEST_F(TransactionsTest, OffsetsOfTheSecondGenerationAreNot) {
  second_generation();
  ASSERT_TRUE(init());
  ASSERT_TRUE(transactions().begin());
  ASSERT_TRUE(send_offsets());
  ASSERT_TRUE(end(true));
  EXPECT_EQ(asked, (std::vector<std::string>{"init -1/-1", "offsets of m", "commit"}));
  EXPECT_EQ(version(ApiKey::txn_offset_commit), 5);
}

TEST_F(TransactionsTest, AMemberThatItsGroupHasGoneOnWithoutMustAbort) {
  second_generation();
  ASSERT_TRUE(init());
  ASSERT_TRUE(transactions().begin());
  verdicts[ApiKey::txn_offset_commit] = {Errc::illegal_generation};
  const Status refused = send_offsets();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().abortable && refused.error().is(ErrorCode::illegal_generation));
  EXPECT_TRUE(end(true).error().abortable);
  EXPECT_TRUE(end(false));
  EXPECT_TRUE(transactions().begin());
}

TEST_F(TransactionsTest, PassingErrorsAreTriedAgain) {
  verdicts[ApiKey::init_producer_id] = {Errc::concurrent_transactions, Errc::not_coordinator};
  verdicts[ApiKey::add_partitions_to_txn] = {Errc::concurrent_transactions};
  verdicts[ApiKey::end_txn] = {Errc::coordinator_load_in_progress};
  ASSERT_TRUE(init());
  ASSERT_TRUE(transactions().begin());
  send(0);
  ASSERT_TRUE(end(true));
  EXPECT_EQ(asked, (std::vector<std::string>{"init -1/-1", "init -1/-1", "init -1/-1", "add 0", "add 0",
                                             "produce 0 epoch 1 from 0", "commit", "commit"}));
}

TEST_F(TransactionsTest, ACommitWithoutAnAnswerMayBeAskedAgainAndNothingElse) {
  ASSERT_TRUE(init());
  ASSERT_TRUE(transactions().begin());
  send(0);
  verdicts[ApiKey::end_txn] = std::deque<Errc>(100, Errc::coordinator_load_in_progress);
  const Status open = end(true);
  ASSERT_FALSE(open);
  EXPECT_TRUE(open.error().retriable);
  EXPECT_TRUE(end(false).error().is(Cause::wrong_state));
  verdicts.clear();
  EXPECT_TRUE(end(true));
}

TEST_F(TransactionsTest, AnAbortGivesUpWhatHasNotBeenSent) {
  options.linger = Millis(60'000);
  options.delivery_timeout = Millis(120'000);
  ASSERT_TRUE(init());
  ASSERT_TRUE(transactions().begin());
  send(0);
  ASSERT_TRUE(end(false));
  EXPECT_EQ(outcomes, std::vector<std::string>{"cancelled"});
  EXPECT_EQ(asked.size(), 1U);
}

}  // namespace
}  // namespace millrace::client
