#include <cstring>
#include <utility>

#include "base/assert.h"
#include "controller/broker_states.h"
#include "controller/first_records.h"
#include "controller/quorum_node.h"
#include "metadata/limits.h"
#include "metadata/record_frame.h"
#include "protocol/gen/abort_transaction_record.h"
#include "record/batch_builder.h"

namespace millrace::controller {
namespace {

constexpr std::int64_t kMembershipRecords = 2;  // kraft.version, and the voters

// Records in as few batches as their bound allows, back to back. The log gives them their offsets and epoch.
Buffer batches_of(const std::vector<Buffer>& records, WallTime now) {
  std::vector<Buffer> batches;
  std::size_t size = 0;
  record::BatchBuilder batch{record::BatchOptions{}};
  const auto close = [&] {
    batches.push_back(batch.build());
    size += batches.back().size();
  };
  for (const Buffer& record : records) {
    if (!batch.empty() && batch.size_estimate() + record.size() > metadata::kMaxBatchBytes) close();
    batch.add(now, std::nullopt, record.bytes());
  }
  close();
  if (batches.size() == 1) return batches[0];
  Buffer whole = Buffer::allocate(size);
  std::byte* to = whole.data();
  for (const Buffer& part : batches) {
    std::memcpy(to, part.data(), part.size());
    to += part.size();
  }
  return whole;
}

protocol::Errc code_for(Error error) {
  // What is wrong with the decision itself is ours; everything else is the log's, and may pass.
  return error == Error::corrupt ? protocol::Errc::unknown_server_error : protocol::Errc::kafka_storage_error;
}

}  // namespace

void QuorumNode::become_active() {
  if (!record_first()) return;
  active_ = true;
  std::vector<Request> waiting = std::exchange(waiting_, {});
  for (Request& request : waiting) take(std::move(request));
}

// What no request asks for: the first metadata of a new cluster, this controller, and the end of the life that this
// node's broker had before, if nobody has seen that end (docs/decisions: start after kill -9).
bool QuorumNode::record_first() {
  const auto must = [this](Result<void, Error> written) {
    if (written.ok()) return true;
    storage_failed(directory_ + " cannot be appended to: " + to_string(written.error()));
    return false;
  };
  if (metadata_.in_transaction()) {
    // Its leader has gone before the end; what it began never counts.
    if (!must(write({metadata::frame_record(protocol::AbortTransactionRecord{}, 0)}))) return false;
  }
  if (image_->features().empty()) {
    const auto records = bootstrap_records(as_bytes(bootstrap_));
    if (!records.ok()) {
      storage_failed(records.error());
      return false;
    }
    if (!must(write(*records))) return false;
  }
  const Buffer controller = controller_record(options_.node_id, shard_.random.uuid(), options_.controller_listener,
                                              options_.controller);
  if (!must(write({controller}))) return false;
  const metadata::BrokerImage* before = image_->broker(options_.node_id);
  if (before == nullptr || before->fenced) return true;
  Decision decision;
  const Context context = this->context();
  fence(context, *before, decision);
  return must(write(decision.records));
}

Context QuorumNode::context() const {
  const raft::VoterSet* voters = membership_ ? &membership_->voters : &raft_->voters();
  const QuorumFacts facts{raft_->epoch(),      raft_->commit_index(), log_->end(), shard_.clock.wall(), voters,
                          log_->start(), &observers_};
  return {*image_, *options_.server, options_.node_id, options_.cluster_id, log_->end(), shard_.random, facts};
}

void QuorumNode::take(Request request) {
  const Api* api = find_api(request.api_key);
  if (api->decide == nullptr) return take_read(std::move(request));
  const Context context = this->context();
  auto decision = api->decide(context, request.version, request.body.bytes());
  if (!decision.ok()) return answer_later(std::move(request), Buffer());
  if (!decision->records.empty()) {
    if (const auto written = write(decision->records); !written.ok()) {
      return refuse_later(std::move(request), code_for(written.error()));
    }
  }
  if (decision->keeps_voters) {
    if (const auto written = write_membership(); !written.ok()) {
      return refuse_later(std::move(request), code_for(written.error()));
    }
  }
  park(std::move(request), std::move(decision->response));
}

// The only voter, by its directory, which controller.quorum.voters does not know. Raft goes by it after the next start.
Result<void, Error> QuorumNode::write_membership() {
  raft::Membership membership{1, raft::VoterSet({this_voter()})};
  const WallTime now = shard_.clock.wall();
  metadata::Replayer with = metadata_;
  with.set_kraft_version(membership.kraft_version);
  Buffer batch = raft::membership_batch(raft_->epoch(), membership, now);
  const auto appended = append(std::move(batch), now, std::move(with), log_->end() + kMembershipRecords);
  if (appended.ok()) membership_ = std::move(membership);
  return appended;
}

raft::Voter QuorumNode::this_voter() const {
  return {{options_.node_id, options_.directory_id},
          {{options_.controller_listener, options_.controller.host, options_.controller.port}},
          0,
          1};
}

// Tries the records on a copy of the metadata; the copy counts only if they are appended.
Result<void, Error> QuorumNode::write(const std::vector<Buffer>& records) {
  metadata::Replayer with = metadata_;
  Offset next = log_->end();
  for (const Buffer& record : records) {
    if (const auto outcome = with.replay(record.bytes(), next); !outcome.ok()) {
      shard_.log.error("a decision of the controller does not hold: " + outcome.error());
      return Error::corrupt;
    }
    ++next;
  }
  const WallTime now = shard_.clock.wall();
  return append(batches_of(records, now), now, std::move(with), next);
}

Result<void, Error> QuorumNode::append(Buffer batches, WallTime timestamp, metadata::Replayer with, Offset end) {
  auto image = with.image(end);
  if (!image.ok()) {
    shard_.log.error("a decision of the controller does not add up: " + image.error());
    return Error::corrupt;
  }
  const std::size_t bytes = batches.size();
  // What counts together is appended together, even where it is larger than a segment should be.
  const log::LogOptions usual = log_options();
  const bool large = bytes > usual.segment_bytes.value();
  if (large) {
    log::LogOptions roomy = usual;
    roomy.segment_bytes = ByteCount(bytes);
    log_->set_options(roomy);
  }
  const auto appended = log_->append(std::move(batches), raft_->epoch());
  if (large) log_->set_options(usual);
  if (!appended.ok()) return appended.error();
  MR_ASSERT(appended->last_offset + 1 == end);
  metadata_ = std::move(with);
  image_ = std::move(*image);
  uncommitted_.push_back({end, image_, bytes, timestamp, !metadata_.in_transaction()});
  return {};
}

// The answer may rest on records that other requests have written and that are not committed yet.
void QuorumNode::park(Request request, Buffer response) {
  Parked parked{log_->end(), std::move(response), std::move(request.answer), {}};
  parked.refused = {request.api_key, request.version, std::move(request.body), nullptr};
  const bool committed = parked.end <= raft_->commit_index();
  if (committed || shard_.faults.planted(ports::Planted::answer_before_commit)) {
    shard_.timers.at_turn_end(
        [answer = std::move(parked.answer), body = std::move(parked.response)]() mutable { answer(std::move(body)); });
    return;
  }
  shard_.faults.reach(ports::Probe::controller_answer_parked);
  parked_.push_back(std::move(parked));
}

void QuorumNode::refuse_later(Request request, protocol::Errc code) {
  Buffer body = find_api(request.api_key)->refuse(request.version, request.body.bytes(), code);
  answer_later(std::move(request), std::move(body));
}

void QuorumNode::answer_later(Request request, Buffer response) {
  shard_.timers.at_turn_end([answer = std::move(request.answer), body = std::move(response)]() mutable {
    answer(std::move(body));
  });
}

void QuorumNode::refuse_all() {
  std::deque<Parked> parked = std::exchange(parked_, {});
  for (Parked& entry : parked) {
    entry.refused.answer = std::move(entry.answer);
    refuse_later(std::move(entry.refused), protocol::Errc::not_controller);
  }
  std::vector<Request> waiting = std::exchange(waiting_, {});
  for (Request& request : waiting) refuse_later(std::move(request), protocol::Errc::not_controller);
  refuse_reads();
}

}  // namespace millrace::controller
