#include <array>

#include "cli/commands/commands.h"
#include "cli/help.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"COMMAND", true, true}});
constexpr auto kOptions = std::to_array<OptionSpec>({
    {"json", "", "All commands, with options, columns and examples, as JSON"},
    {"markdown", "", "The page docs/commands.md"},
});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace help topic create", "How topics are made"},
    {"millrace help --json", "Everything, for a program"},
});

Outcome<int> run(Call& call) {
  if (call.options().has("json")) {
    call.console().out(help_json(call.commands()));
    return kDone;
  }
  if (call.options().has("markdown")) {
    call.console().out(help_page(call.commands()));
    return kDone;
  }
  const auto chosen = choose(call.commands(), call.operands());
  if (!chosen) return chosen.error();
  const auto* command = chosen->command;
  call.console().out(command != nullptr ? help_text(*command) : list_text(call.commands(), chosen->words));
  return kDone;
}

}  // namespace

const Command kHelp{.name = "help",
                    .about = "Say what a command does and takes",
                    .operands = kOperands,
                    .options = kOptions,
                    .examples = kExamples,
                    .run = run};

}  // namespace millrace::cli
