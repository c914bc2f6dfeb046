#include <memory>
#include <utility>

#include "metadata/draft.h"

namespace millrace::metadata {
namespace {

// Changes a copy of the broker that is known under this id and epoch.
template <typename Change>
Outcome change(Draft& draft, std::int32_t id, std::int64_t epoch, Change apply) {
  const auto* known = draft.state.brokers.find(NodeId(id));
  if (known == nullptr) return "broker " + std::to_string(id) + " is not registered";
  if ((*known)->epoch != epoch) {
    return "broker " + std::to_string(id) + " has epoch " + std::to_string((*known)->epoch) + ", not " +
           std::to_string(epoch);
  }
  BrokerImage broker = **known;
  apply(broker);
  draft.state.brokers.set(NodeId(id), std::make_shared<const BrokerImage>(std::move(broker)));
  return {};
}

}  // namespace

// Replaces whatever the id was registered with before.
Outcome replay(Draft& draft, const protocol::RegisterBrokerRecord& record) {
  BrokerImage broker;
  broker.id = NodeId(record.broker_id);
  broker.incarnation = record.incarnation_id;
  broker.epoch = record.broker_epoch;
  for (const auto& endpoint : record.end_points) {
    broker.endpoints.push_back(
        {std::string(endpoint.name), std::string(endpoint.host), endpoint.port, endpoint.security_protocol});
  }
  for (const auto& feature : record.features) {
    broker.features.push_back(
        {std::string(feature.name), feature.min_supported_version, feature.max_supported_version});
  }
  if (record.rack) broker.rack = std::string(*record.rack);
  broker.log_dirs = record.log_dirs;
  broker.cordoned_log_dirs = record.cordoned_log_dirs;
  broker.fenced = record.fenced;
  broker.in_controlled_shutdown = record.in_controlled_shutdown;
  draft.state.brokers.set(broker.id, std::make_shared<const BrokerImage>(std::move(broker)));
  return {};
}

Outcome replay(Draft& draft, const protocol::UnregisterBrokerRecord& record) {
  const Outcome known = change(draft, record.broker_id, record.broker_epoch, [](BrokerImage&) {});
  if (!known.ok()) return known;
  draft.state.brokers.erase(NodeId(record.broker_id));
  return {};
}

Outcome replay(Draft& draft, const protocol::FenceBrokerRecord& record) {
  return change(draft, record.id, record.epoch, [](BrokerImage& broker) { broker.fenced = true; });
}

Outcome replay(Draft& draft, const protocol::UnfenceBrokerRecord& record) {
  return change(draft, record.id, record.epoch, [](BrokerImage& broker) { broker.fenced = false; });
}

Outcome replay(Draft& draft, const protocol::BrokerRegistrationChangeRecord& record) {
  return change(draft, record.broker_id, record.broker_epoch, [&](BrokerImage& broker) {
    if (record.fenced != 0) broker.fenced = record.fenced > 0;
    if (record.in_controlled_shutdown != 0) broker.in_controlled_shutdown = record.in_controlled_shutdown > 0;
    if (!record.log_dirs.empty()) broker.log_dirs = record.log_dirs;
    if (record.cordoned_log_dirs) broker.cordoned_log_dirs = record.cordoned_log_dirs;
  });
}

}  // namespace millrace::metadata
