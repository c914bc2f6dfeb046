#include <fmt/format.h>

#include <array>

#include "cli/commands/commands.h"
#include "cli/commands/parts.h"

namespace millrace::cli {
namespace {

constexpr auto kOptions = std::to_array<OptionSpec>({
    {"level", "FEATURE=LEVEL", "Bring a feature to a level; 0 takes it away; may be given several times"},
    {"unsafe", "", "A lower level even where it loses metadata"},
    kCheckOnly,
});
constexpr auto kColumns = std::to_array<Column>({
    {"feature", Type::text, "its name"},
    {"level", Type::whole, "in force; 0: off"},
    {"lowest", Type::whole, "that the broker which answered can do"},
    {"highest", Type::whole, "that the broker which answered can do"},
    kDoneColumn,
    kErrorColumn,
});
constexpr auto kTables = std::to_array<TableSpec>({{"features", kColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace cluster features", "Levels in force and possible ones"},
    {"millrace cluster features --level share.version=1 --dry-run", "Whether a level could be reached"},
});

Outcome<std::vector<client::FeatureUpdate>> wanted(const Call& call, const client::FeatureDescription& now) {
  const auto pairs = call.pairs("--level", call.options().all("level"));
  if (!pairs) return pairs.error();
  std::vector<client::FeatureUpdate> updates;
  for (const auto& [name, text] : *pairs) {
    const auto level = whole_number(text);
    if (!level || *level < 0 || *level > INT16_MAX) {
      return Failure{kUsage, fmt::format("--level {}={}: a level is a whole number from 0", name, text)};
    }
    const auto at = now.finalized.find(name);
    const bool down = at != now.finalized.end() && *level < at->second;
    auto change = client::FeatureChange::upgrade;
    if (down) {
      change = call.options().has("unsafe") ? client::FeatureChange::unsafe_downgrade
                                            : client::FeatureChange::safe_downgrade;
    }
    updates.push_back({name, static_cast<std::int16_t>(*level), change});
  }
  return updates;
}

Outcome<int> run(Call& call) {
  const auto admin = call.admin();
  if (!admin) return admin.error();
  const auto features = outcome((*admin)->describe_features().get());
  if (!features) return features.error();
  const auto updates = wanted(call, *features);
  if (!updates) return updates.error();
  Table table(kTables[0]);
  const auto add = [&](const std::string& name, std::int64_t level, Cell done, Cell error) {
    const auto span = features->supported.find(name);
    const bool there = span != features->supported.end();
    table.add({name, whole(level), there ? whole(span->second.min) : Cell(), there ? whole(span->second.max) : Cell(),
               std::move(done), std::move(error)});
  };
  const auto present = [&](const std::string& name) {
    const auto at = features->finalized.find(name);
    return at == features->finalized.end() ? std::int16_t{0} : at->second;
  };
  if (updates->empty()) {
    std::map<std::string, client::VersionSpan> all = features->supported;
    for (const auto& [name, level] : features->finalized) all.try_emplace(name);
    for (const auto& [name, span] : all) add(name, present(name), {}, {});
    return call.show({std::move(table)});
  }
  const bool dry = checks_only(call);
  const auto updated = outcome((*admin)->update_features(*updates, dry).get());
  if (!updated) return updated.error();
  for (std::size_t i = 0; i < updated->size(); ++i) {
    const auto& item = (*updated)[i];
    const auto [done, error] = done_cells(call, item.result);
    add(item.key, item.result && !dry ? (*updates)[i].level : present(item.key), done, error);
  }
  return call.show({std::move(table)});
}

}  // namespace

const Command kClusterFeatures{.name = "cluster features",
                               .about = "Show or change the levels of the cluster's features",
                               .options = kOptions,
                               .takes = kTakesCluster | kTakesFormat,
                               .tables = kTables,
                               .examples = kExamples,
                               .run = run};

}  // namespace millrace::cli
