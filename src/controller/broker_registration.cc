#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "config/features.h"
#include "config/meta_properties.h"
#include "controller/apis.h"
#include "controller/leadership.h"
#include "controller/record_versions.h"
#include "protocol/gen/broker_registration.h"
#include "protocol/gen/register_broker_record.h"

namespace millrace::controller {
namespace {

using protocol::BrokerRegistrationRequest;
using protocol::BrokerRegistrationResponse;
using protocol::Errc;

Buffer answer(Errc code, std::int64_t epoch, std::int16_t version) {
  BrokerRegistrationResponse response;
  response.error_code = protocol::to_wire(code);
  response.broker_epoch = epoch;
  return protocol::encode_body(response, version);
}

// Whether the broker can work with every finalized feature level. One that it does not name is level 0 to it; without
// metadata.version it knows only the first.
bool supports_features(const metadata::Image& image, const BrokerRegistrationRequest& request) {
  std::map<std::string_view, std::pair<std::int16_t, std::int16_t>> ranges;
  for (const auto& feature : request.features) {
    ranges[feature.name] = {feature.min_supported_version, feature.max_supported_version};
  }
  return std::all_of(image.features().begin(), image.features().end(), [&](const auto& finalized) {
    const auto range = ranges.find(finalized.first);
    if (range == ranges.end()) return false;
    return range->second.first <= finalized.second && finalized.second <= range->second.second;
  });
}

// Each directory once, and none of the ids that mean something else.
bool legal_directories(const BrokerRegistrationRequest& request) {
  const std::set<Uuid> distinct(request.log_dirs.begin(), request.log_dirs.end());
  return !request.log_dirs.empty() && distinct.size() == request.log_dirs.size() &&
         std::all_of(distinct.begin(), distinct.end(), [](const Uuid& id) { return config::is_directory_id(id); });
}

Errc check(const Context& context, const BrokerRegistrationRequest& request) {
  if (request.cluster_id != context.cluster_id) return Errc::inconsistent_cluster_id;
  const metadata::BrokerImage* known = context.image.broker(NodeId(request.broker_id));
  const bool other_life = known != nullptr && known->incarnation != request.incarnation_id;
  if (other_life && !known->fenced && !known->in_controlled_shutdown) return Errc::duplicate_broker_registration;
  if (!supports_features(context.image, request)) return Errc::unsupported_version;
  if (RecordVersions(context.image).knows_directories() && !legal_directories(request)) {
    return Errc::invalid_registration;
  }
  return Errc::none;
}

protocol::RegisterBrokerRecord registration(const Context& context, const BrokerRegistrationRequest& request,
                                            std::int64_t epoch) {
  protocol::RegisterBrokerRecord record;
  record.broker_id = request.broker_id;
  record.incarnation_id = request.incarnation_id;
  record.broker_epoch = epoch;
  for (const auto& listener : request.listeners) {
    record.end_points.push_back({listener.name, listener.host, listener.port, listener.security_protocol});
  }
  for (const auto& feature : request.features) {
    record.features.push_back({feature.name, feature.min_supported_version, feature.max_supported_version});
  }
  record.rack = request.rack;
  if (RecordVersions(context.image).knows_directories()) record.log_dirs = request.log_dirs;
  return record;
}

}  // namespace

// KIP-631. The broker begins fenced, under a new epoch: the offset of the write that registers it. Where it cannot show
// the epoch of the life that the controller saw last, that life did not end cleanly, and its replicas are no longer
// eligible as leaders (KIP-966).
//
// Errors: INCONSISTENT_CLUSTER_ID, DUPLICATE_BROKER_REGISTRATION while another life of the broker is not fenced,
// UNSUPPORTED_VERSION, INVALID_REGISTRATION.
Result<Decision> decide_broker_registration(const Context& context, std::int16_t version, Bytes body) {
  BrokerRegistrationRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  Decision decision;
  if (const Errc code = check(context, request); code != Errc::none) {
    decision.response = answer(code, -1, version);
    return decision;
  }
  const metadata::BrokerImage* known = context.image.broker(NodeId(request.broker_id));
  const bool same_life = known != nullptr && known->incarnation == request.incarnation_id;
  const std::int64_t epoch = same_life ? known->epoch : context.next_offset.value();
  if (known != nullptr && !same_life && known->epoch != request.previous_broker_epoch) {
    shift_partitions(context, {kNoNode, known->id, kNoNode}, decision);
  }
  decision.record(registration(context, request, epoch), RecordVersions(context.image).register_broker());
  decision.response = answer(Errc::none, epoch, version);
  return decision;
}

Buffer refuse_broker_registration(std::int16_t version, Bytes, protocol::Errc code) {
  return answer(code, -1, version);
}

}  // namespace millrace::controller
