// `millrace log`: what lies in log directories.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/millrace/commands.h"
#include "inspect/dump.h"
#include "runtime/blocking_files.h"

namespace millrace::apps {
namespace {

class Streams final : public inspect::Output {
 public:
  void out(std::string_view text) override { (void)std::fwrite(text.data(), 1, text.size(), stdout); }
  void err(std::string_view text) override {
    (void)std::fflush(stdout);
    (void)std::fwrite(text.data(), 1, text.size(), stderr);
  }
};

struct DumpArguments {
  std::vector<std::string> paths;
  std::string format = "text";
  std::string decoder;
  bool deep = false;
  bool contents = false;
  bool skip_metadata = false;
  bool verify_only = false;
  bool sanity_only = false;
  std::uint64_t max_bytes = UINT64_MAX;
};

using DecoderName = std::pair<std::string, inspect::Decoder>;
const std::vector<DecoderName>& decoder_names() {
  static const std::vector<DecoderName> names = {
      {"text", inspect::Decoder::text},
      {"offsets", inspect::Decoder::offsets},
      {"transactions", inspect::Decoder::transactions},
      {"cluster-metadata", inspect::Decoder::cluster_metadata},
      {"share-state", inspect::Decoder::share_state},
      {"remote-metadata", inspect::Decoder::remote_metadata},
  };
  return names;
}

int dump(const DumpArguments& arguments) {
  inspect::DumpOptions options;
  options.records = arguments.deep || arguments.contents;
  options.contents = arguments.contents;
  options.record_metadata = !arguments.skip_metadata;
  options.print_indexes = !arguments.verify_only;
  options.sanity_only = arguments.sanity_only;
  options.max_bytes = arguments.max_bytes;
  options.every_file = true;
  options.json = arguments.format == "json";
  for (const auto& [name, decoder] : decoder_names()) {
    if (name == arguments.decoder) options.decoder = decoder;
  }
  runtime::SystemFiles files;
  Streams streams;
  int exit_code = kDone;
  for (const auto& path : arguments.paths) {
    for (const auto& file : inspect::files_under(files, path)) {
      const Status status = inspect::dump_file(files, file, options, streams);
      if (status) continue;
      streams.err(file + ": " + to_string(status.error()) + "\n");
      exit_code = kFailed;
    }
  }
  return exit_code;
}

void add_dump(CLI::App& log, int& exit_code) {
  auto arguments = std::make_shared<DumpArguments>();
  auto* command = log.add_subcommand("dump", "Print the files of log directories");
  command->add_option("paths", arguments->paths, "Files, directories of partitions, log directories")->required();
  command->add_option("--format", arguments->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  command->add_flag("--deep", arguments->deep, "One line per record too");
  command->add_flag("--print-data", arguments->contents, "With what is in the records; decoded for Kafka's own topics");
  std::vector<std::string> names;
  for (const auto& [name, decoder] : decoder_names()) names.push_back(name);
  command->add_option("--decoder", arguments->decoder, "How contents are read, instead of by the directory's name")
      ->check(CLI::IsMember(names));
  command->add_flag("--skip-record-metadata", arguments->skip_metadata, "Leave out offsets, times and sizes of records");
  command->add_flag("--verify-index-only", arguments->verify_only, "Compare indexes with their logs without printing");
  command->add_flag("--index-sanity-check", arguments->sanity_only, "Only whether a broker would keep the indexes");
  command->add_option("--max-bytes", arguments->max_bytes, "Read at most so many bytes of each log");
  command->callback([arguments, &exit_code] { exit_code = dump(*arguments); });
}

}  // namespace

void add_log(CLI::App& app, int& exit_code) {
  auto* log = app.add_subcommand("log", "Look into log directories");
  log->require_subcommand(1);
  add_dump(*log, exit_code);
}

}  // namespace millrace::apps
