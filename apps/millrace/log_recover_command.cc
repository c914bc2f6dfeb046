// `millrace log recover`: cuts damaged logs, after it has shown what that loses.
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "apps/millrace/commands.h"
#include "cli/commands/parts.h"
#include "inspect/recover.h"
#include "log/mark_file.h"
#include "runtime/blocking_files.h"

namespace millrace::apps {
namespace {

constexpr auto kOperands = std::to_array<cli::Operand>({{"DIRECTORY"}});
constexpr auto kOptions = std::to_array<cli::OptionSpec>({{"partition", "TOPIC-PARTITION", "Only this one"}});
constexpr auto kColumns = std::to_array<cli::Column>({
    {"partition", cli::Type::text, "whose log is damaged"},
    {"file", cli::Type::text, "the damaged segment"},
    {"position", cli::Type::whole, "where the damage begins, in bytes"},
    {"offset", cli::Type::whole, "where the log ends afterwards: every record from here on is lost"},
    {"last_offset", cli::Type::whole, "the greatest that was seen behind the damage; none: none was"},
    {"bytes", cli::Type::whole, "that are lost"},
    {"whole_batches", cli::Type::whole, "among them, with right checksums"},
    {"segments", cli::Type::texts, "later ones, which are lost as a whole"},
    {"why", cli::Type::text, "what is wrong there"},
    cli::kDoneColumn,
    {"kept", cli::Type::texts, "the files beside the log that what was cut is kept in"},
});
constexpr auto kTables = std::to_array<cli::TableSpec>({{"losses", kColumns, cli::Shape::blocks}});
constexpr auto kExamples = std::to_array<cli::Example>({
    {"millrace log recover millrace-data --dry-run", "What would be lost"},
    {"millrace log recover millrace-data --partition orders-0 -y", "Cut one log where it is damaged"},
});

std::vector<cli::Cell> row(const inspect::Loss& loss, bool done, std::vector<std::string> kept) {
  return {loss.partition,
          loss.file,
          cli::whole(static_cast<std::int64_t>(loss.position)),
          cli::whole(loss.offset.value()),
          cli::known(loss.last_seen.value()),
          cli::whole(static_cast<std::int64_t>(loss.bytes)),
          cli::whole(static_cast<std::int64_t>(loss.readable)),
          loss.segments,
          loss.why,
          done,
          std::move(kept)};
}

// The losses of a log directory that no server uses, which it locks as long as it lives.
class Recovery {
 public:
  Recovery(cli::Call& call, std::string directory) : call_(call), directory_(std::move(directory)) {}

  cli::Outcome<void> look(const std::string& partition) {
    if (const auto locked = files_.lock(directory_ + "/.lock"); !locked) {
      return failed(locked.error() == Error::exists ? " is in use by a server" : "", locked.error());
    }
    // What a journal holds belongs into the segments before anything is judged, as at every start of a server.
    if (const auto marks = log::gather_marks(files_, directory_); !marks) return failed("", marks.error());
    const auto entries = files_.list(directory_);
    if (!entries) return failed("", entries.error());
    for (const auto& entry : *entries) {
      const bool metadata = entry.name.starts_with("__cluster_metadata-");
      const bool asked = partition.empty() ? !metadata : entry.name == partition;
      if (!entry.is_directory || !asked) continue;
      auto loss = inspect::find_loss(files_, directory_ + "/" + entry.name);
      if (!loss) return failed("/" + entry.name, loss.error());
      if (*loss) losses_.push_back(**std::move(loss));
    }
    return {};
  }
  bool empty() const { return losses_.empty(); }
  cli::Table planned() const {
    cli::Table table(kTables[0]);
    for (const auto& loss : losses_) table.add(row(loss, false, {}));
    return table;
  }
  int cut() {
    cli::Table table(kTables[0]);
    for (const auto& loss : losses_) {
      auto kept = inspect::cut_loss(files_, directory_, loss);
      if (!kept) call_.failed(directory_ + "/" + loss.partition + ": " + to_string(kept.error()));
      table.add(row(loss, kept.ok(), kept ? *std::move(kept) : std::vector<std::string>()));
    }
    return call_.show({std::move(table)});
  }

 private:
  cli::Failure failed(const std::string& what, Error error) const {
    return {kFailed, directory_ + what + ": " + to_string(error)};
  }

  cli::Call& call_;
  const std::string directory_;
  runtime::SystemFiles files_;
  std::vector<inspect::Loss> losses_;
};

cli::Outcome<int> run(cli::Call& call) {
  Recovery recovery(call, call.operand(0));
  MR_TRY(recovery.look(call.options().get("partition")));
  const auto& options = call.options();
  const bool nobody = !options.has("yes") && !options.has("dry-run") && !call.surroundings().in_is_terminal;
  if (!recovery.empty() && !nobody) {
    return cli::plan_ask_act(
        call, "Cut these logs there?", [&]() -> cli::Outcome<cli::Table> { return recovery.planned(); },
        [&]() -> cli::Outcome<int> { return recovery.cut(); });
  }
  if (!recovery.empty()) call.console().complain("Nothing was changed: call it with -y to cut these logs there.\n");
  return call.show({recovery.planned()});
}

}  // namespace

const cli::Command kLogRecover{.name = "log recover",
                               .about = "Cut damaged logs so that a server opens them for writing again",
                               .details = "The directory is one that no server uses. Where nobody can be asked, what "
                                          "would be lost is shown, and nothing is cut without -y.",
                               .operands = kOperands,
                               .options = kOptions,
                               .takes = cli::kTakesFormat | cli::kTakesPlan,
                               .tables = kTables,
                               .examples = kExamples,
                               .run = run};

}  // namespace millrace::apps
