#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/commands/commands.h"
#include "cli/commands/parts.h"

namespace millrace::cli {
namespace {

constexpr auto kColumns = std::to_array<Column>({
    {"check", Type::text, "what was looked at"},
    {"ok", Type::flag, "whether it is as it should be"},
    {"failing", Type::whole, "how many are not"},
    {"detail", Type::texts, "which ones, the first twenty"},
});
constexpr auto kTables = std::to_array<TableSpec>({{"checks", kColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace cluster health", "Exit code 5 when something is wrong"},
    {"millrace cluster health --format json", "For a monitor"},
});
constexpr std::size_t kDetailsMax = 20;

std::vector<std::string> first_few(std::vector<std::string> names) {
  names.resize(std::min(names.size(), kDetailsMax));
  return names;
}

class Health {
 public:
  Health(Call& call, client::Admin& admin) : call_(call), admin_(admin), table_(kTables[0]) {}

  Outcome<int> look() {
    auto asked_quorum = admin_.describe_quorum();
    auto asked_dirs = admin_.describe_log_dirs();
    const auto cluster = outcome(admin_.describe_cluster(true).get());
    if (!cluster) return cluster.error();
    brokers(*cluster);
    MR_TRY(partitions());
    quorum(asked_quorum.get());
    directories(asked_dirs.get());
    const int code = call_.show({std::move(table_)});
    return code == kDone && !healthy_ ? kCheckFailed : code;
  }

 private:
  void add(std::string name, const std::vector<std::string>& failing) {
    healthy_ = healthy_ && failing.empty();
    table_.add({std::move(name), failing.empty(), whole(std::ssize(failing)), first_few(failing)});
  }

  void brokers(const client::ClusterDescription& cluster) {
    std::vector<std::string> fenced;
    for (const auto& node : cluster.nodes) {
      if (node.fenced) fenced.push_back(fmt::format("broker {}", node.id));
    }
    add("brokers", fenced);
  }

  Outcome<void> partitions() {
    const auto listed = outcome(admin_.list_topics(true).get());
    if (!listed) return listed.error();
    std::vector<std::string> names;
    for (const auto& topic : *listed) names.push_back(topic.name);
    const auto topics = outcome(admin_.describe_topics(names).get());
    if (!topics) return topics.error();
    std::vector<std::string> leaderless;
    std::vector<std::string> behind;
    std::vector<client::TopicPartition> suspects;
    for (const auto& item : *topics) {
      if (!item.result) continue;  // deleted meanwhile
      for (const auto& part : item.result->partitions) {
        const std::string name = partition_text({item.key, part.partition});
        if (part.leader < 0) leaderless.push_back(name);
        if (part.in_sync.size() >= part.replicas.size()) continue;
        behind.push_back(name);
        suspects.push_back({item.key, part.partition});
        in_sync_[suspects.back()] = part.in_sync.size();
      }
    }
    add("partitions with a leader", leaderless);
    add("replicas in sync", behind);
    return enough_in_sync(suspects);
  }

  // Only topics with replicas behind are asked what they demand.
  Outcome<void> enough_in_sync(const std::vector<client::TopicPartition>& suspects) {
    std::vector<client::ConfigResource> resources;
    for (const auto& partition : suspects) {
      const client::ConfigResource resource{client::ConfigResourceType::topic, partition.topic};
      if (std::ranges::find(resources, resource) == resources.end()) resources.push_back(resource);
    }
    std::vector<std::string> failing;
    if (!resources.empty()) {
      const auto configs = outcome(admin_.describe_configs(resources).get());
      if (!configs) return configs.error();
      for (const auto& partition : suspects) {
        const auto* entries =
            client::find(*configs, client::ConfigResource{client::ConfigResourceType::topic, partition.topic});
        if (entries == nullptr || !*entries) continue;
        const auto least = std::ranges::find((*entries).value(), "min.insync.replicas", &client::ConfigEntry::name);
        if (least == entries->value().end()) continue;
        const auto wanted = whole_number(least->value.value_or("1")).value_or(1);
        if (static_cast<std::int64_t>(in_sync_[partition]) < wanted) failing.push_back(partition_text(partition));
      }
    }
    add("min.insync.replicas", failing);
    return {};
  }

  void quorum(const client::Result<client::QuorumDescription>& quorum) {
    if (!quorum) return add("quorum", {quorum.error().text()});
    std::vector<std::string> failing;
    if (quorum->leader < 0) failing.emplace_back("no leader");
    for (const auto& voter : quorum->voters) {
      if (voter.log_end_offset < 0) failing.push_back(fmt::format("voter {} was never heard of", voter.id));
    }
    add("quorum", failing);
  }

  void directories(const client::Result<client::Items<std::int32_t, std::vector<client::LogDirectory>>>& brokers) {
    if (!brokers) return add("log directories", {brokers.error().text()});
    std::vector<std::string> failing;
    for (const auto& item : *brokers) {
      if (!item.result) {
        failing.push_back(fmt::format("broker {}: {}", item.key, item.result.error().name()));
        continue;
      }
      for (const auto& directory : *item.result) {
        if (directory.status) continue;
        failing.push_back(fmt::format("broker {} {}: {}", item.key, directory.path, directory.status.error().name()));
      }
    }
    add("log directories", failing);
  }

  Call& call_;
  client::Admin& admin_;
  Table table_;
  bool healthy_ = true;
  std::map<client::TopicPartition, std::size_t> in_sync_;
};

Outcome<int> run(Call& call) {
  const auto admin = call.admin();
  if (!admin) return admin.error();
  return Health(call, **admin).look();
}

}  // namespace

const Command kClusterHealth{.name = "cluster health",
                             .about = "Check brokers, partitions, quorum and log directories",
                             .takes = kTakesCluster | kTakesFormat,
                             .tables = kTables,
                             .examples = kExamples,
                             .run = run};

}  // namespace millrace::cli
