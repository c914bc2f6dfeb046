#include "cli/commands/change_settings.h"

#include <string_view>

namespace millrace::cli {
namespace {

using client::AlterConfig;
using client::AlterOperation;

std::string shown(const AlterConfig& change) {
  const std::string value = change.value.value_or("");
  switch (change.operation) {
    case AlterOperation::set: return change.name + "=" + value;
    case AlterOperation::append: return change.name + "+=" + value;
    case AlterOperation::subtract: return change.name + "-=" + value;
    case AlterOperation::remove: return "-" + change.name;
  }
  return {};
}

Outcome<std::vector<AlterConfig>> asked_for(const Call& call, const std::vector<std::string>& sets) {
  std::vector<AlterConfig> changes;
  const auto add = [&](std::string_view what, const std::vector<std::string>& texts,
                       AlterOperation operation) -> Outcome<void> {
    const auto pairs = call.pairs(what, texts);
    if (!pairs) return pairs.error();
    for (const auto& [name, value] : *pairs) changes.push_back({name, value, operation});
    return {};
  };
  MR_TRY(add("set", sets, AlterOperation::set));
  MR_TRY(add("--append", call.options().all("append"), AlterOperation::append));
  MR_TRY(add("--subtract", call.options().all("subtract"), AlterOperation::subtract));
  for (const auto& name : call.options().all("delete")) changes.push_back({name, {}, AlterOperation::remove});
  if (changes.empty()) return Failure{kUsage, "nothing is to be changed: write NAME=VALUE, or --delete NAME"};
  return changes;
}

}  // namespace

Outcome<int> change_settings(Call& call, std::vector<client::ConfigResource> resources,
                             const std::vector<std::string>& sets) {
  const auto changes = asked_for(call, sets);
  if (!changes) return changes.error();
  const auto admin = call.admin();
  if (!admin) return admin.error();
  std::vector<std::pair<client::ConfigResource, std::vector<AlterConfig>>> all;
  for (auto& resource : resources) all.emplace_back(std::move(resource), *changes);
  const auto altered = outcome((*admin)->alter_configs(std::move(all), checks_only(call)).get());
  if (!altered) return altered.error();
  std::vector<std::string> texts;
  for (const auto& change : *changes) texts.push_back(shown(change));
  Table table(kChangeTables[0]);
  for (const auto& item : *altered) {
    const auto [done, error] = done_cells(call, item.result);
    table.add({resource_text(item.key), texts, done, error});
  }
  return call.show({std::move(table)});
}

}  // namespace millrace::cli
