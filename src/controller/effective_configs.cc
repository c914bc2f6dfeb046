#include "controller/effective_configs.h"

#include <utility>

#include "config/definition.h"
#include "config/value.h"

namespace millrace::controller {
namespace {

std::int8_t wire_source(config::Source source) {
  switch (source) {
    case config::Source::resource: return 1;
    case config::Source::dynamic_broker: return 2;
    case config::Source::dynamic_default: return 3;
    case config::Source::fixed: return 4;
    case config::Source::built_in: return 5;
  }
  return 0;
}

}  // namespace

std::vector<EffectiveConfig> effective_topic_configs(const config::Overrides& own,
                                                     const config::ServerLayers& servers) {
  std::vector<EffectiveConfig> all;
  for (const config::Definition& definition : config::definitions(config::Scope::topic)) {
    // One that is not shown to clients is, where the topic itself sets it.
    if (definition.ours || (definition.internal && !own.contains(definition.name))) continue;
    EffectiveConfig& effective = all.emplace_back();
    effective.name = definition.name;
    effective.sensitive = definition.secret();
    const auto candidates = config::candidates(config::Scope::topic, definition.name, own, servers);
    effective.source = wire_source(candidates.empty() ? config::Source::built_in : candidates[0].source);
    if (effective.sensitive || candidates.empty()) continue;
    // As it was written, except where a server's setting counts in another unit.
    effective.value = candidates[0].times == 1
                          ? std::optional(candidates[0].text)
                          : config::value_text(config::resolve(config::Scope::topic, definition.name, own, servers));
  }
  return all;
}

}  // namespace millrace::controller
