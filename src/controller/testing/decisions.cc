#include "controller/testing/decisions.h"

#include "protocol/gen/feature_level_record.h"
#include "protocol/gen/register_broker_record.h"

namespace millrace::controller {

void Desk::with_feature(std::string_view name, std::int16_t level) {
  protocol::FeatureLevelRecord feature;
  feature.name = name;
  feature.feature_level = level;
  record(feature);
}

void Desk::with_broker(std::int32_t id, std::string_view rack) {
  protocol::RegisterBrokerRecord broker;
  broker.broker_id = id;
  broker.broker_epoch = next_;
  broker.incarnation_id = {1000, static_cast<std::uint64_t>(id)};
  broker.rack = rack.empty() ? std::nullopt : std::optional(rack);
  broker.fenced = false;
  broker.log_dirs = {Uuid{2000, static_cast<std::uint64_t>(id)}};
  record(broker);
}

Decision Desk::decide(std::int16_t api_key, std::int16_t version, Bytes body) {
  const Context context{*image_, server_, NodeId(1), "cluster", Offset(next_), random_, quorum_};
  auto decision = find_api(api_key)->decide(context, version, body);
  MR_ASSERT(decision.ok());
  return std::move(*decision);
}

void Desk::apply(const std::vector<Buffer>& records) {
  for (const Buffer& value : records) {
    const auto outcome = replayer_.replay(value.bytes(), Offset(next_));
    MR_ASSERT(outcome.ok());
    ++next_;
  }
  auto image = replayer_.image(Offset(next_));
  MR_ASSERT(image.ok());
  image_ = std::move(*image);
}

std::vector<std::uint32_t> Desk::recorded() const {
  std::vector<std::uint32_t> types;
  for (const Buffer& value : last_.records) types.push_back(metadata::parse_frame(value.bytes())->type);
  return types;
}

}  // namespace millrace::controller
