#include <algorithm>
#include <array>

#include "cli/commands/commands.h"

namespace millrace::cli {
namespace {

constexpr auto kQuorumColumns = std::to_array<Column>({
    {"leader", Type::whole, "the active controller"},
    {"epoch", Type::whole, "of the leader"},
    {"committed", Type::whole, "the offset up to which the metadata log is agreed on"},
    {"voters", Type::wholes, "who elects"},
    {"observers", Type::wholes, "who only follows"},
});
constexpr auto kReplicaColumns = std::to_array<Column>({
    {"node", Type::whole, "its number"},
    {"role", Type::text, "leader, voter or observer"},
    {"end", Type::whole, "the next offset of its metadata log"},
    {"lag", Type::whole, "offsets behind the leader"},
    {"last_fetch_ms", Type::whole, "when it last asked, in ms since 1970; none: not known"},
    {"last_caught_up_ms", Type::whole, "when it last had everything, in ms since 1970; none: not known"},
});
constexpr auto kTables =
    std::to_array<TableSpec>({{"quorum", kQuorumColumns, Shape::one}, {"replicas", kReplicaColumns}});
constexpr auto kExamples =
    std::to_array<Example>({{"millrace cluster quorum", "Who leads the metadata log, and how far the others are"}});

std::vector<std::int32_t> ids(const std::vector<client::QuorumReplica>& replicas) {
  std::vector<std::int32_t> result;
  for (const auto& replica : replicas) result.push_back(replica.id);
  return result;
}

Outcome<int> run(Call& call) {
  const auto admin = call.admin();
  if (!admin) return admin.error();
  const auto quorum = outcome((*admin)->describe_quorum().get());
  if (!quorum) return quorum.error();
  Table summary(kTables[0]);
  summary.add({known(quorum->leader), known(quorum->leader_epoch), known(quorum->high_watermark), ids(quorum->voters),
               ids(quorum->observers)});
  std::int64_t end = -1;
  for (const auto& voter : quorum->voters) {
    if (voter.id == quorum->leader) end = voter.log_end_offset;
  }
  Table replicas(kTables[1]);
  const auto add = [&](const client::QuorumReplica& replica, const char* role) {
    const bool told = end >= 0 && replica.log_end_offset >= 0;
    replicas.add({whole(replica.id), std::string(replica.id == quorum->leader ? "leader" : role),
                  known(replica.log_end_offset), told ? whole(end - replica.log_end_offset) : Cell(),
                  known(replica.last_fetch_ms), known(replica.last_caught_up_ms)});
  };
  for (const auto& replica : quorum->voters) add(replica, "voter");
  for (const auto& replica : quorum->observers) add(replica, "observer");
  std::vector<Table> tables;
  tables.push_back(std::move(summary));
  tables.push_back(std::move(replicas));
  return call.show(std::move(tables));
}

}  // namespace

const Command kClusterQuorum{.name = "cluster quorum",
                             .about = "Show the quorum that keeps the metadata",
                             .takes = kTakesCluster | kTakesFormat,
                             .tables = kTables,
                             .examples = kExamples,
                             .run = run};

}  // namespace millrace::cli
