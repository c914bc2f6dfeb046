#include "broker/monitor/collect.h"

#include <string>

#include "broker/broker.h"
#include "broker/monitor/families.h"
#include "broker/storage.h"

namespace millrace::broker {
namespace {

using metrics::Labels;
using metrics::Sheet;

void collect_traffic(Sheet& sheet, const Labels& labels, const replica::Traffic& traffic) {
  sheet.add(families::kMessagesIn, labels, static_cast<double>(traffic.messages_in));
  sheet.add(families::kBytesIn, labels, static_cast<double>(traffic.bytes_in));
  sheet.add(families::kBytesOut, labels, static_cast<double>(traffic.bytes_out));
}

void collect_partition(Sheet& sheet, replica::Partition& partition) {
  const auto& identity = partition.identity();
  collect_traffic(sheet, {{"topic", identity.topic}}, partition.traffic());
  collect_traffic(sheet, {}, partition.traffic());
  const Labels which{{"topic", identity.topic}, {"partition", std::to_string(identity.index.value())}};
  sheet.add(families::kLogSize, which, static_cast<double>(partition.log().size().value()));
  sheet.add(families::kLogStart, which, static_cast<double>(partition.log_start().value()));
  sheet.add(families::kLogEnd, which, static_cast<double>(partition.log_end().value()));
  sheet.add(families::kLeaders, partition.is_leader() ? 1 : 0);
  if (const log::Damage* damage = partition.log().damage()) {
    sheet.add(families::kLogDamage,
              {{"topic", identity.topic},
               {"partition", std::to_string(identity.index.value())},
               {"file", damage->file},
               {"position", std::to_string(damage->position)},
               {"offset", std::to_string(damage->offset.value())}},
              1);
  }
}

void collect_topic(Sheet& sheet, const metadata::TopicImage& topic, NodeId self, std::size_t min_isr) {
  for (const auto& partition : topic.partitions) {
    sheet.add(families::kAllPartitions, 1);
    sheet.add(families::kOfflinePartitions, partition.leader == kNoNode ? 1 : 0);
    const bool preferred = !partition.replicas.empty() && partition.replicas.front() == partition.leader;
    sheet.add(families::kPreferredImbalance, preferred ? 0 : 1);
    const bool led_here = partition.leader == self;
    sheet.add(families::kUnderReplicated, led_here && partition.isr.size() < partition.replicas.size() ? 1 : 0);
    sheet.add(families::kUnderMinIsr, led_here && partition.isr.size() < min_isr ? 1 : 0);
  }
}

void collect_dirs(Sheet& sheet, const config::ServerConfig& config, const Storage& storage) {
  for (const std::string& dir : config.log_dirs) {
    const double offline = storage.is_offline(dir) ? 1 : 0;
    sheet.add(families::kOfflineDirs, offline);
    sheet.add(families::kDirOffline, {{"logdirectory", dir}}, offline);
  }
}

}  // namespace

Sheet collect_shard(Broker& broker) {
  Sheet sheet;
  broker.request_times().report(sheet, broker.shard().clock.now());
  sheet.add(families::kConnections, static_cast<double>(broker.doors().open_connections()));
  // Families without a sample on any shard would be missing from the text.
  collect_traffic(sheet, {}, broker.partitions().departed());
  sheet.add(families::kLeaders, 0);
  sheet.add(families::kPartitions, static_cast<double>(broker.partitions().count()));
  sheet.add(families::kOfflineReplicas, static_cast<double>(broker.partitions().failed()));
  broker.partitions().each([&](replica::Partition& partition) { collect_partition(sheet, partition); });
  broker.client_metrics().collect(sheet, broker.shard().clock.wall());
  return sheet;
}

Sheet collect_node(Broker& broker) {
  Sheet sheet;
  const auto& image = broker.image();
  for (const auto* family : {&families::kTopics, &families::kAllPartitions, &families::kOfflinePartitions,
                             &families::kPreferredImbalance, &families::kUnderReplicated, &families::kUnderMinIsr,
                             &families::kActiveBrokers, &families::kFencedBrokers}) {
    sheet.add(*family, 0);
  }
  if (image != nullptr) {
    for (const auto* topic : image->topics()) {
      sheet.add(families::kTopics, 1);
      const auto min_isr = broker.rules().of(topic->name).config.min_insync_replicas;
      collect_topic(sheet, *topic, broker.self(), static_cast<std::size_t>(min_isr));
    }
    for (const auto* node : image->brokers()) {
      sheet.add(node->fenced ? families::kFencedBrokers : families::kActiveBrokers, 1);
    }
    sheet.add(families::kActiveController, image->controller() == broker.self() ? 1 : 0);
    sheet.add(families::kMetadataOffset, static_cast<double>(image->offset().value() - 1));
  }
  if (broker.storage() != nullptr) collect_dirs(sheet, broker.config(), *broker.storage());
  const auto usage = broker.shard().process.usage();
  sheet.add(families::kCpuSeconds, usage.cpu_seconds);
  sheet.add(families::kResident, static_cast<double>(usage.resident_bytes));
  sheet.add(families::kVirtual, static_cast<double>(usage.virtual_bytes));
  sheet.add(families::kOpenFiles, static_cast<double>(usage.open_files));
  sheet.add(families::kMaxFiles, static_cast<double>(usage.max_files));
  sheet.add(families::kStartTime, usage.start_time_seconds);
  return sheet;
}

}  // namespace millrace::broker
