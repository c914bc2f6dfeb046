// `millrace decode`: any message of Kafka's protocol, from hexadecimal to JSON.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <string>

#include "apps/millrace/commands.h"
#include "protocol/tool_decode.h"

namespace millrace::apps {

void add_decode(CLI::App& app, int& exit_code) {
  auto args = std::make_shared<protocol::DecodeArgs>();
  auto* command = app.add_subcommand("decode", "Print a message of Kafka's protocol as JSON");
  command->add_option("--api", args->api, "Name or key: Metadata, 3, TopicRecord, RequestHeader, ...")->required();
  command->add_option("--version", args->version, "The message's version")->required();
  command->add_option("--kind", args->kind, "request, response, record or header")->required();
  command->add_option("hex", args->hex, "The message's bytes")->required();
  command->callback([args, &exit_code] {
    const auto json = protocol::decode_to_json(*args);
    if (json.ok()) {
      fmt::print("{}\n", *json);
      return;
    }
    fmt::print(stderr, "millrace decode: {}\n", json.error());
    exit_code = kFailed;
  });
}

}  // namespace millrace::apps
