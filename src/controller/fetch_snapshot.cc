#include <algorithm>

#include "controller/apis.h"
#include "controller/limits.h"
#include "controller/replica_reads.h"
#include "protocol/gen/fetch_snapshot.h"

namespace millrace::controller {
namespace {

using protocol::Errc;
using protocol::FetchSnapshotRequest;
using protocol::FetchSnapshotResponse;

Buffer answer_whole(Errc code, std::int16_t version) {
  FetchSnapshotResponse response;
  response.error_code = protocol::to_wire(code);
  return protocol::encode_body(response, version);
}

FetchSnapshotResponse::PartitionSnapshot& only_partition(FetchSnapshotResponse& response, std::string_view topic,
                                                         std::int32_t index) {
  auto& answer = response.topics.emplace_back();
  answer.name = topic;
  auto& partition = answer.partitions.emplace_back();
  partition.index = index;
  partition.unaligned_records = protocol::RecordsRef();
  return partition;
}

void add_endpoint(const Context& context, FetchSnapshotResponse& response) {
  if (const raft::VoterEndpoint* endpoint = context.endpoint()) {
    response.node_endpoints.push_back({context.self.value(), endpoint->host, endpoint->port});
  }
}

Buffer answer_unknown(const Context& context, std::string_view topic, std::int32_t index, std::int16_t version) {
  FetchSnapshotResponse response;
  only_partition(response, topic, index).error_code = protocol::to_wire(Errc::unknown_topic_or_partition);
  add_endpoint(context, response);
  return protocol::encode_body(response, version);
}

// The finished snapshot of that name; what formatting left is no snapshot of the log.
const SnapshotFile* find(std::span<const SnapshotFile> snapshots, const metadata::CheckpointName& name) {
  if (raft::LogPoint{name.end, name.epoch} == raft::kBootstrapPoint) return nullptr;
  const auto at = std::ranges::find(snapshots, name, &SnapshotFile::name);
  return at == snapshots.end() ? nullptr : &*at;
}

}  // namespace

Result<Question<SnapshotPart>> read_fetch_snapshot(const Context& context, std::span<const SnapshotFile> snapshots,
                                                   std::int16_t version, Bytes body) {
  using Asked = Question<SnapshotPart>;
  FetchSnapshotRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  if (request.cluster_id && *request.cluster_id != context.cluster_id) {
    return Asked(answer_whole(Errc::inconsistent_cluster_id, version));
  }
  if (request.topics.size() != 1 || request.topics[0].partitions.size() != 1 || request.max_bytes < 0) {
    return Asked(answer_whole(Errc::invalid_request, version));
  }
  const auto& topic = request.topics[0];
  const auto& asked = topic.partitions[0];
  if (topic.name != kMetadataTopic || asked.partition != 0) {
    return Asked(answer_unknown(context, topic.name, asked.partition, version));
  }
  if (const Errc code = check_leader_epoch(context, asked.current_leader_epoch); code != Errc::none) {
    return Asked(fail_fetch_snapshot(context, code, version));
  }
  const metadata::CheckpointName name{Offset(asked.snapshot_id.end_offset), LeaderEpoch(asked.snapshot_id.epoch)};
  const SnapshotFile* file = find(snapshots, name);
  if (file == nullptr) return Asked(fail_fetch_snapshot(context, Errc::snapshot_not_found, version));
  const std::uint64_t size = file->size.value();
  if (asked.position < 0 || static_cast<std::uint64_t>(asked.position) >= size) {
    return Asked(fail_fetch_snapshot(context, Errc::position_out_of_range, version));
  }
  const auto position = static_cast<std::uint64_t>(asked.position);
  const auto most = static_cast<std::uint64_t>(std::min<std::int64_t>(request.max_bytes, kReplicaReadBytes));
  return Asked(SnapshotPart{*file, position, std::min(most, size - position)});
}

Buffer answer_fetch_snapshot(const Context& context, const SnapshotPart& part, Bytes bytes, std::int16_t version) {
  FetchSnapshotResponse response;
  auto& partition = only_partition(response, kMetadataTopic, 0);
  partition.snapshot_id = {part.file.name.end.value(), part.file.name.epoch.value()};
  partition.current_leader = {context.self.value(), context.quorum.epoch.value()};
  partition.size = static_cast<std::int64_t>(part.file.size.value());
  partition.position = static_cast<std::int64_t>(part.position);
  partition.unaligned_records = protocol::RecordsRef(bytes);
  add_endpoint(context, response);
  return protocol::encode_body(response, version);
}

Buffer fail_fetch_snapshot(const Context& context, Errc code, std::int16_t version) {
  FetchSnapshotResponse response;
  auto& partition = only_partition(response, kMetadataTopic, 0);
  partition.error_code = protocol::to_wire(code);
  partition.current_leader = {context.self.value(), context.quorum.epoch.value()};
  add_endpoint(context, response);
  return protocol::encode_body(response, version);
}

// A node that does not lead any more is on its way down.
Buffer refuse_fetch_snapshot(std::int16_t version, Bytes body, Errc code) {
  FetchSnapshotRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  FetchSnapshotResponse response;
  only_partition(response, kMetadataTopic, 0).error_code =
      protocol::to_wire(code == Errc::not_controller ? Errc::broker_not_available : code);
  return protocol::encode_body(response, version);
}

}  // namespace millrace::controller
