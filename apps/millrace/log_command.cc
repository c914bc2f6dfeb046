// `millrace log`: what lies in log directories.
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/millrace/commands.h"
#include "inspect/dump.h"
#include "inspect/recover.h"
#include "inspect/verify.h"
#include "log/mark_file.h"
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

int verify(const std::vector<std::string>& directories) {
  runtime::SystemFiles files;
  Streams streams;
  int exit_code = kDone;
  for (const auto& directory : directories) {
    const auto verified = inspect::verify_directory(files, directory);
    if (!verified) {
      streams.err(directory + ": " + to_string(verified.error()) + "\n");
      return kFailed;
    }
    for (const auto& finding : verified->findings) streams.out(finding.text() + "\n");
    streams.err(directory + ": " + std::to_string(verified->partitions) + " partitions, " +
                std::to_string(verified->batches) + " batches, " + std::to_string(verified->findings.size()) +
                " findings\n");
    if (!verified->findings.empty()) exit_code = cli::kCheckFailed;
  }
  return exit_code;
}

struct RecoverArguments {
  std::string directory;
  std::string partition;
  bool yes = false;
};

void show(const inspect::Loss& loss, Streams& streams) {
  streams.out(loss.partition + ": " + loss.file + " at position " + std::to_string(loss.position) + ", offset " +
              std::to_string(loss.offset.value()) + ": " + loss.why + "\n");
  streams.out("  lost: " + std::to_string(loss.bytes) + " bytes, every record from offset " +
              std::to_string(loss.offset.value()) +
              (loss.last_seen == kNoOffset ? "" : " to " + std::to_string(loss.last_seen.value())) +
              " on; among them " +
              std::to_string(loss.readable) + " batches that are whole\n");
  for (const auto& segment : loss.segments) streams.out("  lost: " + segment + "\n");
}

int recover(const RecoverArguments& arguments) {
  runtime::SystemFiles files;
  Streams streams;
  const auto failed = [&](const std::string& what, Error error) {
    streams.err(what + ": " + to_string(error) + "\n");
    return kFailed;
  };
  if (const auto locked = files.lock(arguments.directory + "/.lock"); !locked) {
    const char* why = locked.error() == Error::exists ? " is in use by a server" : "";
    return failed(arguments.directory + why, locked.error());
  }
  // What a journal holds belongs into the segments before anything is judged, as at every start of a server.
  if (const auto marks = log::gather_marks(files, arguments.directory); !marks) {
    return failed(arguments.directory, marks.error());
  }
  const auto entries = files.list(arguments.directory);
  if (!entries) return failed(arguments.directory, entries.error());
  std::size_t found = 0;
  for (const auto& entry : *entries) {
    const bool metadata = entry.name.starts_with("__cluster_metadata-");
    const bool asked = arguments.partition.empty() ? !metadata : entry.name == arguments.partition;
    if (!entry.is_directory || !asked) continue;
    const auto loss = inspect::find_loss(files, arguments.directory + "/" + entry.name);
    if (!loss) return failed(entry.name, loss.error());
    if (!*loss) continue;
    ++found;
    show(**loss, streams);
    if (!arguments.yes) continue;
    const auto kept = inspect::cut_loss(files, arguments.directory, **loss);
    if (!kept) return failed(entry.name, kept.error());
    for (const auto& name : *kept) streams.out("  kept in " + entry.name + "/" + name + "\n");
  }
  if (found == 0) streams.out("Nothing to recover.\n");
  if (found > 0 && !arguments.yes) streams.out("Nothing was changed: call it with -y to cut these logs there.\n");
  return kDone;
}

constexpr auto kPaths = std::to_array<cli::Operand>({{"PATH", false, true}});
constexpr auto kDirectories = std::to_array<cli::Operand>({{"DIRECTORY", false, true}});
constexpr auto kDirectory = std::to_array<cli::Operand>({{"DIRECTORY"}});
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
constexpr auto kVerifyExamples =
    std::to_array<cli::Example>({{"millrace log verify millrace-data", "Is anything damaged?"}});
constexpr auto kRecoverOptions = std::to_array<cli::OptionSpec>({
    {"partition", "TOPIC-PARTITION", "Only this one"},
    {"yes", "", "Do it: without, what would be lost is shown and nothing is cut", false, "y"},
});
constexpr auto kRecoverExamples = std::to_array<cli::Example>({
    {"millrace log recover millrace-data", "What would be lost"},
    {"millrace log recover millrace-data --partition orders-0 -y", "Cut one log where it is damaged"},
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

cli::Outcome<int> run_verify(cli::Call& call) { return verify(call.operands()); }

cli::Outcome<int> run_recover(cli::Call& call) {
  return recover({call.operand(0), call.options().get("partition"), call.options().has("yes")});
}

}  // namespace

const cli::Command kLogDump{.name = "log dump",
                            .about = "Print the files of log directories",
                            .operands = kPaths,
                            .options = kDumpOptions,
                            .examples = kDumpExamples,
                            .run = run_dump};
const cli::Command kLogVerify{.name = "log verify",
                              .about = "Check every file of log directories; exit code 5 if one is wrong",
                              .operands = kDirectories,
                              .examples = kVerifyExamples,
                              .run = run_verify};
const cli::Command kLogRecover{.name = "log recover",
                               .about = "Cut damaged logs so that a server opens them for writing again",
                               .details = "The directory is one that no server uses.",
                               .operands = kDirectory,
                               .options = kRecoverOptions,
                               .examples = kRecoverExamples,
                               .run = run_recover};

}  // namespace millrace::apps
