// kafka-configs of users, clients and addresses: quotas, and the users' credentials.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "cli/scripts/configs.h"

namespace millrace::cli {
namespace {

using client::ScramMechanism;
using Names = std::vector<std::string>;

constexpr std::array<std::string_view, 4> kRates{"producer_byte_rate", "consumer_byte_rate", "request_percentage",
                                                 "controller_mutation_rate"};
constexpr std::string_view kConnections = "connection_creation_rate";
constexpr std::int32_t kIterations = 4096;  // the fewest that are allowed, and those of whoever names none

struct Mechanism {
  std::string_view name;
  std::string_view constant;  // as Kafka's errors call it
  ScramMechanism value;
};
constexpr auto kMechanisms = std::to_array<Mechanism>({
    {"SCRAM-SHA-256", "SCRAM_SHA_256", ScramMechanism::sha256},
    {"SCRAM-SHA-512", "SCRAM_SHA_512", ScramMechanism::sha512},
});

const Mechanism* mechanism_of(std::string_view name) {
  const auto at = std::ranges::find(kMechanisms, name, &Mechanism::name);
  return at == kMechanisms.end() ? nullptr : &*at;
}

bool is_rate(std::string_view name) { return std::ranges::find(kRates, name) != kRates.end(); }

ConfigFailure refused(std::string line) { return {std::move(line), std::nullopt}; }
ConfigFailure failed(const client::Error& error) { return {{}, error}; }

const ConfigEntity* of_type(const std::vector<ConfigEntity>& entities, std::string_view type) {
  for (const ConfigEntity& entity : entities) {
    if (entity.kind->type == type) return &entity;
  }
  return nullptr;
}

std::vector<client::QuotaFilter> conditions_of(const std::vector<ConfigEntity>& entities) {
  using Match = client::QuotaFilter::Match;
  std::vector<client::QuotaFilter> conditions;
  for (const ConfigEntity& entity : entities) {
    const Match match = !entity.name ? Match::any : entity.name->empty() ? Match::the_default : Match::exactly;
    conditions.push_back({std::string(entity.kind->quota_kind), match, entity.name.value_or("")});
  }
  return conditions;
}

std::string entity_text(const client::QuotaEntity& entity) {
  constexpr std::array<std::pair<const char*, const char*>, 3> kWords{
      {{"user", "user-principal"}, {"client-id", "client-id"}, {"ip", "ip"}}};
  Names parts;
  for (const auto& [kind, word] : kWords) {
    const auto at = entity.find(kind);
    if (at == entity.end()) continue;
    parts.push_back(at->second ? fmt::format("{} '{}'", word, *at->second) : fmt::format("the default {}", word));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

// Which of the changes are quotas, which are credentials, and which are neither.
struct Sorted {
  bool quotas = false;
  Names credentials[2];  // to be set, to be removed
  Names unknown[2];
};

Sorted sort(const std::vector<client::AlterConfig>& changes) {
  Sorted sorted;
  for (const auto& change : changes) {
    const std::size_t removed = change.value ? 0 : 1;
    if (is_rate(change.name)) {
      sorted.quotas = true;
    } else if (mechanism_of(change.name) != nullptr) {
      sorted.credentials[removed].push_back(change.name);
    } else {
      sorted.unknown[removed].push_back(change.name);
    }
  }
  return sorted;
}

ConfigDone check_users(const std::vector<ConfigEntity>& entities, const Sorted& sorted) {
  constexpr std::array<const char*, 2> kDone{"added", "deleted"};
  const bool clients = of_type(entities, "clients") != nullptr;
  for (std::size_t i = 0; i < 2; ++i) {
    Names wrong = sorted.unknown[i];
    if (clients) wrong.insert(wrong.end(), sorted.credentials[i].begin(), sorted.credentials[i].end());
    if (wrong.empty()) continue;
    return refused(fmt::format("Only quota {}configs can be {} for '{}' using --bootstrap-server. Unexpected config "
                               "names: {}({})",
                               clients ? "" : "and SCRAM credential ", kDone[i], clients ? "clients" : "users",
                               i == 0 ? "Set" : "ArrayBuffer", fmt::join(wrong, ", ")));
  }
  if (sorted.credentials[0].empty() && sorted.credentials[1].empty()) return {};
  if (entities.front().name->empty()) {
    return refused("The use of --entity-default or --user-defaults is not allowed with User SCRAM Credentials using "
                   "--bootstrap-server.");
  }
  if (sorted.quotas) {
    return refused("Cannot alter both quota and SCRAM credential configs simultaneously for 'users' using "
                   "--bootstrap-server.");
  }
  return {};
}

// "iterations=8192,password=secret" or "password=secret".
Result<client::ScramChange, ConfigFailure> credential(const std::string& user, const client::AlterConfig& change) {
  const Mechanism& mechanism = *mechanism_of(change.name);
  client::ScramChange result{user, mechanism.value, std::nullopt, kIterations};
  if (!change.value) return result;
  std::string_view text = *change.value;
  std::optional<std::int64_t> iterations = kIterations;
  constexpr std::string_view kFirst = "iterations=";
  if (text.starts_with(kFirst)) {
    const std::size_t comma = std::min(text.find(','), text.size());
    iterations = whole_number(text.substr(kFirst.size(), comma - kFirst.size()));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  constexpr std::string_view kSecond = "password=";
  if (!iterations || !text.starts_with(kSecond)) {
    return refused(fmt::format("Invalid credential property {}={}", mechanism.constant, *change.value));
  }
  if (*iterations == -1) iterations = kIterations;
  if (*iterations < kIterations) {
    return refused(fmt::format("Iterations {} is less than the minimum {} required for {}", *iterations, kIterations,
                               mechanism.name));
  }
  result.iterations = static_cast<std::int32_t>(*iterations);
  result.password = std::string(text.substr(kSecond.size()));
  return result;
}

ConfigDone alter_credentials(client::Admin& admin, const std::string& user,
                             const std::vector<client::AlterConfig>& changes) {
  std::vector<client::ScramChange> credentials;
  for (const auto& change : changes) {
    auto made = credential(user, change);
    if (!made) return made.error();
    credentials.push_back(*std::move(made));
  }
  const auto altered = admin.alter_scram_users(std::move(credentials)).get();
  if (!altered) return failed(altered.error());
  for (const auto& item : *altered) {
    if (!item.result) return failed(item.result.error());
  }
  return {};
}

void describe_credentials(client::Admin& admin, Console& console, const ConfigEntity& users) {
  const auto found = admin.describe_scram_users(users.name ? Names{*users.name} : Names{}).get();
  if (!found) return;
  std::map<std::string, std::string> lines;
  for (const auto& item : *found) {
    if (!item.result) continue;
    Names parts;
    for (const auto& credential : *item.result) {
      const auto at = std::ranges::find(kMechanisms, credential.mechanism, &Mechanism::value);
      parts.push_back(fmt::format("{}=iterations={}", at == kMechanisms.end() ? "UNKNOWN" : at->name,
                                  credential.iterations));
    }
    lines[item.key] = fmt::format("SCRAM credential configs for user-principal '{}' are {}\n", item.key,
                                  fmt::join(parts, ", "));
  }
  for (const auto& [user, line] : lines) console.out(line);
}

}  // namespace

std::string java_double(double value) {
  const double size = std::fabs(value);
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  if (size == 0 || (size >= 1e-3 && size < 1e7)) {
    const std::string text = fmt::format("{}", value);
    return text.find('.') == std::string::npos ? text + ".0" : text;
  }
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::scientific);
  const std::string_view text(digits.data(), static_cast<std::size_t>(end.ptr - digits.data()));
  const std::size_t e = text.find('e');
  const std::string_view mantissa = text.substr(0, e);
  return fmt::format("{}{}E{}", mantissa, mantissa.find('.') == std::string_view::npos ? ".0" : "",
                     whole_number(text.substr(text[e + 1] == '+' ? e + 2 : e + 1)).value_or(0));
}

ConfigDone describe_quotas(client::Admin& admin, Console& console, const std::vector<ConfigEntity>& entities) {
  const auto quotas = admin.describe_quotas(conditions_of(entities), true).get();
  if (!quotas) return failed(quotas.error());
  for (const auto& [entity, values] : *quotas) {
    Names parts;
    for (const auto& [name, value] : values) parts.push_back(fmt::format("{}={}", name, java_double(value)));
    console.print("Quota configs for {} are {}\n", entity_text(entity), fmt::join(parts, ", "));
  }
  const ConfigEntity* users = of_type(entities, "users");
  const bool only_users = users != nullptr && entities.size() == 1;
  if (only_users && (!users->name || !users->name->empty())) describe_credentials(admin, console, *users);
  return {};
}

ConfigDone alter_quotas(client::Admin& admin, const std::vector<ConfigEntity>& entities,
                        const std::vector<client::AlterConfig>& changes) {
  if (of_type(entities, "ips") != nullptr) {
    Names wrong;
    for (const auto& change : changes) {
      if (change.name != kConnections) wrong.push_back(change.name);
    }
    if (!wrong.empty()) {
      return refused(fmt::format("Only connection quota configs can be added for 'ips' using --bootstrap-server. "
                                 "Unexpected config names: {}",
                                 fmt::join(wrong, ",")));
    }
  } else {
    const Sorted sorted = sort(changes);
    MR_TRY(check_users(entities, sorted));
    if (!sorted.quotas) return alter_credentials(admin, *entities.front().name, changes);
  }
  const auto now = admin.describe_quotas(conditions_of(entities), true).get();
  if (!now) return failed(now.error());
  client::QuotaChange change;
  for (const ConfigEntity& entity : entities) {
    const std::string& name = *entity.name;
    change.entity[std::string(entity.kind->quota_kind)] = name.empty() ? std::nullopt : std::optional(name);
  }
  Names missing;
  for (const auto& [name, value, operation] : changes) {
    if (!value) {
      if (now->empty() || !now->begin()->second.contains(name)) missing.push_back(name);
      change.values[name] = std::nullopt;
      continue;
    }
    double number = 0;
    const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
    if (value->empty() || error != std::errc() || end != value->data() + value->size()) {
      return refused(fmt::format("Cannot parse quota configuration value for {}: {}", name, *value));
    }
    change.values[name] = number;
  }
  if (!missing.empty()) return refused(fmt::format("Invalid config(s): {}", fmt::join(missing, ",")));
  const auto altered = admin.alter_quotas({std::move(change)}).get();
  if (!altered) return failed(altered.error());
  if (const auto& result = altered->front().result; !result) return failed(result.error());
  return {};
}

}  // namespace millrace::cli
