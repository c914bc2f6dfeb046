#include <memory>
#include <string>
#include <utility>

#include "metadata/draft.h"

namespace millrace::metadata {

Outcome replay(Draft& draft, const protocol::ClientQuotaRecord& record) {
  QuotaEntity entity;
  for (const auto& part : record.entity) {
    auto& name = entity[std::string(part.entity_type)];
    if (part.entity_name) name = std::string(*part.entity_name);
  }
  Quotas quotas;
  if (const auto* known = draft.state.quotas.find(entity)) quotas = **known;
  if (record.remove) {
    quotas.erase(std::string(record.key));
  } else {
    quotas[std::string(record.key)] = record.value;
  }
  if (quotas.empty()) {
    draft.state.quotas.erase(entity);
  } else {
    draft.state.quotas.set(entity, std::make_shared<const Quotas>(std::move(quotas)));
  }
  return {};
}

}  // namespace millrace::metadata
