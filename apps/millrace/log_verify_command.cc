// `millrace log verify`: whether files of log directories are as a well-behaved server leaves them.
#include <array>
#include <string>
#include <vector>

#include "apps/millrace/commands.h"
#include "inspect/verify.h"
#include "runtime/blocking_files.h"

namespace millrace::apps {
namespace {

constexpr auto kOperands = std::to_array<cli::Operand>({{"DIRECTORY", false, true}});
constexpr auto kDirectoryColumns = std::to_array<cli::Column>({
    {"directory", cli::Type::text, "its path"},
    {"partitions", cli::Type::whole, "that lie there"},
    {"batches", cli::Type::whole, "that were read"},
    {"findings", cli::Type::whole, "how many there are"},
});
constexpr auto kFindingColumns = std::to_array<cli::Column>({
    {"file", cli::Type::text, "its path"},
    {"position", cli::Type::whole, "in the file, in bytes"},
    {"offset", cli::Type::whole, "of the record that it is about; none: of none"},
    {"what", cli::Type::text, "what is wrong there"},
});
constexpr auto kTables =
    std::to_array<cli::TableSpec>({{"directories", kDirectoryColumns}, {"findings", kFindingColumns}});
constexpr auto kExamples = std::to_array<cli::Example>({
    {"millrace log verify millrace-data", "Is anything damaged?"},
    {"millrace log verify millrace-data --format json", "For a monitor; exit code 5 when something is"},
});

cli::Outcome<int> run(cli::Call& call) {
  runtime::SystemFiles files;
  cli::Table directories(kTables[0]);
  cli::Table findings(kTables[1]);
  for (const std::string& directory : call.operands()) {
    const auto verified = inspect::verify_directory(files, directory);
    if (!verified) {
      call.failed(directory + ": " + to_string(verified.error()));
      continue;
    }
    directories.add({directory, cli::whole(static_cast<std::int64_t>(verified->partitions)),
                     cli::whole(static_cast<std::int64_t>(verified->batches)),
                     cli::whole(std::ssize(verified->findings))});
    for (const auto& finding : verified->findings) {
      findings.add({finding.file, cli::whole(static_cast<std::int64_t>(finding.position)),
                    cli::known(finding.offset.value()), finding.what});
    }
  }
  const bool sound = findings.rows().empty();
  std::vector<cli::Table> tables;
  tables.push_back(std::move(directories));
  tables.push_back(std::move(findings));
  const int code = call.show(std::move(tables));
  return code == kDone && !sound ? cli::kCheckFailed : code;
}

}  // namespace

const cli::Command kLogVerify{.name = "log verify",
                              .about = "Check every file of log directories; exit code 5 if one is wrong",
                              .operands = kOperands,
                              .takes = cli::kTakesFormat,
                              .tables = kTables,
                              .examples = kExamples,
                              .run = run};

}  // namespace millrace::apps
