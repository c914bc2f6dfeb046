#include <array>

#include "cli/commands/commands.h"

namespace millrace::cli {
namespace {

constexpr auto kClusterColumns = std::to_array<Column>({
    {"id", Type::text, "the cluster's"},
    {"controller", Type::whole, "the broker that changes of the cluster are sent to; none: nobody knows"},
    {"brokers", Type::whole, "how many there are"},
});
constexpr auto kBrokerColumns = std::to_array<Column>({
    {"broker", Type::whole, "its number"},
    {"host", Type::text, "where clients reach it"},
    {"port", Type::whole, "where clients reach it"},
    {"rack", Type::text, "broker.rack"},
    {"fenced", Type::flag, "registered, but not part of the cluster's work now"},
});
constexpr auto kTables =
    std::to_array<TableSpec>({{"cluster", kClusterColumns, Shape::one}, {"brokers", kBrokerColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace cluster info", "Who is there"},
    {"millrace cluster info -b other:9092 --format json", "Of another cluster, for a program"},
});

Outcome<int> run(Call& call) {
  const auto admin = call.admin();
  if (!admin) return admin.error();
  auto described = (*admin)->describe_cluster(true).get();
  // Brokers before Kafka 4.0 cannot tell of fenced ones.
  if (!described && described.error().is(client::Cause::unsupported_version)) {
    described = (*admin)->describe_cluster(false).get();
  }
  const auto cluster = outcome(std::move(described));
  if (!cluster) return cluster.error();
  Table summary(kTables[0]);
  summary.add({cluster->cluster_id, known(cluster->controller), whole(std::ssize(cluster->nodes))});
  Table brokers(kTables[1]);
  for (const auto& node : cluster->nodes) {
    brokers.add({whole(node.id), node.host, whole(node.port), maybe(node.rack), node.fenced});
  }
  std::vector<Table> tables;
  tables.push_back(std::move(summary));
  tables.push_back(std::move(brokers));
  return call.show(std::move(tables));
}

}  // namespace

const Command kClusterInfo{.name = "cluster info",
                           .about = "Show the cluster's id and its brokers",
                           .takes = kTakesCluster | kTakesFormat,
                           .tables = kTables,
                           .examples = kExamples,
                           .run = run};

}  // namespace millrace::cli
