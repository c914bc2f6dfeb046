#include <algorithm>

#include "controller/apis.h"
#include "controller/limits.h"
#include "controller/replica_reads.h"
#include "metadata/bootstrap.h"
#include "protocol/gen/fetch.h"

namespace millrace::controller {
namespace {

using protocol::Errc;
using protocol::FetchRequest;
using protocol::FetchResponse;

constexpr std::int16_t kReplicaStateSince = 15;
constexpr std::int16_t kEndpointsSince = 17;

Buffer answer_whole(Errc code, std::int16_t version) {
  FetchResponse response;
  response.error_code = protocol::to_wire(code);
  return protocol::encode_body(response, version);
}

Errc check_whole(const Context& context, const FetchRequest& request) {
  if (request.cluster_id && *request.cluster_id != context.cluster_id) return Errc::inconsistent_cluster_id;
  const bool ours = request.topics.size() == 1 && request.topics[0].topic_id == metadata::kMetadataTopicId &&
                    request.topics[0].partitions.size() == 1 && request.topics[0].partitions[0].partition == 0;
  return ours ? Errc::none : Errc::invalid_request;
}

FetchResponse::PartitionData& only_partition(FetchResponse& response) {
  auto& topic = response.responses.emplace_back();
  topic.topic = kMetadataTopic;
  topic.topic_id = metadata::kMetadataTopicId;
  auto& partition = topic.partitions.emplace_back();
  partition.high_watermark = -1;
  partition.records = protocol::RecordsRef();
  return partition;
}

raft::LogPoint point_of(const SnapshotFile& file) { return {file.name.end, file.name.epoch}; }

std::int64_t commit_of(const Context& context) {
  return context.quorum.commit == Offset(0) ? -1 : context.quorum.commit.value();
}

}  // namespace

Errc check_leader_epoch(const Context& context, std::int32_t epoch) {
  const std::int32_t present = context.quorum.epoch.value();
  if (epoch == present) return Errc::none;
  return epoch < present ? Errc::fenced_leader_epoch : Errc::unknown_leader_epoch;
}

Result<Question<LogFetch>> read_fetch(const Context& context, std::int16_t version, Bytes body) {
  FetchRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  if (const Errc whole = check_whole(context, request); whole != Errc::none) {
    return Question<LogFetch>(answer_whole(whole, version));
  }
  const auto& asked = request.topics[0].partitions[0];
  if (request.max_wait_ms < 0 || asked.fetch_offset < 0 || asked.last_fetched_epoch < 0 ||
      asked.last_fetched_epoch > asked.current_leader_epoch) {
    return Question<LogFetch>(answer_fetch(context, {Errc::invalid_request, {}, {}}, version));
  }
  LogFetch fetch;
  const bool by_state = version >= kReplicaStateSince;
  fetch.replica = {NodeId(by_state ? request.replica_state.replica_id : request.replica_id),
                   asked.replica_directory_id};
  fetch.copy = {Offset(asked.fetch_offset), LeaderEpoch(asked.last_fetched_epoch)};
  fetch.leader_epoch = LeaderEpoch(asked.current_leader_epoch);
  fetch.known_commit = Offset(asked.high_watermark);
  fetch.max_bytes = static_cast<std::uint64_t>(std::clamp<std::int64_t>(request.max_bytes, 1, kReplicaReadBytes));
  fetch.max_wait = Millis(request.max_wait_ms);
  return Question<LogFetch>(fetch);
}

LogFetched judge_fetch(const Context& context, const LogFetch& fetch, const log::PartitionLog& log,
                       std::span<const SnapshotFile> snapshots) {
  LogFetched fetched;
  fetched.code = check_leader_epoch(context, fetch.leader_epoch.value());
  if (fetched.code != Errc::none) return fetched;
  if (fetch.replica.id == context.self) {
    fetched.code = Errc::unknown_server_error;
    return fetched;
  }
  raft::LeaderLog leader{log.start(), std::nullopt, std::nullopt, {}};
  if (!snapshots.empty()) {
    leader.oldest_snapshot = point_of(snapshots.front());
    leader.newest_snapshot = point_of(snapshots.back());
  }
  const log::EpochEnd shared = log.end_of_epoch(fetch.copy.epoch);
  // Below every epoch of the log nothing is shared but what comes before it.
  leader.shared = shared.end == kNoOffset ? raft::LogPoint{log.start(), fetch.copy.epoch}
                                          : raft::LogPoint{shared.end, shared.epoch};
  fetched.fit = raft::judge_fetch(fetch.copy, leader);
  return fetched;
}

bool is_news(const Context& context, const LogFetch& fetch, const LogFetched& fetched) {
  return fetched.code != Errc::none || fetched.fit.fit != raft::Fit::fits || !fetched.records.empty() ||
         Offset(commit_of(context)) > fetch.known_commit;
}

Buffer answer_fetch(const Context& context, const LogFetched& fetched, std::int16_t version) {
  FetchResponse response;
  auto& partition = only_partition(response);
  partition.error_code = protocol::to_wire(fetched.code);
  partition.log_start_offset = context.quorum.log_start.value();
  if (fetched.code == Errc::none) partition.high_watermark = commit_of(context);
  partition.current_leader = {context.self.value(), context.quorum.epoch.value()};
  const raft::LogPoint& point = fetched.fit.point;
  if (fetched.fit.fit == raft::Fit::diverges) partition.diverging_epoch = {point.epoch.value(), point.end.value()};
  if (fetched.fit.fit == raft::Fit::needs_snapshot) partition.snapshot_id = {point.end.value(), point.epoch.value()};
  partition.records = protocol::RecordsRef(fetched.records);
  const raft::VoterEndpoint* endpoint = context.endpoint();
  if (version >= kEndpointsSince && endpoint != nullptr) {
    auto& node = response.node_endpoints.emplace_back();
    node.node_id = context.self.value();
    node.host = endpoint->host;
    node.port = endpoint->port;
  }
  return protocol::encode_body(response, version);
}

// A node that does not lead any more is on its way down.
Buffer refuse_fetch(std::int16_t version, Bytes body, Errc code) {
  FetchRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  FetchResponse response;
  only_partition(response).error_code =
      protocol::to_wire(code == Errc::not_controller ? Errc::broker_not_available : code);
  return protocol::encode_body(response, version);
}

}  // namespace millrace::controller
