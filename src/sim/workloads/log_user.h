#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/prng.h"
#include "log/partition_log.h"
#include "ports/shard.h"
#include "sim/checkers/history.h"
#include "sim/workloads/log_rot.h"

namespace millrace::sim {

// What is known of one log from outside, over all lives of its node.
struct LogModel {
  struct Entry {
    RecordId id;
    std::int64_t base;  // of its batch
    std::int32_t epoch;
  };
  std::string directory;
  Uuid topic_id;
  std::int32_t partition = 0;
  std::vector<Entry> contents;    // what the log was given, as far as it is there
  std::int64_t durable = 0;       // what it has reported
  std::int64_t cutting = -1;      // where a truncation that has begun cuts; -1: none has
  std::int64_t start = 0;         // the log start that it has reported
  std::int64_t highest_start = 0;  // that it ever had
  std::int64_t noted_start = 0;   // the one that its owner has noted for good, as in log-start-offset-checkpoint
  std::int64_t noted_recovery = 0;  // as in recovery-point-offset-checkpoint
  std::int32_t epoch = 0;
  std::uint64_t next_record = 1;
  std::uint64_t records_durable = 0;  // in all
  std::uint64_t records_read = 0;
  bool open = false;              // in the present life
  std::optional<std::int64_t> left_at;  // where another program has left the log, which millrace has not opened since
  std::optional<LogRot> rot;

  // The least that must be there after a crash now.
  std::int64_t floor() const { return cutting >= 0 ? std::min(durable, cutting) : durable; }
};

// Appends to one log, reads from it and cuts it back, and compares with the model. One life of its shard.
class LogUser final : public log::LogListener {
 public:
  LogUser(ports::Shard& shard, log::Committer& committer, LogModel& model, History& history, Prng prng);
  ~LogUser() override;

  // `hints` without the log start, which the model knows.
  void open(const log::LogOptions& options, log::OpenHints hints);
  // Ends the work and closes the log; `closed` learns whether all of it is whole on the disk.
  void close(Callback<void(bool)> closed);
  const LogModel& model() const { return model_; }
  void on_durable(Offset durable_end) override;
  void on_broken() override { broken_ = true; }

 private:
  void opened(Result<std::unique_ptr<log::PartitionLog>> log);
  // The log ends before damage: whether that is the bit that has flipped.
  bool opened_damaged(std::int64_t end);
  void compare();
  void finish_compare();
  void step();
  void append();
  void cut();
  // Gives up the beginning: by a DeleteRecords, by retention.
  void delete_records();
  void retain();
  void check_start();
  // Every epoch that has records ends where the next begins.
  void check_epochs();
  // Reads from `from` on; `done` gets the records' ids, or nothing if the log is broken.
  using ReadDone = Callback<void(std::vector<RecordId>)>;
  void read(std::int64_t from, std::uint64_t max_bytes, ReadDone done);
  void gather(std::vector<ports::Piece> pieces, Buffer bytes, std::int64_t from, ReadDone done);
  std::vector<RecordId> decode(Bytes bytes, std::int64_t from);
  void check_read(std::int64_t from, const std::vector<LogModel::Entry>& expected, const std::vector<RecordId>& ids);
  void fail(const std::string& why);

  ports::Shard& shard_;
  log::Committer& committer_;
  LogModel& model_;
  History& history_;
  Prng prng_;
  bool broken_ = false;
  bool closing_ = false;
  bool damaged_ = false;     // the log is closed for writing because of what has rotted
  bool rot_is_known_ = false;  // and what it was opened with says that it was on the disk
  std::uint64_t cuts_ = 0;
  Prng quiet_dice_;
  std::uint64_t quiet_ = 0;  // steps without an append, while others go on: what was cut must not come back
  std::vector<RecordId> found_;
  std::unique_ptr<log::PartitionLog> log_;
};

}  // namespace millrace::sim
