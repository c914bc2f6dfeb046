#include "config/server_reload.h"

#include <set>
#include <string_view>

#include "config/definition.h"

namespace millrace::config {
namespace {

bool changes_while_running(const Definition& definition) {
  return definition.update == Update::cluster || definition.name == "listeners" ||
         definition.name == "listener.security.protocol.map";
}

const Given* find(const Settings& settings, std::string_view name) {
  const auto at = settings.find(name);
  return at == settings.end() ? nullptr : &at->second;
}

bool same(const Given* one, const Given* other) {
  return one == nullptr || other == nullptr ? one == other : one->text == other->text;
}

}  // namespace

Reload plan_reload(const Settings& running, const Settings& wanted) {
  Reload plan{wanted, {}, {}};
  std::set<std::string> names;
  for (const auto* settings : {&running, &wanted}) {
    for (const auto& [name, given] : *settings) names.insert(name);
  }
  for (const std::string& name : names) {
    const Given* before = find(running, name);
    if (same(before, find(wanted, name))) continue;
    const auto* definition = find_definition(Scope::broker, name);
    if (definition == nullptr) continue;
    if (changes_while_running(*definition)) {
      plan.taken.push_back(name);
      continue;
    }
    plan.need_restart.push_back(name);
    if (before != nullptr) {
      plan.settings[name] = *before;
    } else {
      plan.settings.erase(name);
    }
  }
  return plan;
}

}  // namespace millrace::config
