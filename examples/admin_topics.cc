// Creates a topic, changes a setting, looks at it from all sides, and deletes it again.
//
//   admin_topics [host:port]
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "millrace/admin.h"
#include "millrace/coroutine.h"

using namespace millrace::client;

namespace {

int fail(const Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return 1;
}

// The same calls in a coroutine: how many partitions the topic has.
Task<Result<int>> partitions_of(Admin& admin, std::string topic) {
  std::vector<std::string> names(1, topic);
  const auto described = co_await admin.describe_topics(std::move(names));
  if (!described) co_return described.error();
  const auto& item = described->front();
  if (!item.result) co_return item.result.error();
  co_return static_cast<int>(item.result->partitions.size());
}

Task<int> print_partitions(Admin& admin, std::string topic) {
  const auto count = co_await partitions_of(admin, topic);
  if (count) std::printf("%s has %d partitions\n", topic.c_str(), *count);
  co_return count ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  auto admin = Admin::create(AdminConfig().bootstrap_servers(argc > 1 ? argv[1] : "localhost:9092"));
  if (!admin) return fail(admin.error());

  const auto cluster = admin->describe_cluster().get();
  if (!cluster) return fail(cluster.error());
  std::printf("cluster %s with %zu brokers\n", cluster->cluster_id.c_str(), cluster->nodes.size());

  const std::string name = "millrace-example-topic";
  const auto created = admin->create_topics({{.name = name, .partitions = 3, .replication_factor = 1}}).get();
  if (!created) return fail(created.error());
  if (!created->front().result) return fail(created->front().result.error());

  if (*start(print_partitions(*admin, name)).get() != 0) return 1;

  const ConfigResource topic{ConfigResourceType::topic, name};
  const auto altered = admin->alter_configs({{topic, {{"retention.ms", "60000"}}}}).get();
  if (!altered) return fail(altered.error());
  const auto configs = admin->describe_configs({topic}).get();
  if (!configs) return fail(configs.error());
  if (!configs->front().result) return fail(configs->front().result.error());
  for (const auto& entry : *configs->front().result) {
    if (entry.source == ConfigSource::dynamic_topic) {
      std::printf("%s=%s\n", entry.name.c_str(), entry.value.value_or("").c_str());
    }
  }

  const auto ends = admin->list_offsets({{{name, 0}, OffsetSpec::kLatest}}).get();
  if (!ends) return fail(ends.error());
  if (!ends->front().result) return fail(ends->front().result.error());
  std::printf("partition 0 ends at %lld\n", static_cast<long long>(ends->front().result->offset));

  const auto deleted = admin->delete_topics(std::vector<std::string>{name}).get();
  if (!deleted) return fail(deleted.error());
  if (!deleted->front().result.ok()) return fail(deleted->front().result.error());
  std::printf("deleted\n");
  return 0;
}
