// `millrace decode`: any message of Kafka's protocol, from hexadecimal to JSON.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "apps/millrace/commands.h"
#include "protocol/tool_decode.h"

namespace millrace::apps {
namespace {

struct DecodeArgs {
  std::string api;
  std::string version;
  std::string kind;
  std::string hex;
};

}  // namespace

void add_decode(CLI::App& app, int& exit_code) {
  auto args = std::make_shared<DecodeArgs>();
  auto* command = app.add_subcommand("decode", "Print a message of Kafka's protocol as JSON");
  command->add_option("--api", args->api, "Name or key: Metadata, 3, TopicRecord, RequestHeader, ...")->required();
  command->add_option("--version", args->version, "The message's version")->required();
  command->add_option("--kind", args->kind, "request, response, record or header")->required();
  command->add_option("hex", args->hex, "The message's bytes")->required();
  command->callback([args, &exit_code] {
    const std::array<std::string_view, 7> words = {"--api",  args->api,  "--version", args->version,
                                                   "--kind", args->kind, args->hex};
    const auto output = protocol::tool_decode(words);
    fmt::print("{}", output.out);
    fmt::print(stderr, "{}", output.err);
    exit_code = output.exit_code;
  });
}

}  // namespace millrace::apps
