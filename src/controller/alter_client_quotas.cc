#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "controller/apis.h"
#include "controller/host_names.h"
#include "protocol/gen/alter_client_quotas.h"
#include "protocol/gen/client_quota_record.h"

namespace millrace::controller {
namespace {

using protocol::AlterClientQuotasRequest;
using protocol::AlterClientQuotasResponse;
using protocol::Errc;
using metadata::QuotaEntity;
using Entry = AlterClientQuotasRequest::EntryData;

// A key, what it is for, and the largest whole number it may be; 0 where fractions are allowed.
struct QuotaKey {
  std::string_view name;
  bool of_ip;
  double most;
};
constexpr double kLong = 9223372036854775807.0;
constexpr std::array kKeys = {
    QuotaKey{"producer_byte_rate", false, kLong},          QuotaKey{"consumer_byte_rate", false, kLong},
    QuotaKey{"request_percentage", false, 0},              QuotaKey{"controller_mutation_rate", false, 0},
    QuotaKey{"connection_creation_rate", true, 2147483647},
};
constexpr double kLeastFraction = 1e-6;

Refusal refuse(std::string message) { return {Errc::invalid_request, std::move(message)}; }

Refusal check_entity(const QuotaEntity& entity) {
  if (entity.empty()) return refuse("Invalid empty client quota entity");
  for (const auto& [type, name] : entity) {
    if (type != "user" && type != "client-id" && type != "ip") {
      return refuse("Unhandled client quota entity type: " + type);
    }
    if (name && name->empty()) return refuse("Empty " + type + " not supported");
  }
  const auto ip = entity.find("ip");
  if (ip == entity.end()) return {};
  if (entity.size() > 1) {
    return refuse("Invalid quota entity combination, IP entity should not be combined with User or ClientId");
  }
  if (ip->second && !is_known_host(*ip->second)) return refuse(*ip->second + " is not a valid IP or resolvable host.");
  return {};
}

Refusal check_value(const QuotaEntity& entity, const std::string& name, double value) {
  const bool of_ip = entity.contains("ip");
  for (const QuotaKey& key : kKeys) {
    if (key.name != name || key.of_ip != of_ip) continue;
    if (value <= 0) return refuse("Quota " + name + " must be greater than 0");
    if (key.most == 0) return {};
    if (value > key.most) {
      return refuse("Proposed value for " + name + " is too large for " + (of_ip ? "an INT." : "a LONG."));
    }
    return std::fabs(std::fmod(value, 1.0)) > kLeastFraction ? refuse(name + " cannot be a fractional value.")
                                                             : Refusal{};
  }
  return refuse("Invalid configuration key " + name);
}

// What an entry asks for, by key; nothing: the quota is taken back.
using Steps = std::map<std::string, std::optional<double>>;

// Records what changes, or nothing.
Refusal alter(const Context& context, const QuotaEntity& entity, const Steps& steps, Decision& decision) {
  if (Refusal refusal = check_entity(entity); refusal.code != Errc::none) return refusal;
  for (const auto& [key, value] : steps) {
    if (!value) continue;
    if (Refusal refusal = check_value(entity, key, *value); refusal.code != Errc::none) return refusal;
  }
  const metadata::Quotas& now = context.image.quotas(entity);
  for (const auto& [key, value] : steps) {
    const auto found = now.find(key);
    if (value ? found != now.end() && found->second == *value : found == now.end()) continue;
    protocol::ClientQuotaRecord record;
    for (const auto& [type, name] : entity) {
      record.entity.push_back({type, name ? std::optional<std::string_view>(*name) : std::nullopt});
    }
    record.key = key;
    record.value = value.value_or(0);
    record.remove = !value;
    decision.record(record, 0);
  }
  return {};
}

QuotaEntity entity_of(const Entry& entry) {
  QuotaEntity entity;
  for (const auto& part : entry.entity) {
    entity[std::string(part.entity_type)] =
        part.entity_name ? std::optional(std::string(*part.entity_name)) : std::nullopt;
  }
  return entity;
}

std::string text_of(const QuotaEntity& entity) {
  std::string text = "ClientQuotaEntity(entries={";
  for (const auto& [type, name] : entity) {
    if (text.back() != '{') text += ", ";
    text += type + "=" + name.value_or("null");
  }
  return text + "})";
}

void answer(const QuotaEntity& entity, const Refusal& refusal, Texts& texts, AlterClientQuotasResponse& response) {
  auto& result = response.entries.emplace_back();
  result.error_code = protocol::to_wire(refusal.code);
  result.error_message = refusal.message.empty() ? std::nullopt : std::optional(texts.keep(refusal.message));
  for (const auto& [type, name] : entity) {
    result.entity.push_back({type, name ? std::optional<std::string_view>(*name) : std::nullopt});
  }
}

}  // namespace

// KIP-546. Each entity stands alone; of one that comes twice the first entry counts, and the answer is that it came
// twice.
Result<Decision> decide_alter_client_quotas(const Context& context, std::int16_t version, Bytes body) {
  AlterClientQuotasRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  Decision decision;
  std::map<QuotaEntity, Refusal> results;
  for (const Entry& entry : request.entries) {
    const QuotaEntity entity = entity_of(entry);
    Steps steps;
    bool twice = false;
    for (const auto& op : entry.ops) {
      const std::optional<double> value = op.remove ? std::nullopt : std::optional(op.value);
      twice |= !steps.try_emplace(std::string(op.key), value).second;
    }
    const auto [at, first] = results.try_emplace(entity);
    if (!first || twice) {
      at->second = refuse("Ignoring duplicate entity " + text_of(entity));
    } else {
      at->second = alter(context, entity, steps, decision);
    }
  }
  if (request.validate_only) decision.records.clear();
  Texts texts;
  AlterClientQuotasResponse response;
  for (const auto& [entity, refusal] : results) answer(entity, refusal, texts, response);
  decision.response = protocol::encode_body(response, version);
  return decision;
}

Buffer refuse_alter_client_quotas(std::int16_t version, Bytes body, Errc code) {
  AlterClientQuotasRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  Texts texts;
  AlterClientQuotasResponse response;
  std::vector<QuotaEntity> entities;
  for (const Entry& entry : request.entries) entities.push_back(entity_of(entry));
  for (const QuotaEntity& entity : entities) answer(entity, {code, ""}, texts, response);
  return protocol::encode_body(response, version);
}

}  // namespace millrace::controller
