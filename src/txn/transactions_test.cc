#include "txn/transactions.h"

#include <gtest/gtest.h>

#include "coordinator/testing/memory_log.h"
#include "protocol/errc.h"
#include "protocol/gen/transaction_log_record.h"
#include "protocol/message.h"

namespace millrace::txn {
namespace {

using coordinator::testing::Turns;
using protocol::Errc;

constexpr PartitionIndex kPartition{3};

template <typename M>
Buffer prefixed(std::int16_t prefix, const M& message, std::int16_t version) {
  Buffer buffer = Buffer::allocate(sizeof prefix + encoded_size(message, version));
  protocol::Writer out(buffer.writable());
  out.i16(prefix);
  encode(out, version, message);
  return buffer;
}

class TransactionsTest : public ::testing::Test {
 protected:
  void write(std::string_view id, ProducerId producer, TransactionState state, WallTime started) {
    protocol::TransactionLogValue value;
    value.producer_id = producer.value();
    value.producer_epoch = 4;
    value.transaction_timeout_ms = 60'000;
    value.transaction_status = static_cast<std::int8_t>(state);
    value.transaction_start_timestamp_ms = started.value();
    value.transaction_partitions->push_back({"t", {0, 2}});
    records_.push_back({prefixed(0, protocol::TransactionLogKey{id}, 0), prefixed(1, value, 1)});
  }
  void remove(std::string_view id) {
    records_.push_back({prefixed(0, protocol::TransactionLogKey{id}, 0), std::nullopt});
  }
  // Writes what was given into a partition by a coordinator's runtime, then reads the partition anew.
  void load() {
    Store store(logger_);
    coordinator::Runtime runtime(store, std::make_unique<coordinator::testing::MemoryLog>(turns_, disk_), turns_,
                                 turns_, logger_, {.name = "writer"});
    runtime.load([](coordinator::Runtime::State) {});
    turns_.run();
    runtime.write(std::move(records_), [](Result<void, coordinator::WriteError>) {});
    turns_.run();
    transactions_.load(kPartition, std::make_unique<coordinator::testing::MemoryLog>(turns_, disk_));
  }
  std::string listed(const ListQuery& query = {}) const {
    const ListAnswer answer = transactions_.list(query);
    std::string text = answer.loading ? "loading" : "";
    for (const ListedTransaction& one : answer.transactions) {
      text += (text.empty() ? "" : ", ") + one.id + " " + std::string(to_string(one.state));
    }
    return text;
  }
  std::int16_t error(const std::string& id) const { return transactions_.describe(id, kPartition).error; }

  Turns turns_;
  coordinator::testing::KeptLog logger_;
  coordinator::testing::Disk disk_;
  std::vector<coordinator::Record> records_;
  Transactions transactions_{turns_, turns_, logger_};
};

TEST_F(TransactionsTest, ListsByStateProducerAgeAndName) {
  write("a", ProducerId(7), TransactionState::ongoing, Turns::kStart + (-5'000));
  write("b", ProducerId(8), TransactionState::complete_commit, kNoTime);
  write("gone", ProducerId(9), TransactionState::empty, kNoTime);
  write("dead", ProducerId(9), TransactionState::dead, kNoTime);
  remove("gone");
  load();
  EXPECT_EQ(listed(), "loading");
  turns_.run();
  EXPECT_EQ(listed(), "a Ongoing, b CompleteCommit");
  ListQuery query;
  query.states = {TransactionState::ongoing};
  EXPECT_EQ(listed(query), "a Ongoing");
  query.open_for = Millis(6'000);
  EXPECT_EQ(listed(query), "");
  query.open_for = Millis(5'999);
  EXPECT_EQ(listed(query), "a Ongoing");
  query.producers = {ProducerId(8)};
  EXPECT_EQ(listed(query), "");
  query = {};
  query.states.emplace();
  EXPECT_EQ(listed(query), "") << "states were named, and none of them is one";
  query = {};
  query.pattern = *Pattern::compile("[b-z]");
  EXPECT_EQ(listed(query), "b CompleteCommit");
}

TEST_F(TransactionsTest, DescribesOneOrSaysWhyNot) {
  write("a", ProducerId(7), TransactionState::prepare_abort, WallTime(1'000));
  load();
  EXPECT_EQ(error("a"), to_wire(Errc::coordinator_load_in_progress));
  turns_.run();
  const DescribedTransaction found = transactions_.describe("a", kPartition);
  EXPECT_EQ(found.error, 0);
  EXPECT_EQ(found.transaction.producer, ProducerId(7));
  EXPECT_EQ(found.transaction.epoch, 4);
  EXPECT_EQ(found.transaction.timeout_ms, 60'000);
  EXPECT_EQ(to_string(found.transaction.state), "PrepareAbort");
  EXPECT_EQ(found.transaction.started, WallTime(1'000));
  ASSERT_EQ(found.transaction.topics.size(), 1u);
  EXPECT_EQ(found.transaction.topics[0].partitions, (std::vector<std::int32_t>{0, 2}));
  EXPECT_EQ(error("x"), to_wire(Errc::transactional_id_not_found));
  EXPECT_EQ(error(""), to_wire(Errc::invalid_request));
  transactions_.unload(kPartition);
  EXPECT_EQ(error("a"), to_wire(Errc::not_coordinator));
}

}  // namespace
}  // namespace millrace::txn
