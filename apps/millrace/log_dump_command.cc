// `millrace log dump`: what lies in log directories.
#include <array>
#include <cstdio>
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

constexpr auto kPaths = std::to_array<cli::Operand>({{"PATH", false, true}});
constexpr auto kDumpOptions = std::to_array<cli::OptionSpec>({
    {"format", "text|json", "How to print (text)"},
    {"deep", "", "One line per record too"},
    {"print-data", "", "With what is in the records, decoded for Kafka's own topics"},
    {"decoder", "text|offsets|transactions|cluster-metadata|share-state|remote-metadata",
     "How contents are read, instead of by the directory's name"},
    {"skip-record-metadata", "", "Leave out offsets, times, sizes of records"},
    {"verify-index-only", "", "Compare indexes with their logs without printing"},
    {"index-sanity-check", "", "Only whether a broker would keep the indexes"},
    {"max-bytes", "N", "Read at most so many bytes of each log"},
});
constexpr auto kDumpExamples = std::to_array<cli::Example>({
    {"millrace log dump millrace-data/orders-0 --deep", "Batches and records of a partition"},
    {"millrace log dump millrace-data/__cluster_metadata-0 --print-data", "The metadata log, decoded"},
});
cli::Outcome<int> run_dump(cli::Call& call) {
  const auto& options = call.options();
  DumpArguments arguments;
  arguments.paths = call.operands();
  arguments.format = options.get("format", "text");
  arguments.decoder = options.get("decoder");
  arguments.deep = options.has("deep");
  arguments.contents = options.has("print-data");
  arguments.skip_metadata = options.has("skip-record-metadata");
  arguments.verify_only = options.has("verify-index-only");
  arguments.sanity_only = options.has("index-sanity-check");
  const auto most = call.whole_option("max-bytes", 0);
  if (!most) return most.error();
  if (*most) arguments.max_bytes = static_cast<std::uint64_t>(**most);
  return dump(arguments);
}

}  // namespace

const cli::Command kLogDump{.name = "log dump",
                            .about = "Print the files of log directories",
                            .operands = kPaths,
                            .options = kDumpOptions,
                            .examples = kDumpExamples,
                            .run = run_dump};

}  // namespace millrace::apps
