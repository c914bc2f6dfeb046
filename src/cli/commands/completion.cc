#include "cli/completion.h"

#include <array>

#include "cli/commands/commands.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"bash|zsh|fish"}});
constexpr auto kExamples = std::to_array<Example>({
    {"source <(millrace completion bash)", "In this shell; topics and groups are completed too"},
    {"millrace completion zsh > \"${fpath[1]}/_millrace\"", "For zsh, for good"},
    {"millrace completion fish > ~/.config/fish/completions/millrace.fish", "For fish, for good"},
});
constexpr auto kWords = std::to_array<Operand>({{"WORD", true, true}});

Outcome<int> run(Call& call) {
  const std::string script = completion_script(call.operand(0));
  if (script.empty()) return Failure{kUsage, "there are scripts for bash, zsh and fish"};
  call.console().out(script);
  return kDone;
}

Outcome<int> words(Call& call) {
  for (const auto& word : candidates(call.commands(), call.operands(), call.surroundings())) {
    call.console().print("{}\n", word);
  }
  return kDone;
}

}  // namespace

const Command kCompletion{.name = "completion",
                          .about = "Print the script by which a shell completes commands, topics and groups",
                          .operands = kOperands,
                          .examples = kExamples,
                          .run = run};
const Command kCompletionWords{.name = "completion words",
                               .about = "Print the candidates for the last of these words",
                               .operands = kWords,
                               .run = words,
                               .hidden = true};

}  // namespace millrace::cli
