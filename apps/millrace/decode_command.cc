// `millrace decode`: any message of Kafka's protocol, from hexadecimal to JSON.
#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "apps/millrace/commands.h"
#include "protocol/tool_decode.h"

namespace millrace::apps {

void add_decode(CLI::App& app, int& exit_code) {
  auto query = std::make_shared<protocol::DecodeQuery>();
  auto* command = app.add_subcommand("decode", "Print a message of Kafka's protocol as JSON");
  command->add_option("--api", query->api, "Name or key: Metadata, 3, TopicRecord, RequestHeader, ...")->required();
  command->add_option("--version", query->version, "The message's version")->required();
  command->add_option("--kind", query->kind, "request, response, record or header")->required();
  command->add_flag("--records", query->records, "Show record batches, in base64");
  command->add_option("hex", query->hex, "The message's bytes")->required();
  command->callback([query, &exit_code] {
    const auto output = protocol::tool_decode(*query);
    fmt::print("{}", output.out);
    fmt::print(stderr, "{}", output.err);
    exit_code = output.exit_code;
  });
}

}  // namespace millrace::apps
