#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/apis.h"
#include "controller/decision.h"
#include "controller/log_replay.h"
#include "controller/quorum.h"
#include "controller/quorum_files.h"
#include "controller/replica_reads.h"
#include "controller/snapshot_keeper.h"
#include "log/partition_log.h"
#include "metadata/replayer.h"
#include "raft/observers.h"
#include "raft/raft.h"

namespace millrace::controller {

// The driver of one voter: performs what raft asks for, and as the active controller decides, appends, and answers when
// that is committed.
//
//   load files -> open log -> replay -> raft: vote, persist, lead -> first records -> decide ...
//
// The metadata exists twice: `metadata_` holds everything appended, decisions are made from its image; `published_` is
// the newest image whose records are all committed. A decision whose append fails has changed nothing.
class QuorumNode final : public Quorum, public log::LogListener {
 public:
  QuorumNode(ports::Shard& shard, QuorumOptions options);

  void start(Callback<void(Result<void, std::string>)> started) override;
  void handle(std::int16_t api_key, std::int16_t version, Buffer body, Callback<void(Buffer)> answer) override;
  bool serves(std::int16_t api_key) const override;
  void subscribe(Callback<void(metadata::ImagePtr)> publish) override;
  void stop(Task stopped) override;

  void on_durable(Offset durable_end) override;
  void on_broken() override;

 private:
  struct Request {
    std::int16_t api_key;
    std::int16_t version;
    Buffer body;
    Callback<void(Buffer)> answer;
  };
  // What may be told once everything below `end` is committed.
  struct Uncommitted {
    Offset end;
    metadata::ImagePtr image;
    std::size_t bytes;    // of its batches
    WallTime timestamp;   // of its records
    bool whole;           // no transaction of records is open behind it
  };
  struct Parked {
    Offset end;
    Buffer response;
    Callback<void(Buffer)> answer;
    Request refused;  // without a callback: to make the refusal, should leadership end first
  };

  // A request of another replica that is being read for, or waits for the log to grow.
  struct Read {
    Request request;
    LogFetch fetch;        // of a Fetch
    ports::TimerId timer;  // when a Fetch has waited long enough
    bool waits = false;
  };

  // Wraps `call` so that it does nothing once this object is gone.
  template <typename Call>
  auto while_alive(Call call);

  // quorum_start.cc
  log::LogOptions log_options() const;
  void open_log(QuorumFiles files);
  void fit_log(QuorumFiles files);
  void replay(QuorumFiles files);
  void replayed(std::unique_ptr<Replayed> replayed, std::vector<SnapshotFile> snapshots);
  Result<raft::RaftConfig, std::string> raft_config(const Replayed& replayed) const;
  void give_up(const std::string& why);

  // quorum_raft.cc
  void step(const raft::Input& input);
  void persist(const raft::QuorumState& state);
  void write_state();
  void begin_epoch(const raft::EpochStart& start);
  std::optional<raft::Membership> changed_membership() const;
  void committed(Offset end);
  void storage_failed(const std::string& what);

  // quorum_active.cc
  void become_active();
  bool record_first();
  Context context() const;
  Result<void, Error> write_membership();
  raft::Voter this_voter() const;
  void take(Request request);
  Result<void, Error> write(const std::vector<Buffer>& records);
  Result<void, Error> append(Buffer batches, WallTime timestamp, metadata::Replayer with, Offset end);
  void park(Request request, Buffer response);
  void refuse_all();
  void refuse_later(Request request, protocol::Errc code);
  void answer_later(Request request, Buffer response);

  // quorum_reads.cc
  void take_read(Request request);
  std::uint64_t keep_read(Request request);
  void answer_read(std::uint64_t id, Buffer response);
  void take_fetch(Request request);
  void serve_fetch(std::uint64_t id);
  void give_fetched(std::uint64_t id, const LogFetched& fetched);
  void wake_fetches();
  void take_fetch_snapshot(Request request);
  void refuse_reads();

  ports::Shard& shard_;
  const QuorumOptions options_;
  const std::string directory_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  Callback<void(Result<void, std::string>)> started_;

  std::unique_ptr<log::Committer> committer_;
  std::unique_ptr<log::PartitionLog> log_;
  std::optional<raft::Raft> raft_;
  std::optional<raft::Membership> membership_;
  raft::QuorumState wanted_state_;
  bool state_wanted_ = false;   // wanted_state_ is not being written yet
  bool state_writing_ = false;
  std::string bootstrap_;
  SnapshotKeeper snapshots_;

  metadata::Replayer metadata_;
  metadata::ImagePtr image_;      // of metadata_
  metadata::ImagePtr published_;  // null before the first commit
  std::deque<Uncommitted> uncommitted_;
  std::deque<Parked> parked_;
  std::vector<Request> waiting_;  // for this node to lead
  std::map<std::uint64_t, Read> reads_;
  std::uint64_t last_read_ = 0;
  raft::Observers observers_;  // of this epoch
  std::vector<Callback<void(metadata::ImagePtr)>> subscribers_;
  bool active_ = false;
  bool over_ = false;  // stopped or failed: nothing is taken any more
};

template <typename Call>
auto QuorumNode::while_alive(Call call) {
  return [watch = std::weak_ptr<const bool>(alive_), call = std::move(call)](auto&&... args) mutable {
    if (!watch.expired()) call(std::forward<decltype(args)>(args)...);
  };
}

}  // namespace millrace::controller
