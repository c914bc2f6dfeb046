#include "config/layers.h"

namespace millrace::config {
namespace {

void add_server_setting(std::string_view name, std::int64_t times, const ServerLayers& servers,
                        std::vector<Candidate>& to) {
  const std::pair<const Overrides*, Source> dynamic[] = {{servers.dynamic_broker, Source::dynamic_broker},
                                                         {servers.dynamic_default, Source::dynamic_default}};
  for (const auto& [layer, source] : dynamic) {
    if (layer == nullptr) continue;
    if (const auto at = layer->find(name); at != layer->end()) to.push_back({name, at->second, source, times});
  }
  if (servers.fixed != nullptr) {
    if (const auto at = servers.fixed->find(name); at != servers.fixed->end()) {
      to.push_back({name, at->second.text, Source::fixed, times});
    }
  }
  const auto* definition = find_definition(Scope::broker, name);
  if (definition != nullptr && definition->presence == Default::value) {
    to.push_back({name, std::string(definition->default_text), Source::built_in, times});
  }
}

}  // namespace

std::vector<Candidate> server_candidates(std::string_view name, const ServerLayers& servers) {
  std::vector<Candidate> found;
  if (const auto* definition = find_definition(Scope::broker, name)) {
    add_server_setting(definition->name, 1, servers, found);
  }
  return found;
}

std::vector<Candidate> candidates(Scope scope, std::string_view name, const Overrides& own,
                                  const ServerLayers& servers) {
  std::vector<Candidate> found;
  const auto* definition = find_definition(scope, name);
  if (definition == nullptr) return found;
  if (const auto at = own.find(name); at != own.end())
    found.push_back({definition->name, at->second, Source::resource});
  const auto stand_ins = synonyms(scope, name);
  for (const auto& synonym : stand_ins) add_server_setting(synonym.server_name, synonym.times, servers, found);
  if (stand_ins.empty() && definition->presence == Default::value) {
    found.push_back({definition->name, std::string(definition->default_text), Source::built_in});
  }
  return found;
}

Value resolve(Scope scope, std::string_view name, const Overrides& own, const ServerLayers& servers) {
  for (const auto& candidate : candidates(scope, name, own, servers)) {
    const auto* definition = find_definition(
        candidate.source == Source::resource || candidate.name == name ? scope : Scope::broker, candidate.name);
    if (definition == nullptr) continue;
    auto value = parse_value(*definition, candidate.text);
    if (!value.ok()) continue;
    if (auto* number = std::get_if<std::int64_t>(&value.value())) *number *= candidate.times;
    return std::move(value).value();
  }
  return {};
}

Value resolve_server(std::string_view name, const ServerLayers& servers) {
  const auto* definition = find_definition(Scope::broker, name);
  for (const auto& candidate : server_candidates(name, servers)) {
    auto value = parse_value(*definition, candidate.text);
    if (value.ok()) return std::move(value).value();
  }
  return {};
}

}  // namespace millrace::config
