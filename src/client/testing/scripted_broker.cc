#include "client/testing/scripted_broker.h"

#include <algorithm>

#include "protocol/gen/find_coordinator.h"

namespace millrace::client::testing {

using protocol::ApiKey;

std::string ScriptedBroker::versions(const protocol::RequestHeader& header) {
  protocol::ApiVersionsResponse response;
  for (const auto& api : protocol::all_apis()) {
    const auto key = static_cast<std::int16_t>(api.key);
    VersionRange range{api.min_version, api.stable_version()};
    if (const auto offer = offers_.find(key); offer != offers_.end()) range = offer->second;
    if (range.max >= range.min) response.api_keys.push_back({key, range.min, range.max});
  }
  if (transaction_version > 0) {
    response.finalized_features_epoch = 1;
    response.finalized_features.push_back({"transaction.version", transaction_version, transaction_version});
  }
  std::int16_t version = header.request_api_version;
  const auto own = offers_.find(static_cast<std::int16_t>(ApiKey::api_versions));
  if (own != offers_.end() && version > own->second.max) {
    response.error_code = protocol::to_wire(protocol::Errc::unsupported_version);
    version = 0;
  }
  const auto frame = protocol::response_frame(header.correlation_id, version, response);
  std::string bytes;
  for (const auto& piece : frame.pieces) bytes += as_text(piece.bytes);
  return bytes;
}

void ScriptedBroker::on_frame(FakeConnection& connection, Bytes frame) {
  protocol::Reader in(frame);
  protocol::RequestHeader header;
  MR_ASSERT(protocol::decode_request_header(in, header).ok());
  const std::int16_t key = header.request_api_key;
  ++received[key];
  last_version[key] = header.request_api_version;
  if (key == static_cast<std::int16_t>(ApiKey::api_versions)) return connection.answer(as_bytes(versions(header)));
  const auto handler = handlers_.find(key);
  if (handler == handlers_.end()) return;
  const Bytes body = frame.subspan(frame.size() - in.remaining());
  connection.answer(as_bytes(handler->second(body, header)));
}

ScriptedCluster::ScriptedCluster(FakePorts& ports, std::int32_t brokers) : ports_(ports) {
  for (std::int32_t id = 0; id < brokers; ++id) {
    brokers_.push_back(std::make_unique<ScriptedBroker>(id));
    hosts_.push_back(address(id).host);
    brokers_.back()->on<protocol::MetadataRequest, protocol::MetadataResponse>(
        [this](const auto& request, std::int16_t) { return metadata(request); });
    start(id);
  }
}

void ScriptedCluster::stop(std::int32_t id) {
  std::erase(alive, id);
  ports_.put(address(id), nullptr);
  ports_.break_connections(brokers_[static_cast<std::size_t>(id)].get());
}

void ScriptedCluster::start(std::int32_t id) {
  alive.push_back(id);
  ports_.put(address(id), brokers_[static_cast<std::size_t>(id)].get());
}

void ScriptedCluster::coordinate(std::int32_t id) {
  using protocol::FindCoordinatorRequest;
  using protocol::FindCoordinatorResponse;
  for (auto& broker : brokers_) {
    broker->offer(protocol::ApiKey::find_coordinator, {4, 4});
    broker->on<FindCoordinatorRequest, FindCoordinatorResponse>([this, id](const auto& request, std::int16_t) {
      FindCoordinatorResponse response;
      for (const std::string_view key : request.coordinator_keys) {
        auto& found = response.coordinators.emplace_back();
        found.key = key;
        found.node_id = id;
        found.host = hosts_[static_cast<std::size_t>(id)];
        found.port = 9092;
      }
      return response;
    });
  }
}

protocol::MetadataResponse ScriptedCluster::metadata(const protocol::MetadataRequest& request) {
  ++metadata_requests_;
  protocol::MetadataResponse response;
  response.cluster_id = "scripted";
  response.controller_id = alive.empty() ? -1 : alive.front();
  for (const std::int32_t id : alive) {
    response.brokers.push_back({id, hosts_[static_cast<std::size_t>(id)], 9092, std::nullopt});
  }
  const auto add = [&](const Topic& topic) {
    protocol::MetadataResponse::MetadataResponseTopic entry;
    entry.name = topic.name;
    entry.error_code = topic.error;
    entry.topic_id = topic.id;
    std::int32_t index = 0;
    for (const std::int32_t leader : topic.leaders) {
      protocol::MetadataResponse::MetadataResponsePartition partition;
      partition.partition_index = index++;
      partition.leader_id = leader;
      partition.leader_epoch = topic.epoch;
      entry.partitions.push_back(partition);
    }
    response.topics.push_back(entry);
  };
  if (!request.topics) {
    for (const Topic& topic : topics) add(topic);
    return response;
  }
  for (const auto& wanted : *request.topics) {
    const auto found = std::ranges::find(topics, std::string(*wanted.name), &Topic::name);
    if (found != topics.end()) {
      add(*found);
      continue;
    }
    protocol::MetadataResponse::MetadataResponseTopic missing;
    missing.name = wanted.name;
    missing.error_code = protocol::to_wire(protocol::Errc::unknown_topic_or_partition);
    response.topics.push_back(missing);
  }
  return response;
}

}  // namespace millrace::client::testing
