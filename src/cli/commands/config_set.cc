#include "cli/commands/change_settings.h"
#include "cli/commands/commands.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"RESOURCE"}, {"SETTING=VALUE", true, true}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace config set topic/orders retention.ms=86400000", "Of a topic"},
    {"millrace config set broker log.cleaner.threads=2", "Of all brokers"},
    {"millrace config set broker/1 --delete log.cleaner.threads", "Back to what holds for all"},
    {"millrace config set group/billing consumer.session.timeout.ms=45000", "Of a group"},
});

Outcome<int> run(Call& call) {
  const auto resource = parse_resource(call.operand(0));
  if (!resource) return resource.error();
  return change_settings(call, {*resource}, {call.operands().begin() + 1, call.operands().end()});
}

}  // namespace

const Command kConfigSet{.name = "config set",
                         .about = "Change settings of a topic, broker, group or client-metrics subscription",
                         .operands = kOperands,
                         .options = kChangeOptions,
                         .takes = kTakesCluster | kTakesFormat,
                         .tables = kChangeTables,
                         .examples = kExamples,
                         .run = run};

}  // namespace millrace::cli
