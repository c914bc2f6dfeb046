#include "coordinator/runtime.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "coordinator/testing/memory_log.h"
#include "coordinator/timeline_map.h"
#include "record/batch.h"
#include "record/batch_builder.h"

namespace millrace::coordinator {
namespace {

using testing::Disk;
using testing::KeptLog;
using testing::MemoryLog;
using testing::Turns;

// Keeps text by key; what belongs to a transaction waits for its end.
class Words final : public StateMachine {
 public:
  void begin_event(EventNumber event) override { words.begin_event(event); }
  void replay(const RecordView& record, ProducerId transaction) override {
    if (transaction != kNoProducer) {
      pending[transaction].emplace_back(as_text(record.key), as_text(*record.value));
    } else if (record.value) {
      words.put(std::string(as_text(record.key)), std::string(as_text(*record.value)));
    } else {
      words.erase(as_text(record.key));
    }
  }
  void end_transaction(ProducerId producer, bool committed) override {
    if (committed) {
      for (auto& [key, value] : pending[producer]) words.put(key, value);
    }
    pending.erase(producer);
  }
  void commit(EventNumber upto) override { words.commit(upto); }
  void revert(EventNumber keep) override { words.revert(keep); }

  std::string newest(const std::string& key) const { return words.find(key) ? *words.find(key) : "-"; }
  std::string committed(const std::string& key) const {
    return words.find_committed(key) ? *words.find_committed(key) : "-";
  }

  TimelineMap<std::string, std::string> words;
  std::map<ProducerId, std::vector<std::pair<std::string, std::string>>> pending;
};

Record word(std::string_view key, std::string_view value) {
  return {Buffer::copy_of(as_bytes(key)), Buffer::copy_of(as_bytes(value))};
}

class RuntimeTest : public ::testing::Test {
 protected:
  // A coordinator starts on the disk as it is.
  void start() {
    runtime_.reset();
    words_ = std::make_unique<Words>();
    auto log = std::make_unique<MemoryLog>(turns_, disk_);
    log_ = log.get();
    RuntimeOptions options{.name = "p-0", .answer_timeout = Millis(5000), .codec = codec_};
    runtime_ = std::make_unique<Runtime>(*words_, std::move(log), turns_, turns_, logger_, std::move(options));
    runtime_->load([this](Runtime::State state) { loaded_ = state; });
    turns_.run();
  }
  std::vector<Record> words(std::string_view key, std::string_view value) {
    std::vector<Record> records;
    records.push_back(word(key, value));
    return records;
  }
  void write(std::vector<Record> records, const std::string& name) {
    runtime_->write(std::move(records), [this, name](Result<void, WriteError> result) {
      answers_ += name + (result.ok() ? ":ok " : ":" + std::to_string(static_cast<int>(result.error())) + " ");
    });
  }
  std::string take_answers() { return std::exchange(answers_, ""); }

