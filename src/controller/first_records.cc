#include "controller/first_records.h"

#include <utility>

#include "config/features.h"
#include "metadata/bootstrap.h"
#include "metadata/record_frame.h"
#include "metadata/replayer.h"
#include "protocol/gen/begin_transaction_record.h"
#include "protocol/gen/config_record.h"
#include "protocol/gen/end_transaction_record.h"
#include "protocol/gen/feature_level_record.h"
#include "protocol/gen/register_controller_record.h"

namespace millrace::controller {
namespace {

constexpr std::string_view kMinIsr = "min.insync.replicas";

Result<std::vector<Buffer>, std::string> recorded_at_format(Bytes bootstrap) {
  std::vector<Buffer> records;
  if (bootstrap.empty()) {
    for (const config::Feature& feature : config::bootstrap_features(config::kMaxMetadataVersion)) {
      protocol::FeatureLevelRecord record;
      record.name = feature.name;
      record.feature_level = feature.level;
      records.push_back(metadata::frame_record(record, 0));
    }
    return records;
  }
  const auto checkpoint = metadata::parse_checkpoint(bootstrap);
  if (!checkpoint.ok()) return std::string(metadata::kBootstrapName) + " cannot be used: " + checkpoint.error();
  for (const Bytes value : checkpoint->records) records.push_back(Buffer::copy_of(value));
  return records;
}

// Whether these records switch eligible leader replicas on (KIP-966), which need a fixed min.insync.replicas.
Result<bool, std::string> switch_on_eligible_replicas(const std::vector<Buffer>& records) {
  metadata::Replayer replayer;
  for (const Buffer& record : records) {
    const auto outcome = replayer.replay(record.bytes(), Offset(0));
    if (!outcome.ok()) return std::string(metadata::kBootstrapName) + ": " + outcome.error();
  }
  const auto image = replayer.image(Offset(0));
  if (!image.ok()) return image.error();
  return (*image)->feature("eligible.leader.replicas.version") >= 1;
}

}  // namespace

Result<std::vector<Buffer>, std::string> bootstrap_records(Bytes bootstrap) {
  auto formatted = recorded_at_format(bootstrap);
  if (!formatted.ok()) return formatted.error();
  const auto eligible = switch_on_eligible_replicas(*formatted);
  if (!eligible.ok()) return eligible.error();

  std::vector<Buffer> records;
  protocol::BeginTransactionRecord begin;
  begin.name = "Bootstrap records";
  records.push_back(metadata::frame_record(begin, 0));
  for (Buffer& record : *formatted) records.push_back(std::move(record));
  if (*eligible) {
    protocol::ConfigRecord config;
    config.resource_type = static_cast<std::int8_t>(metadata::ResourceType::broker);
    config.name = kMinIsr;
    config.value = "1";
    records.push_back(metadata::frame_record(config, 0));
  }
  records.push_back(metadata::frame_record(protocol::EndTransactionRecord{}, 0));
  return records;
}

Buffer controller_record(NodeId id, const Uuid& incarnation, const std::string& listener,
                         const ports::Endpoint& endpoint) {
  protocol::RegisterControllerRecord record;
  record.controller_id = id.value();
  record.incarnation_id = incarnation;
  record.end_points.push_back({listener, endpoint.host, endpoint.port, 0});
  const auto features = config::supported_features();
  for (const config::FeatureRange& feature : features) {
    record.features.push_back({feature.name, feature.min, feature.max});
  }
  return metadata::frame_record(record, 0);
}

}  // namespace millrace::controller
