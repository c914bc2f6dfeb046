// What other replicas read of the metadata log and its snapshots. Only what is on this node's disk is given: with one
// voter that is what is committed, so no replica ever has to cut its copy because this node has crashed.
#include <utility>

#include "controller/gather.h"
#include "controller/limits.h"
#include "controller/quorum_node.h"
#include "ports/jobs.h"

namespace millrace::controller {

void QuorumNode::take_read(Request request) {
  if (reads_.size() >= kMaxReplicaReads) return refuse_later(std::move(request), protocol::Errc::broker_not_available);
  if (request.api_key == static_cast<std::int16_t>(protocol::ApiKey::fetch)) return take_fetch(std::move(request));
  take_fetch_snapshot(std::move(request));
}

std::uint64_t QuorumNode::keep_read(Request request) {
  const std::uint64_t id = ++last_read_;
  reads_.emplace(id, Read{std::move(request), {}, {}, false});
  return id;
}

// Without an answer if the node has stopped meanwhile and refused it.
void QuorumNode::answer_read(std::uint64_t id, Buffer response) {
  auto read = reads_.extract(id);
  if (read.empty()) return;
  shard_.timers.cancel(read.mapped().timer);
  answer_later(std::move(read.mapped().request), std::move(response));
}

void QuorumNode::take_fetch(Request request) {
  auto asked = read_fetch(context(), request.version, request.body.bytes());
  if (!asked.ok()) return answer_later(std::move(request), Buffer());
  if (auto* answer = std::get_if<Buffer>(&*asked)) return answer_later(std::move(request), std::move(*answer));
  const std::uint64_t id = keep_read(std::move(request));
  Read& read = reads_.at(id);
  read.fetch = std::get<LogFetch>(*asked);
  if (read.fetch.max_wait.value() > 0) {
    read.timer = shard_.timers.at(shard_.clock.now() + read.fetch.max_wait, while_alive([this, id] {
      const auto late = reads_.find(id);
      if (late == reads_.end()) return;
      late->second.fetch.max_wait = Millis(0);
      if (std::exchange(late->second.waits, false)) serve_fetch(id);
    }));
  }
  serve_fetch(id);
}

void QuorumNode::serve_fetch(std::uint64_t id) {
  const auto at = reads_.find(id);
  if (at == reads_.end()) return;
  const LogFetch& fetch = at->second.fetch;
  const Context context = this->context();
  const LogFetched fetched = judge_fetch(context, fetch, *log_, snapshots_.snapshots());
  if (fetched.code != protocol::Errc::none || fetched.fit.fit != raft::Fit::fits) return give_fetched(id, fetched);
  const Offset durable = log_->durable_end();
  if (fetch.replica.id.value() >= 0) {
    observers_.fetched(fetch.replica, fetch.copy.end, durable, shard_.clock.wall());
  }
  if (fetch.copy.end >= durable) return give_fetched(id, fetched);
  auto plan = log_->read(fetch.copy.end, durable, fetch.max_bytes, true);
  if (!plan.ok() && plan.error() == Error::would_block) {
    return log_->when_readable(while_alive([this, id] { serve_fetch(id); }));
  }
  if (!plan.ok()) return give_fetched(id, {protocol::Errc::unknown_server_error, {}, {}});
  gather(std::move(*plan), while_alive([this, id](Result<Buffer> bytes) {
    if (!bytes.ok()) return give_fetched(id, {protocol::Errc::unknown_server_error, {}, {}});
    give_fetched(id, {protocol::Errc::none, {}, bytes->bytes()});
  }));
}

// Answers, or waits for something to tell.
void QuorumNode::give_fetched(std::uint64_t id, const LogFetched& fetched) {
  const auto at = reads_.find(id);
  if (at == reads_.end()) return;
  Read& read = at->second;
  const Context context = this->context();
  read.waits = read.fetch.max_wait.value() > 0 && !is_news(context, read.fetch, fetched);
  if (!read.waits) answer_read(id, answer_fetch(context, fetched, read.request.version));
}

// The log has grown, or more of it is committed.
void QuorumNode::wake_fetches() {
  std::vector<std::uint64_t> woken;
  for (auto& [id, read] : reads_) {
    if (std::exchange(read.waits, false)) woken.push_back(id);
  }
  for (const std::uint64_t id : woken) serve_fetch(id);
}

void QuorumNode::refuse_reads() {
  std::map<std::uint64_t, Read> reads = std::exchange(reads_, {});
  for (auto& [id, read] : reads) {
    shard_.timers.cancel(read.timer);
    refuse_later(std::move(read.request), protocol::Errc::not_controller);
  }
}

void QuorumNode::take_fetch_snapshot(Request request) {
  auto asked = read_fetch_snapshot(context(), snapshots_.snapshots(), request.version, request.body.bytes());
  if (!asked.ok()) return answer_later(std::move(request), Buffer());
  if (auto* answer = std::get_if<Buffer>(&*asked)) return answer_later(std::move(request), std::move(*answer));
  const SnapshotPart part = std::get<SnapshotPart>(*asked);
  const std::int16_t version = request.version;
  const std::uint64_t id = keep_read(std::move(request));
  ports::run_job<Result<Buffer>>(
      shard_.jobs,
      [directory = directory_, part](ports::BlockingFiles& files) {
        return read_snapshot(files, directory, part.file.name, FilePosition(part.position), part.length);
      },
      while_alive([this, id, part, version](Result<Buffer> bytes) {
        const Context context = this->context();
        if (bytes.ok()) return answer_read(id, answer_fetch_snapshot(context, part, bytes->bytes(), version));
        const bool gone = bytes.error() == Error::not_found;
        const auto code = gone ? protocol::Errc::snapshot_not_found : protocol::Errc::unknown_server_error;
        answer_read(id, fail_fetch_snapshot(context, code, version));
      }));
}

}  // namespace millrace::controller
