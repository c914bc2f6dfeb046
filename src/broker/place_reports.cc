#include "broker/place_reports.h"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "broker/broker.h"
#include "broker/limits.h"
#include "protocol/gen/assign_replicas_to_dirs.h"

namespace millrace::broker {
namespace {

using protocol::AssignReplicasToDirsRequest;
using protocol::AssignReplicasToDirsResponse;
using protocol::Errc;

constexpr std::int16_t kVersion = AssignReplicasToDirsRequest::kMaxVersion;

// Whether another try can go better.
bool may_pass(Errc error) {
  return error != Errc::unknown_topic_id && error != Errc::unknown_topic_or_partition &&
         error != Errc::not_leader_or_follower;
}

AssignReplicasToDirsRequest request_of(const std::map<PartitionKey, Uuid>& places) {
  AssignReplicasToDirsRequest request;
  std::map<Uuid, std::map<Uuid, std::vector<PartitionIndex>>> by_dir;
  for (const auto& [key, dir] : places) by_dir[dir][key.topic].push_back(key.index);
  for (const auto& [dir, topics] : by_dir) {
    auto& directory = request.directories.emplace_back();
    directory.id = dir;
    for (const auto& [id, partitions] : topics) {
      auto& topic = directory.topics.emplace_back();
      topic.topic_id = id;
      for (const PartitionIndex index : partitions) topic.partitions.push_back({index.value()});
    }
  }
  return request;
}

}  // namespace

PlaceReports::PlaceReports(Broker& broker, Callback<std::int64_t()> epoch)
    : broker_(broker), epoch_(std::move(epoch)) {}

PlaceReports::~PlaceReports() { broker_.shard().timers.cancel(timer_); }

void PlaceReports::placed(const PartitionKey& key, const Uuid& dir) {
  pending_[key] = dir;
  if (!busy_ && timer_ == ports::TimerId(0)) send();
}

void PlaceReports::send() {
  if (pending_.empty()) return;
  const std::int64_t epoch = epoch_();
  if (epoch < 0) return again();
  Places now;
  while (!pending_.empty() && now.size() < kPlacesPerReport) now.insert(pending_.extract(pending_.begin()));
  AssignReplicasToDirsRequest request = request_of(now);
  request.broker_id = broker_.self().value();
  request.broker_epoch = epoch;
  busy_ = true;
  broker_.to_controller(static_cast<std::int16_t>(protocol::ApiKey::assign_replicas_to_dirs), kVersion,
                        protocol::encode_body(request, kVersion),
                        [this, alive = std::weak_ptr<bool>(alive_), now = std::move(now)](Buffer answer) mutable {
                          if (!alive.expired()) answered(std::move(now), answer);
                        });
}

void PlaceReports::answered(Places sent, const Buffer& answer) {
  busy_ = false;
  AssignReplicasToDirsResponse response;
  const bool read = protocol::decode_body(answer.bytes(), kVersion, response).ok();
  const Errc error = read ? protocol::from_wire(response.error_code) : Errc::unknown_server_error;
  // A metadata.version from before there were directories in the metadata: nobody wants to know.
  if (error == Errc::unsupported_version) return;
  if (error == Errc::none) {
    for (const auto& directory : response.directories) {
      for (const auto& topic : directory.topics) {
        for (const auto& partition : topic.partitions) {
          if (may_pass(protocol::from_wire(partition.error_code)) && partition.error_code != 0) continue;
          sent.erase({topic.topic_id, PartitionIndex(partition.partition_index)});
        }
      }
    }
  }
  const bool all = sent.empty();
  pending_.merge(sent);  // what was said since stays
  if (all) return send();
  again();
}

void PlaceReports::again() {
  auto& shard = broker_.shard();
  shard.timers.cancel(timer_);
  timer_ = shard.timers.at(shard.clock.now() + kPlaceReportRetry, [this] {
    timer_ = ports::TimerId(0);
    send();
  });
}

}  // namespace millrace::broker
