#pragma once

#include <array>
#include <string>

#include "cli/commands/parts.h"

// Whom quotas are for, as options.
namespace millrace::cli {

inline constexpr auto kEntityOptions = std::to_array<OptionSpec>({
    {"user", "NAME", "Of this user; without a name: the default of users", true, "u"},
    {"client-id", "NAME", "Of this client.id; without a name: the default", true},
    {"ip", "ADDRESS", "Of connections from this address; without one: the default", true},
});

// The entity that the options name; empty where they name none.
client::QuotaEntity entity_of(const Options& options);
// "user/alice,client-id/app"; "user" alone is the default.
std::string entity_text(const client::QuotaEntity& entity);

}  // namespace millrace::cli
