#include "cli/commands/commands.h"

#include <array>

#include "cli/program.h"

namespace millrace::cli {

Commands commands() {
  static constexpr auto kAll = std::to_array<const Command*>({
      &kTopicList,
      &kHelp,
  });
  return kAll;
}

}  // namespace millrace::cli
