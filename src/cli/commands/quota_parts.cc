#include "cli/commands/quota_parts.h"

namespace millrace::cli {

client::QuotaEntity entity_of(const Options& options) {
  client::QuotaEntity entity;
  for (const auto& spec : kEntityOptions) {
    if (options.has(spec.name)) entity.emplace(std::string(spec.name), options.value(spec.name));
  }
  return entity;
}

std::string entity_text(const client::QuotaEntity& entity) {
  std::string text;
  for (const auto& [kind, name] : entity) {
    if (!text.empty()) text += ",";
    text += name ? kind + "/" + *name : kind;
  }
  return text;
}

}  // namespace millrace::cli
