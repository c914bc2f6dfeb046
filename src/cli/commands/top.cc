#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/commands/commands.h"
#include "cli/commands/parts.h"
#include "cli/times.h"
#include "runtime/terminal.h"

namespace millrace::cli {
namespace {

constexpr auto kOptions = std::to_array<OptionSpec>({
    {"interval", "TIME", "Between two looks (2s)", false, "i"},
    {"count", "N", "End after so many (never; 1 where the output is no terminal and no count is given)", false, "n"},
    {"internal", "", "Kafka's own topics too"},
});
constexpr auto kClusterColumns = std::to_array<Column>({
    {"time_ms", Type::whole, "of this look, in ms since 1970"},
    {"id", Type::text, "the cluster's"},
    {"brokers", Type::whole, "that work"},
    {"topics", Type::whole, "that are shown"},
    {"groups", Type::whole, "of all brokers; none: not known"},
    {"records_per_second", Type::real, "written since the last look; none in the first"},
    {"bytes", Type::whole, "on all disks, all replicas; none: not known"},
});
constexpr auto kTopicColumns = std::to_array<Column>({
    {"topic", Type::text, "its name"},
    {"partitions", Type::whole, "how many it has"},
    {"records_per_second", Type::real, "written since the last look; none in the first"},
    {"offsets", Type::whole, "from first to end, of all partitions"},
    {"bytes", Type::whole, "on all disks, all replicas; none: not known"},
    {"bytes_per_second", Type::real, "by which that grew since the last look; none in the first"},
});
constexpr auto kTables =
    std::to_array<TableSpec>({{"cluster", kClusterColumns, Shape::one}, {"topics", kTopicColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace top", "A live view; q ends it"},
    {"millrace top -n 10 -i 1s --format json", "Ten looks for a program"},
});
constexpr std::string_view kClear = "\033[H\033[2J";

struct TopicLook {
  std::int64_t partitions = 0;
  std::int64_t end = 0;
  std::int64_t offsets = 0;
  std::int64_t bytes = -1;  // as below
};

struct Look {
  std::int64_t time_ms = 0;
  client::ClusterDescription cluster;
  std::int64_t groups = -1;  // -1: not known
  std::int64_t bytes = -1;   // -1: not known
  std::map<std::string, TopicLook> topics;
};

Outcome<Look> look(Call& call, client::Admin& admin) {
  auto asked_groups = admin.list_groups();
  auto asked_dirs = admin.describe_log_dirs();
  auto asked_topics = admin.list_topics(call.options().has("internal"));
  Look result;
  auto cluster = outcome(admin.describe_cluster().get());
  if (!cluster) return cluster.error();
  result.cluster = *std::move(cluster);
  const auto topics = outcome(asked_topics.get());
  if (!topics) return topics.error();
  std::vector<std::string> names;
  for (const auto& topic : *topics) names.push_back(topic.name);
  const auto described = outcome(admin.describe_topics(names).get());
  if (!described) return described.error();
  std::vector<client::TopicPartition> partitions;
  for (const auto& item : *described) {
    if (!item.result) continue;  // deleted meanwhile
    result.topics[item.key].partitions = std::ssize(item.result->partitions);
    for (const auto& part : item.result->partitions) partitions.push_back({item.key, part.partition});
  }
  const auto bounds = bounds_of(call, admin, partitions);
  if (!bounds) return bounds.error();
  result.time_ms = now_ms();
  for (const auto& [partition, next] : bounds->next) {
    auto& topic = result.topics[partition.topic];
    topic.end += next;
    const auto first = bounds->first.find(partition);
    topic.offsets += first == bounds->first.end() ? 0 : next - first->second;
  }
  if (const auto groups = asked_groups.get()) result.groups = std::ssize(*groups);
  const auto brokers = asked_dirs.get();
  if (!brokers) return result;
  result.bytes = 0;
  for (auto& [name, topic] : result.topics) topic.bytes = 0;
  for (const auto& broker : *brokers) {
    if (!broker.result) continue;
    for (const auto& directory : *broker.result) {
      for (const auto& replica : directory.replicas) {
        result.bytes += replica.size_bytes;
        const auto topic = result.topics.find(replica.partition.topic);
        if (topic != result.topics.end()) topic->second.bytes += replica.size_bytes;
      }
    }
  }
  return result;
}

// A rate between two looks; none where there was no look before.
Cell rate(std::int64_t now, std::int64_t before, std::int64_t elapsed_ms) {
  if (elapsed_ms <= 0) return {};
  return static_cast<double>(now - before) * 1000.0 / static_cast<double>(elapsed_ms);
}

std::vector<Table> shown(const Look& now, const std::optional<Look>& before) {
  const std::int64_t elapsed = before ? now.time_ms - before->time_ms : 0;
  std::vector<std::pair<std::int64_t, std::string>> busiest;  // records since the last look, negated
  std::int64_t written = 0;
  for (const auto& [name, topic] : now.topics) {
    const auto old = before ? before->topics.find(name) : now.topics.end();
    const bool known_before = before && old != before->topics.end();
    const std::int64_t more = known_before ? topic.end - old->second.end : 0;
    written += more;
    busiest.emplace_back(-more, name);
  }
  std::ranges::sort(busiest);
  Table cluster(kTables[0]);
  cluster.add({whole(now.time_ms), now.cluster.cluster_id, whole(std::ssize(now.cluster.nodes)),
               whole(std::ssize(now.topics)), known(now.groups), rate(written, 0, elapsed), known(now.bytes)});
  Table topics(kTables[1]);
  for (const auto& [more, name] : busiest) {
    const auto& topic = now.topics.at(name);
    std::int64_t bytes_before = -1;
    if (before) {
      if (const auto old = before->topics.find(name); old != before->topics.end()) bytes_before = old->second.bytes;
    }
    topics.add({name, whole(topic.partitions), rate(-more, 0, elapsed), whole(topic.offsets), known(topic.bytes),
                topic.bytes < 0 || bytes_before < 0 ? Cell() : rate(topic.bytes, bytes_before, elapsed)});
  }
  std::vector<Table> tables;
  tables.push_back(std::move(cluster));
  tables.push_back(std::move(topics));
  return tables;
}

Outcome<int> run(Call& call) {
  const auto interval = parse_duration(call.options().get("interval", "2s"));
  if (!interval || *interval < 1) return Failure{kUsage, "--interval: write it as 500ms, 2s or 1m"};
  const auto count = call.whole_option("count", 1);
  if (!count) return count.error();
  const auto admin = call.admin();
  if (!admin) return admin.error();
  const bool live = call.surroundings().out_is_terminal && call.format() == Format::table;
  const std::int64_t looks = count->value_or(live ? INT64_MAX : 1);
  std::optional<Look> before;
  for (std::int64_t i = 0; i < looks; ++i) {
    auto now = look(call, **admin);
    if (!now) return now.error();
    if (live) call.console().out(kClear);
    (void)call.show(shown(*now, before));
    call.console().flush();
    before = *std::move(now);
    if (i + 1 == looks) break;
    std::FILE* keys = call.surroundings().in_is_terminal ? call.console().input() : nullptr;
    if (runtime::input_within(keys, Millis(*interval)) && call.console().line().value_or("q").starts_with('q')) break;
  }
  return call.exit_code();
}

}  // namespace

const Command kTop{.name = "top",
                   .about = "Watch what is written where",
                   .details = "On a terminal the view is drawn anew at each look until q and Enter; elsewhere one look "
                              "after the other is printed.",
                   .options = kOptions,
                   .takes = kTakesCluster | kTakesFormat,
                   .tables = kTables,
                   .examples = kExamples,
                   .run = run};

}  // namespace millrace::cli
