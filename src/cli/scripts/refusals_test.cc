// Options that the scripts refuse before they connect to anything, in the words of the originals.
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cli/scripts/script.h"

namespace millrace::cli {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

struct Refusal {
  const char* script;
  Arguments arguments;
  std::string line;  // the first on stderr
};

// How a call of the script ends: the first line on stderr, which comes with exit code 1 and nothing on stdout.
std::string refused(const Refusal& call) {
  File out(std::tmpfile(), std::fclose), err(std::tmpfile(), std::fclose), in(std::tmpfile(), std::fclose);
  Console console(out.get(), err.get(), in.get());
  Arguments arguments{"--bootstrap-server", "localhost:1"};
  arguments.insert(arguments.end(), call.arguments.begin(), call.arguments.end());
  EXPECT_EQ(find_script(call.script)->run(arguments, console), 1);
  EXPECT_EQ(std::ftell(out.get()), 0);
  std::rewind(err.get());
  std::string text(4096, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), err.get()));
  return text.substr(0, text.find('\n'));
}

TEST(ScriptRefusals, SayWhichOptionIsWrong) {
  const std::string execute = "--execute", file = "--reassignment-json-file";
  const std::vector<Refusal> refusals{
      {"kafka-reassign-partitions", {"--list", "--disallow-replication-factor-change"},
       R"(Option "[disallow-replication-factor-change]" can't be used with action "[list]")"},
      {"kafka-reassign-partitions", {execute, file, "f", "--throttle", "10MB"},
       "Cannot parse argument '10MB' of option throttle"},
      {"kafka-reassign-partitions", {execute, file, "f", "--timeout", ""},
       "Cannot parse argument '' of option timeout"},
      {"kafka-features", {"describe", "--node-id", "-3"}, "Invalid node id -3: must be non-negative."},
      {"kafka-features", {"describe", "--node-id", "one"},
       "Command line error: argument --node-id: could not convert 'one' to Integer (32-bit integer). Type --help for "
       "help."},
      {"kafka-features", {"upgrade", "--feature", "f=1", "--unsafe"},
       "Command line error: unrecognized arguments: '--unsafe'. Type --help for help."},
      {"kafka-metadata-quorum", {"describe", "--status", "--dry-run"},
       "kafka-metadata-quorum: error: unrecognized arguments: '--dry-run'"},
      {"kafka-leader-election", {"--election-type", "preferred", "--topic", "t", "--partition", "x"},
       "Cannot parse argument 'x' of option partition"},
      {"kafka-leader-election",
       {"--election-type", "preferred", "--all-topic-partitions", "--command-config", "a", "--admin.config", "b"},
       R"(Option "[command-config]" can't be used with option "[admin.config]")"},
      {"kafka-console-consumer", {"--topic", "t", "--max-messages", "ten"},
       "Cannot parse argument 'ten' of option max-messages"},
      {"kafka-consumer-perf-test", {"--topic", "t", "--num-records", "1e6"},
       "Cannot parse argument '1e6' of option num-records"},
  };
  for (const Refusal& refusal : refusals) EXPECT_EQ(refused(refusal), refusal.line) << refusal.script;
}

}  // namespace
}  // namespace millrace::cli
