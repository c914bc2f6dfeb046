#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/commands/commands.h"
#include "cli/commands/parts.h"
#include "cli/connect.h"
#include "config/meta_properties.h"
#include "config/properties.h"
#include "runtime/blocking_files.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"DIRECTORY", true, true}});
constexpr auto kOptions = std::to_array<OptionSpec>({
    {"config", "FILE", "The directories that this server.properties names", false, "c"},
});
constexpr auto kColumns = std::to_array<Column>({
    {"directory", Type::text, "its path"},
    {"formatted", Type::flag, "whether meta.properties is there"},
    {"cluster", Type::text, "the id of the cluster that it belongs to"},
    {"node", Type::whole, "the node that it belongs to"},
    {"id", Type::text, "the directory's own"},
    {"partitions", Type::whole, "how many lie there, the metadata log among them"},
    {"free_bytes", Type::whole, "left on its disk"},
    {"total_bytes", Type::whole, "of its disk"},
    {"clean", Type::flag, "whether the node that used it last stopped cleanly"},
    {"problem", Type::text, "what is wrong"},
});
constexpr auto kTables = std::to_array<TableSpec>({{"directories", kColumns}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace storage info data", "Whose a log directory is"},
    {"millrace storage info -c server.properties", "All that a node uses; exit code 5 when they do not fit together"},
});
constexpr std::size_t kMetaMax = 64 * 1024;

Outcome<std::vector<std::string>> asked_for(const Call& call) {
  std::vector<std::string> paths = call.operands();
  if (const auto file = call.options().value("config")) {
    const auto text = read_text(*file);
    if (!text) return text.error();
    const auto properties = config::parse_properties(*text);
    if (!properties) {
      return Failure{kUsage, fmt::format("{}:{}: {}", *file, properties.error().line, properties.error().reason)};
    }
    std::string dirs;
    std::string metadata;
    for (const auto& property : *properties) {
      if (property.key == "log.dirs" || (property.key == "log.dir" && dirs.empty())) dirs = property.value;
      if (property.key == "metadata.log.dir") metadata = property.value;
    }
    for (auto& path : split_list(dirs.empty() ? "/tmp/kafka-logs" : dirs)) paths.push_back(std::move(path));
    if (!metadata.empty() && std::ranges::find(paths, metadata) == paths.end()) paths.push_back(metadata);
  }
  if (paths.empty()) return Failure{kUsage, "name a log directory, or a settings file with -c"};
  return paths;
}

class Look {
 public:
  Look() : table_(kTables[0]) {}

  void at(const std::string& path) {
    const auto entries = files_.list(path);
    if (!entries) return broken(path, entries.error() == Error::not_found ? "there is no such directory"
                                                                          : to_string(entries.error()));
    std::int64_t partitions = 0;
    bool clean = false;
    for (const auto& entry : *entries) {
      partitions += entry.is_directory && entry.name.find('-') != std::string::npos ? 1 : 0;
      clean = clean || entry.name == ".kafka_cleanshutdown";
    }
    Cell free;
    Cell total;
    if (const auto space = files_.space(path)) {
      free = whole(static_cast<std::int64_t>(space->usable.value()));
      total = whole(static_cast<std::int64_t>(space->total.value()));
    }
    const auto text = ports::read_whole(files_, fmt::format("{}/{}", path, config::kMetaPropertiesName), kMetaMax);
    if (!text) {
      table_.add({path, false, {}, {}, {}, whole(partitions), free, total, {},
                  text.error() == Error::not_found ? Cell() : Cell(std::string(to_string(text.error())))});
      sound_ = sound_ && text.error() == Error::not_found;
      return;
    }
    const auto meta = config::parse_meta_properties(*text);
    if (!meta) return broken(path, meta.error());
    std::string problem;
    if (first_ && (first_->cluster_id != meta->cluster_id || first_->node_id != meta->node_id)) {
      problem = "belongs to another cluster or node than the first one";
      sound_ = false;
    }
    if (!first_) first_ = *meta;
    table_.add({path, true, meta->cluster_id, whole(meta->node_id.value()),
                meta->directory_id ? Cell(meta->directory_id->text()) : Cell(), whole(partitions), free, total, clean,
                problem.empty() ? Cell() : Cell(problem)});
  }
  bool sound() const { return sound_; }
  Table take() { return std::move(table_); }

 private:
  void broken(const std::string& path, std::string why) {
    table_.add({path, {}, {}, {}, {}, {}, {}, {}, {}, std::move(why)});
    sound_ = false;
  }

  runtime::SystemFiles files_;
  Table table_;
  std::optional<config::MetaProperties> first_;
  bool sound_ = true;
};

Outcome<int> run(Call& call) {
  const auto paths = asked_for(call);
  if (!paths) return paths.error();
  Look look;
  for (const auto& path : *paths) look.at(path);
  const int code = call.show({look.take()});
  return code == kDone && !look.sound() ? kCheckFailed : code;
}

}  // namespace

const Command kStorageInfo{.name = "storage info",
                           .about = "Show whose log directories are, without a server",
                           .operands = kOperands,
                           .options = kOptions,
                           .takes = kTakesFormat,
                           .tables = kTables,
                           .examples = kExamples,
                           .run = run};

}  // namespace millrace::cli