  Turns turns_;
  Disk disk_;
  KeptLog logger_;
  std::unique_ptr<Words> words_;
  std::unique_ptr<Runtime> runtime_;
  MemoryLog* log_ = nullptr;
  std::optional<Runtime::State> loaded_;
  record::Codec codec_ = record::Codec::none;
  std::string answers_;
};

TEST_F(RuntimeTest, EventsOfOneTurnShareABatchAndAreAnsweredOnceCommitted) {
  start();
  disk_.hold = true;
  write(words("a", "1"), "first");
  write(words("b", "2"), "second");
  turns_.run();
  EXPECT_EQ(disk_.batches.size(), 1u);
  EXPECT_EQ(take_answers(), "");
  EXPECT_EQ(words_->newest("a"), "1");
  EXPECT_EQ(words_->committed("a"), "-");
  log_->release();
  turns_.run();
  EXPECT_EQ(take_answers(), "first:ok second:ok ");
  EXPECT_EQ(words_->committed("b"), "2");
}

TEST_F(RuntimeTest, AnEventWithoutRecordsWaitsForThoseBefore) {
  start();
  write({}, "alone");
  turns_.run();
  EXPECT_EQ(take_answers(), "alone:ok ");
  disk_.hold = true;
  write(words("a", "1"), "first");
  write({}, "behind");
  turns_.run();
  EXPECT_EQ(take_answers(), "");
  log_->release();
  turns_.run();
  EXPECT_EQ(take_answers(), "first:ok behind:ok ");
}

TEST_F(RuntimeTest, ARefusedAppendUndoesItselfAndEverythingDecidedSince) {
  start();
  write(words("a", "1"), "kept");
  turns_.run();
  disk_.hold = true;
  write(words("a", "2"), "lost");
  turns_.run();
  write(words("a", "3"), "lost too");
  EXPECT_EQ(words_->newest("a"), "3");
  log_->refuse_held(WriteError::storage);
  turns_.run();
  EXPECT_EQ(take_answers(), "kept:ok lost:2 lost too:2 ");
  EXPECT_EQ(words_->newest("a"), "1");
  EXPECT_EQ(disk_.batches.size(), 1u);

  write(words("a", "4"), "after");
  turns_.run();
  EXPECT_EQ(take_answers(), "after:ok ");
  EXPECT_EQ(words_->committed("a"), "4");
}

TEST_F(RuntimeTest, ALateAnswerSaysTimedOutButTheStateStays) {
  start();
  disk_.hold = true;
  write(words("a", "1"), "slow");
  turns_.advance(Millis(4999));
  EXPECT_EQ(take_answers(), "");
  turns_.advance(Millis(1));
  EXPECT_EQ(take_answers(), "slow:4 ");
  write(words("b", "1"), "behind");
  turns_.advance(Millis(5000));
  EXPECT_EQ(take_answers(), "behind:4 ");
  log_->release();
  turns_.run();
  EXPECT_EQ(take_answers(), "");
  EXPECT_EQ(words_->committed("a"), "1");
  EXPECT_EQ(words_->committed("b"), "1");
}

TEST_F(RuntimeTest, AnEventLargerThanABatchIsRefusedAndLeavesNoTrace) {
  start();
  write(words("big", std::string(kMaxBatchBytes, 'x')), "big");
  write(words("small", "1"), "small");
  turns_.run();
  EXPECT_EQ(take_answers(), "big:3 small:ok ");
  EXPECT_EQ(words_->newest("big"), "-");
}

TEST_F(RuntimeTest, EventsThatDoNotFitTogetherTakeSeveralBatches) {
  start();
  const std::string half(kMaxBatchBytes / 2, 'x');
  write(words("a", half), "a");
  write(words("b", half), "b");
  turns_.run();
  EXPECT_EQ(disk_.batches.size(), 2u);
  EXPECT_EQ(take_answers(), "a:ok b:ok ");
}

TEST_F(RuntimeTest, WhatIsWrittenHasTheCodecThatWasAskedFor) {
  codec_ = record::Codec::zstd;
  start();
  write(words("a", std::string(1000, 'x')), "first");
  turns_.run();
  EXPECT_EQ(take_answers(), "first:ok ");
  const auto batch = record::BatchView::parse(disk_.batches.at(0).bytes());
  ASSERT_TRUE(batch.ok());
  EXPECT_EQ(batch->codec(), record::Codec::zstd);
  EXPECT_LT(batch->size(), 200u);
  start();
  EXPECT_EQ(words_->committed("a"), std::string(1000, 'x'));
}

TEST_F(RuntimeTest, LoadingReplaysWhatWasWritten) {
  start();
  write(words("a", "1"), "a");
  write(words("b", "2"), "b");
  turns_.run();
  std::vector<Record> tombstone;
  tombstone.push_back({Buffer::copy_of(as_bytes("a")), std::nullopt});
  write(std::move(tombstone), "c");
  turns_.run();
  start();
  EXPECT_EQ(loaded_, Runtime::State::active);
  EXPECT_EQ(words_->committed("a"), "-");
  EXPECT_EQ(words_->committed("b"), "2");
}

TEST_F(RuntimeTest, LoadingReadsCompressedBatchesAndTransactions) {
  const auto put = [&](record::BatchOptions options, std::string_view key, std::string_view value) {
    record::BatchBuilder builder(options);
    builder.add(WallTime(1), as_bytes(key), as_bytes(value));
    Buffer batch = builder.build();
    record::MutableBatch(batch.writable()).set_base_offset(disk_.end);
    disk_.base_offsets.push_back(disk_.end);
    disk_.end = disk_.end + 1;
    disk_.batches.push_back(std::move(batch));
  };
  const auto marker = [](int type) { return std::string("\0\0\0", 3) + static_cast<char>(type); };
  put({.codec = record::Codec::gzip}, "zipped", "yes");
  put({.producer_id = ProducerId(7), .producer_epoch = ProducerEpoch(0), .transactional = true}, "kept", "yes");
  put({.producer_id = ProducerId(8), .producer_epoch = ProducerEpoch(0), .transactional = true}, "dropped", "yes");
  put({.producer_id = ProducerId(8), .transactional = true, .control = true}, marker(0), "");
  put({.producer_id = ProducerId(7), .transactional = true, .control = true}, marker(1), "");
  start();
  EXPECT_EQ(words_->newest("zipped"), "yes");
  EXPECT_EQ(words_->newest("kept"), "yes");
  EXPECT_EQ(words_->newest("dropped"), "-");
}

TEST_F(RuntimeTest, ALogThatCannotBeReadFails) {
  disk_.unreadable = true;
  start();
  EXPECT_EQ(loaded_, Runtime::State::failed);
  EXPECT_EQ(logger_.lines.size(), 1u);
}

TEST_F(RuntimeTest, ClosingTellsEveryoneWhoWaits) {
  start();
  disk_.hold = true;
  write(words("a", "1"), "flying");
  turns_.run();
  write(words("b", "1"), "waiting");
  runtime_->close();
  turns_.run();
  EXPECT_EQ(take_answers(), "flying:0 waiting:0 ");
}

}  // namespace
}  // namespace millrace::coordinator
