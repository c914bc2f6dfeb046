#include "broker/quotas/choice.h"

namespace millrace::broker::quotas {

namespace {

enum class Named : std::uint8_t { no, by_name, by_default };

// The levels, the most specific first.
struct Level {
  Named user;
  Named client;
};
constexpr Level kLevels[] = {
    {Named::by_name, Named::by_name},    {Named::by_name, Named::by_default},    {Named::by_name, Named::no},
    {Named::by_default, Named::by_name}, {Named::by_default, Named::by_default}, {Named::by_default, Named::no},
    {Named::no, Named::by_name},         {Named::no, Named::by_default},
};

void name(metadata::QuotaEntity& entity, const char* type, Named how, std::string_view value) {
  if (how == Named::no) return;
  entity[type] = how == Named::by_name ? std::optional(std::string(value)) : std::nullopt;
}

std::optional<double> value_of(const metadata::Image& image, const metadata::QuotaEntity& entity, Kind kind) {
  const metadata::Quotas& quotas = image.quotas(entity);
  const auto found = quotas.find(key_of(kind));
  return found == quotas.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::string_view key_of(Kind kind) {
  switch (kind) {
    case Kind::produce: return "producer_byte_rate";
    case Kind::fetch: return "consumer_byte_rate";
    case Kind::request: return "request_percentage";
    case Kind::mutation: return "controller_mutation_rate";
    case Kind::connection: return "connection_creation_rate";
  }
  return "";
}

std::optional<Limit> limit_for(const metadata::Image& image, Kind kind, std::string_view user,
                               std::string_view client) {
  for (const Level& level : kLevels) {
    if (level.client != Named::no && client.empty()) continue;
    if (level.user != Named::no && user.empty()) continue;
    metadata::QuotaEntity entity;
    name(entity, "user", level.user, user);
    name(entity, "client-id", level.client, client);
    const std::optional<double> limit = value_of(image, entity, kind);
    if (!limit) continue;
    std::string owner;
    if (level.user != Named::no) owner += user;
    owner += '\0';
    if (level.client != Named::no) owner += client;
    return Limit{std::move(owner), *limit};
  }
  return std::nullopt;
}

std::optional<Limit> limit_for_address(const metadata::Image& image, std::string_view address) {
  for (const Named how : {Named::by_name, Named::by_default}) {
    metadata::QuotaEntity entity;
    name(entity, "ip", how, address);
    const std::optional<double> limit = value_of(image, entity, Kind::connection);
    if (limit) return Limit{std::string(address), *limit};
  }
  return std::nullopt;
}

}  // namespace millrace::broker::quotas
