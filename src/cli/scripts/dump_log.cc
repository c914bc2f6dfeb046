// kafka-dump-log.
#include <array>

#include "cli/scripts/script.h"
#include "inspect/dump.h"
#include "runtime/blocking_files.h"

namespace millrace::cli {
namespace {

constexpr auto kOptions = std::to_array<OptionSpec>({
    {"files", "LIST", "Required: the files, with commas between them"},
    {"print-data-log", "", "Print what is in the records"},
    {"deep-iteration", "", "A line per record"},
    {"verify-index-only", "", "Compare indexes with the log and print nothing of them"},
    {"index-sanity-check", "", "Only whether a broker would keep the index at its start"},
    {"max-bytes", "BYTES", "At most so many bytes of each log"},
    {"max-message-size", "BYTES", "Does nothing: records of any size are read"},
    {"skip-record-metadata", "", "Without offset, time and sizes of the records"},
    {"offsets-decoder", "", "The records are those of __consumer_offsets"},
    {"transaction-log-decoder", "", "The records are those of __transaction_state"},
    {"cluster-metadata-decoder", "", "The records are those of the metadata log"},
    {"share-group-state-decoder", "", "The records are those of __share_group_state"},
    {"remote-log-metadata-decoder", "", "The records are those of __remote_log_metadata"},
    {"value-decoder-class", "CLASS", "org.apache.kafka.tools.api.StringDecoder (the default)", true},
    {"key-decoder-class", "CLASS", "org.apache.kafka.tools.api.StringDecoder (the default)", true},
    {"help", "", "Show this"},
    {"version", "", "Show the version"},
});

constexpr std::array<std::pair<std::string_view, inspect::Decoder>, 5> kDecoders{{
    {"offsets-decoder", inspect::Decoder::offsets},
    {"transaction-log-decoder", inspect::Decoder::transactions},
    {"cluster-metadata-decoder", inspect::Decoder::cluster_metadata},
    {"share-group-state-decoder", inspect::Decoder::share_state},
    {"remote-log-metadata-decoder", inspect::Decoder::remote_metadata},
}};

// Kafka's words for a class that keys and values cannot be read with, or for too little to be read.
std::optional<std::string> wrong_decoder(const Options& options) {
  if (const auto most = whole_number(options.get("max-bytes")); most && *most < 0) {
    return fmt::format("Invalid size: {}", *most);
  }
  constexpr std::string_view kText = "org.apache.kafka.tools.api.StringDecoder";
  constexpr std::string_view kPlain = "org.apache.kafka.tools.api.DefaultDecoder";
  for (const char* option : {"key-decoder-class", "value-decoder-class"}) {
    const auto name = options.value(option);
    if (!name || *name == kText || *name == kPlain) continue;
    return fmt::format("Failed to load decoder class {}: there are {} and {}", *name, kText, kPlain);
  }
  return std::nullopt;
}

class ToConsole final : public inspect::Output {
 public:
  explicit ToConsole(Console& console) : console_(console) {}
  void out(std::string_view text) override { console_.out(text); }
  void err(std::string_view text) override {
    console_.flush();
    console_.err(text);
  }

 private:
  Console& console_;
};

}  // namespace

int kafka_dump_log(const Arguments& arguments, Console& console) {
  const auto options = script_options(arguments, console,
                                      "This tool helps to parse a log file and dump its contents to the console, "
                                      "useful for debugging a seemingly corrupt log segment.", kOptions);
  if (!options) return options.error();
  if (!options->has("files")) return script_usage(console, "Missing required argument \"[files]\"", kOptions);
  auto wrong = not_an_int(*options, {"max-bytes", "max-message-size"});
  if (!wrong) wrong = given_twice(*options, kOptions);
  if (!wrong) wrong = wrong_decoder(*options);
  if (wrong) {
    console.complain("{}\n", *wrong);
    return 1;
  }
  inspect::DumpOptions how;
  how.decoder = inspect::Decoder::text;
  for (const auto& [name, decoder] : kDecoders) {
    if (options->has(name)) how.decoder = decoder;
  }
  how.contents = options->has("print-data-log") || how.decoder != inspect::Decoder::text ||
                 options->has("key-decoder-class") || options->has("value-decoder-class");
  how.records = how.contents || options->has("deep-iteration");
  how.record_metadata = !options->has("skip-record-metadata");
  how.print_indexes = !options->has("verify-index-only");
  how.sanity_only = options->has("index-sanity-check");
  if (const auto most = whole_number(options->get("max-bytes")); most && *most >= 0) {
    how.max_bytes = static_cast<std::uint64_t>(*most);
  }
  runtime::SystemFiles files;
  ToConsole output(console);
  int exit_code = 0;
  for (const std::string& file : split_list(options->get("files"))) {
    const auto status = inspect::dump_file(files, file, how, output);
    if (status) continue;
    output.err(file + ": " + to_string(status.error()) + "\n");
    exit_code = 1;
  }
  return exit_code;
}

}  // namespace millrace::cli
