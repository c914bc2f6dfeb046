// `millrace decode`: any message of Kafka's protocol, from hexadecimal to JSON.
#include <array>

#include "apps/millrace/commands.h"
#include "protocol/tool_decode.h"

namespace millrace::apps {
namespace {

constexpr auto kOperands = std::to_array<cli::Operand>({{"HEX"}});
constexpr auto kOptions = std::to_array<cli::OptionSpec>({
    {"api", "API", "Required: name or key: Metadata, 3, TopicRecord, RequestHeader, ..."},
    {"version", "N", "Required: the message's version"},
    {"kind", "request|response|record|header", "Required: what it is"},
    {"records", "", "Show record batches, in base64"},
});
constexpr auto kExamples = std::to_array<cli::Example>({
    {"millrace decode --kind response --api Heartbeat --version 0 0000", "Bytes out of a packet capture"},
});

cli::Outcome<int> run(cli::Call& call) {
  protocol::DecodeQuery query;
  for (const auto& [name, into] : {std::pair{"api", &query.api}, {"version", &query.version}, {"kind", &query.kind}}) {
    auto value = call.required(name);
    if (!value) return value.error();
    *into = *std::move(value);
  }
  query.hex = call.operand(0);
  query.records = call.options().has("records");
  const auto output = protocol::tool_decode(query);
  call.console().out(output.out);
  call.console().err(output.err);
  return output.exit_code;
}

}  // namespace

const cli::Command kDecode{.name = "decode",
                           .about = "Print a message of Kafka's protocol as JSON",
                           .operands = kOperands,
                           .options = kOptions,
                           .examples = kExamples,
                           .run = run};

}  // namespace millrace::apps
