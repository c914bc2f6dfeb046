// DescribeClientQuotas (KIP-546): the quotas of the entities that a filter takes.
#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "broker/arena.h"
#include "broker/handlers/handlers.h"
#include "coordinator/partition_choice.h"
#include "protocol/errc.h"
#include "protocol/gen/describe_client_quotas.h"

namespace millrace::broker {
namespace {

using protocol::DescribeClientQuotasRequest;
using protocol::DescribeClientQuotasResponse;
using protocol::Errc;

constexpr std::int8_t kExact = 0;    // this name
constexpr std::int8_t kDefault = 1;  // the default of its type
constexpr std::int8_t kAny = 2;      // whatever has this type

// Which entities are asked for, by type: a name, the default (nothing), or any.
struct Want {
  bool any = false;
  std::optional<std::string_view> name;
};
using Filter = std::map<std::string_view, Want>;

struct Problem {
  Errc error;
  std::string message;
};

Result<Want, Problem> want(const DescribeClientQuotasRequest::ComponentData& component) {
  const auto bad = [](std::string message) { return Problem{Errc::invalid_request, std::move(message)}; };
  switch (component.match_type) {
    case kExact:
      if (!component.match) return bad("Request specified MATCH_TYPE_EXACT, but set match string to null.");
      return Want{false, component.match};
    case kDefault:
      if (component.match) return bad("Request specified MATCH_TYPE_DEFAULT, but also specified a match string.");
      return Want{};
    case kAny:
      if (component.match) return bad("Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.");
      return Want{true, std::nullopt};
    default: return bad(fmt::format("Unknown match type {}", component.match_type));
  }
}

Result<Filter, Problem> filter_of(const DescribeClientQuotasRequest& body) {
  Filter filter;
  for (const auto& component : body.components) {
    const std::string_view type = component.entity_type;
    if (type.empty()) return Problem{Errc::invalid_request, "Invalid empty entity type."};
    if (filter.contains(type)) {
      return Problem{Errc::invalid_request,
                     fmt::format("Entity type {} cannot appear more than once in the filter.", type)};
    }
    if (type != "user" && type != "client-id" && type != "ip") {
      return Problem{Errc::unsupported_version, fmt::format("Unsupported entity type {}", type)};
    }
    auto wanted = want(component);
    if (!wanted.ok()) return wanted.error();
    filter.emplace(type, *wanted);
  }
  if (filter.contains("ip") && filter.size() > 1) {
    return Problem{Errc::invalid_request,
                   "Invalid entity filter component combination. IP filter component should not be used with user or "
                   "clientId filter component."};
  }
  return filter;
}

bool takes(const Filter& filter, bool strict, const metadata::QuotaEntity& entity) {
  if (strict && entity.size() != filter.size()) return false;
  for (const auto& [type, wanted] : filter) {
    const auto at = entity.find(type);
    if (at == entity.end()) return false;
    if (wanted.any) continue;
    if (at->second.has_value() != wanted.name.has_value()) return false;
    if (wanted.name && *at->second != *wanted.name) return false;
  }
  return true;
}

// Kafka answers in the order of the java.util.HashMaps that it keeps quotas in, which tests of clients have come to
// expect. Such a map has the fewest buckets of which three quarters hold all, a power of two; what shares one stands in
// the order in which it came out of the map of changes, of 16 buckets.
struct JavaPlace {
  std::uint32_t bucket = 0;
  std::uint32_t bucket_of_16 = 0;
  friend auto operator<=>(const JavaPlace&, const JavaPlace&) = default;
};

JavaPlace java_place(std::uint32_t hash, std::size_t count) {
  std::uint32_t buckets = 1;
  while (3 * buckets / 4 < count) buckets *= 2;
  const std::uint32_t spread = hash ^ (hash >> 16);
  return {spread & (buckets - 1), spread & 15};
}

std::uint32_t java_hash(std::string_view text) {
  return static_cast<std::uint32_t>(coordinator::java_string_hash(text));
}

std::uint32_t java_hash(const metadata::QuotaEntity& entity) {
  std::uint32_t hash = 31;
  for (const auto& [type, name] : entity) hash += java_hash(type) ^ (name ? java_hash(*name) : 0);
  return hash;
}

// Pairs in the order of a java.util.HashMap whose keys have these hashes; equal ones stay as they are.
template <typename Key, typename Value, typename HashOf>
std::vector<std::pair<Key, Value>> ordered_as_java(const std::vector<std::pair<Key, Value>>& pairs, HashOf hash_of) {
  std::vector<std::pair<JavaPlace, std::size_t>> places;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    places.emplace_back(java_place(hash_of(pairs[i].first), pairs.size()), i);
  }
  std::sort(places.begin(), places.end());
  std::vector<std::pair<Key, Value>> ordered;
  ordered.reserve(pairs.size());
  for (const auto& [place, index] : places) ordered.push_back(pairs[index]);
  return ordered;
}

void show(const metadata::QuotaEntity& entity, const metadata::Quotas& quotas,
          DescribeClientQuotasResponse::EntryData& entry) {
  for (const auto& [type, name] : entity) {
    auto& part = entry.entity.emplace_back();
    part.entity_type = type;
    part.entity_name = name ? std::optional<std::string_view>(*name) : std::nullopt;
  }
  const std::vector<std::pair<std::string_view, double>> values(quotas.begin(), quotas.end());
  for (const auto& [key, value] : ordered_as_java(values, [](std::string_view text) { return java_hash(text); })) {
    entry.values.push_back({key, value});
  }
}

}  // namespace

void describe_client_quotas(RequestPtr request, Broker& broker) {
  const auto body = read_body<DescribeClientQuotasRequest>(*request);
  if (!body) return;
  DescribeClientQuotasResponse response;
  const auto filter = filter_of(*body);
  if (!filter.ok()) {
    response.error_code = protocol::to_wire(filter.error().error);
    response.error_message = filter.error().message;
    response.entries = std::nullopt;
    return answer(*request, response);
  }
  const metadata::ImagePtr image = broker.image();
  const auto hash_of = [](const metadata::QuotaEntity* entity) { return java_hash(*entity); };
  for (const auto& [entity, quotas] : ordered_as_java(image->quotas(), hash_of)) {
    if (takes(*filter, body->strict, *entity)) show(*entity, *quotas, response.entries->emplace_back());
  }
  answer(*request, response);
}

}  // namespace millrace::broker
