#pragma once

#include <array>
#include <vector>

#include "cli/commands/parts.h"

// Changing settings: `config set` and `topic alter` are the same, for other things.
namespace millrace::cli {

inline constexpr auto kChangeColumns = std::to_array<Column>({
    {"resource", Type::text, "whose settings, as KIND/NAME"},
    {"changes", Type::texts, "what was asked for: name=value, name+=value, name-=value, or -name"},
    kDoneColumn,
    kErrorColumn,
});
inline constexpr auto kChangeTables = std::to_array<TableSpec>({{"resources", kChangeColumns}});
inline constexpr auto kChangeOptions = std::to_array<OptionSpec>({
    {"delete", "NAME", "Back to what holds without it; may be given several times", false, "d"},
    {"append", "NAME=VALUE", "Add to a list"},
    {"subtract", "NAME=VALUE", "Take from a list"},
    kCheckOnly,
});

// Applies `sets` (NAME=VALUE) and what --delete, --append and --subtract say to each resource, and prints what became
// of each. kUsage where nothing is to be changed.
Outcome<int> change_settings(Call& call, std::vector<client::ConfigResource> resources,
                             const std::vector<std::string>& sets);

}  // namespace millrace::cli
