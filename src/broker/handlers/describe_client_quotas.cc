// DescribeClientQuotas (KIP-546): the quotas of the entities that a filter takes.
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "broker/arena.h"
#include "broker/handlers/handlers.h"
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
  for (const auto& [entity, quotas] : image->quotas()) {
    if (!takes(*filter, body->strict, *entity)) continue;
    auto& entry = response.entries->emplace_back();
    for (const auto& [type, name] : *entity) {
      auto& part = entry.entity.emplace_back();
      part.entity_type = type;
      part.entity_name = name ? std::optional<std::string_view>(*name) : std::nullopt;
    }
    for (const auto& [key, value] : *quotas) entry.values.push_back({key, value});
  }
  answer(*request, response);
}

}  // namespace millrace::broker
