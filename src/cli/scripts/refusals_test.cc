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
       "Command line error: argument --node-id: could not convert 'one' to Integer (For input string: \"one\"). Type "
       "--help for help."},
      {"kafka-features", {"describe", "extra"},
       "Command line error: unrecognized arguments: 'extra'. Type --help for help."},
      {"kafka-metadata-quorum", {}, "kafka-metadata-quorum: error: too few arguments"},
      {"kafka-metadata-quorum", {"remove-controller", "-i", "1"},
       "kafka-metadata-quorum: error: argument --controller-directory-id/-d is required"},
      {"kafka-producer-perf-test", {"--topic", "t", "--num-records", "5", "--throughput", "-1"},
       "kafka-producer-perf-test: error: one of the arguments --record-size --payload-file --payload-monotonic is "
       "required"},
      {"kafka-configs", {"--describe", "--topic", "t", "--add-config", "a=b"},
       R"(Option "[describe]" can't be used with option "[add-config]")"},
      {"kafka-configs", {"--alter", "--topic", "", "--add-config", "a=b"},
       "An entity name must be specified with --alter of topics"},
      {"kafka-configs", {"--describe", "--user", "a", "--user", "b"},
       "Found multiple arguments for option user, but you asked for only one"},
      {"kafka-configs", {"--describe", "--topic", "bad name"},
       "Topic name is invalid: 'bad name' contains one or more characters other than ASCII alphanumerics, '.', '_' and "
       "'-'"},
      {"kafka-consumer-groups", {"--list", "--members"},
       "Option(s) [members] are unavailable given other options on the command line"},
      {"kafka-consumer-groups", {"--describe", "--group", "g", "--state", "stable"},
       "Option [describe] does not take a value for [state]"},
      {"kafka-consumer-groups", {"--delete", "--group", "g", "--topic", "t"},
       "The consumer does not support topic-specific offset deletion from a consumer group."},
      {"kafka-consumer-groups", {"--reset-offsets", "--group", "g", "--topic", "t", "--dry-run", "--execute"},
       "Option [reset-offsets] only accepts one of [execute] and [dry-run]"},
      {"kafka-consumer-groups", {"--reset-offsets", "--group", "g", "--to-earliest", "--to-latest", "--dry-run"},
       R"(Option "[to-earliest]" can't be used with option "[to-latest]")"},
      {"kafka-get-offsets", {"--topic", "t["}, "Error occurred: t[ is an invalid regex."},
      {"kafka-dump-log", {"--files", "f.log"}, "bootstrap-server is not a recognized option"},
      {"kafka-console-producer", {"--topic", "t", "--batch-size", "x"},
       "Cannot parse argument 'x' of option batch-size"},
      {"kafka-console-consumer", {"--topic", "t", "--group", "a", "--command-property", "group.id=b"},
       "The group ids provided in different places (directly using '--group', via '--consumer-property', or via "
       "'--consumer.config') do not match. Detected group ids: 'b', 'a'"},
      {"kafka-features", {"upgrade", "--feature", "f=1", "--unsafe"},
       "Command line error: unrecognized arguments: '--unsafe'. Type --help for help."},
      {"kafka-metadata-quorum", {"describe", "--status", "--dry-run"},
       "kafka-metadata-quorum: error: unrecognized arguments: '--dry-run'"},
      {"kafka-leader-election", {"--election-type", "preferred", "--topic", "t", "--partition", "x"},
       "Cannot parse argument 'x' of option partition"},
      {"kafka-leader-election",
       {"--election-type", "preferred", "--all-topic-partitions", "--command-config", "a", "--admin.config", "b"},
       R"(Option "[admin.config]" can't be used with option "[command-config]")"},
      {"kafka-console-consumer", {"--topic", "t", "--max-messages", "ten"},
       "Cannot parse argument 'ten' of option max-messages"},
      {"kafka-consumer-perf-test", {"--topic", "t", "--num-records", "1e6"},
       "Cannot parse argument '1e6' of option num-records"},
  };
  for (const Refusal& refusal : refusals) EXPECT_EQ(refused(refusal), refusal.line) << refusal.script;
}

}  // namespace
}  // namespace millrace::cli
