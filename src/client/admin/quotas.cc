#include "client/admin/quotas.h"

#include "protocol/gen/alter_client_quotas.h"
#include "protocol/gen/describe_client_quotas.h"

namespace millrace::client::admin {

using namespace protocol;
template <typename T>
using Result = client::Result<T>;

void describe_quotas(AdminCore& core, std::vector<QuotaFilter> conditions, bool strict, Millis timeout,
                     Done<Quotas> done) {
  ask<Quotas, DescribeClientQuotasResponse, DescribeClientQuotasRequest>(
      core, Target::any(), timeout,
      [conditions = std::move(conditions), strict](std::int16_t) {
        DescribeClientQuotasRequest request;
        request.strict = strict;
        for (const auto& condition : conditions) {
          auto& part = request.components.emplace_back();
          part.entity_type = condition.kind;
          part.match_type = static_cast<std::int8_t>(condition.match);
          part.match.reset();
          if (condition.match == QuotaFilter::Match::exactly) part.match = condition.name;
        }
        return request;
      },
      by_code,
      [](const Answer<DescribeClientQuotasResponse>& answer) -> Result<Quotas> {
        const auto& body = answer.body;
        const auto status = broker_status(body.error_code, "describing quotas", text(body.error_message));
        if (!status.ok()) return status.error();
        Quotas quotas;
        if (!body.entries) return quotas;
        for (const auto& entry : *body.entries) {
          QuotaEntity entity;
          for (const auto& part : entry.entity) {
            entity[std::string(part.entity_type)] = optional_text(part.entity_name);
          }
          for (const auto& value : entry.values) quotas[entity][std::string(value.key)] = value.value;
        }
        return quotas;
      },
      std::move(done));
}

void alter_quotas(AdminCore& core, std::vector<QuotaChange> changes, bool validate_only, Millis timeout,
                  Done<Items<QuotaEntity>> done) {
  ask<Items<QuotaEntity>, AlterClientQuotasResponse, AlterClientQuotasRequest>(
      core, Target::controller(), timeout,
      [changes = std::move(changes), validate_only](std::int16_t) {
        AlterClientQuotasRequest request;
        request.validate_only = validate_only;
        for (const auto& change : changes) {
          auto& entry = request.entries.emplace_back();
          for (const auto& [kind, name] : change.entity) {
            auto& part = entry.entity.emplace_back();
            part.entity_type = kind;
            part.entity_name.reset();
            if (name) part.entity_name = *name;
          }
          for (const auto& [key, value] : change.values) entry.ops.push_back({key, value.value_or(0), !value});
        }
        return request;
      },
      never_again,
      [](const Answer<AlterClientQuotasResponse>& answer) -> Result<Items<QuotaEntity>> {
        Items<QuotaEntity> items;
        for (const auto& entry : answer.body.entries) {
          QuotaEntity entity;
          for (const auto& part : entry.entity) {
            entity[std::string(part.entity_type)] = optional_text(part.entity_name);
          }
          items.push_back(
              {std::move(entity), broker_status(entry.error_code, "altering quotas", text(entry.error_message))});
        }
        return items;
      },
      std::move(done));
}

}  // namespace millrace::client::admin
