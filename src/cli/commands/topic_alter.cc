#include "cli/commands/change_settings.h"
#include "cli/commands/commands.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"TOPIC", false, true}});
constexpr auto kOptions = std::to_array<OptionSpec>({
    {"config", "NAME=VALUE", "A setting of the topic; may be given several times", false, "c"},
    kChangeOptions[0],
    kChangeOptions[1],
    kChangeOptions[2],
    kChangeOptions[3],
});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace topic alter orders -c retention.ms=86400000", "Keep records for a day"},
    {"millrace topic alter orders events --delete retention.ms", "Back to the brokers' default"},
});

Outcome<int> run(Call& call) {
  std::vector<client::ConfigResource> resources;
  for (const auto& topic : call.operands()) resources.push_back({client::ConfigResourceType::topic, topic});
  return change_settings(call, std::move(resources), call.options().all("config"));
}

}  // namespace

const Command kTopicAlter{.name = "topic alter",
                          .about = "Change settings of topics",
                          .operands = kOperands,
                          .options = kOptions,
                          .takes = kTakesCluster | kTakesFormat,
                          .tables = kChangeTables,
                          .examples = kExamples,
                          .run = run};

}  // namespace millrace::cli
