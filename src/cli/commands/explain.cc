#include <fmt/format.h>

#include <array>

#include "base/nearest.h"
#include "cli/commands/commands.h"
#include "client/errors.h"
#include "config/definition.h"
#include "protocol/errc.h"
#include "protocol/errc_about.h"

namespace millrace::cli {
namespace {

constexpr auto kOperands = std::to_array<Operand>({{"CODE_OR_SETTING", false, true}});
constexpr auto kErrorColumns = std::to_array<Column>({
    {"error", Type::text, "Kafka's name"},
    {"code", Type::whole, "its number in the protocol"},
    {"retriable", Type::flag, "whether the same request may succeed later"},
    {"meaning", Type::text, "what has happened"},
    {"advice", Type::text, "what a person can do"},
});
constexpr auto kSettingColumns = std::to_array<Column>({
    {"setting", Type::text, "its name"},
    {"of", Type::text, "broker, topic, group, client-metrics, producer, consumer or admin"},
    {"type", Type::text, "as Kafka names it"},
    {"default", Type::text, "without anybody setting it"},
    {"allowed", Type::text, "what a value must be"},
    {"change", Type::text, "when a change takes effect"},
    {"falls_back_to", Type::texts, "server settings that count where it is not set"},
    {"has_effect", Type::flag, "whether millrace acts on it; otherwise it is kept and shown"},
    {"meaning", Type::text, "what it does"},
});
constexpr auto kTables =
    std::to_array<TableSpec>({{"errors", kErrorColumns, Shape::blocks}, {"settings", kSettingColumns, Shape::blocks}});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace explain NOT_ENOUGH_REPLICAS", "An error: by name, or by number"},
    {"millrace explain min.insync.replicas", "A setting, wherever there is one of that name"},
});

std::string_view scope_text(config::Scope scope) {
  switch (scope) {
    case config::Scope::broker: return "broker";
    case config::Scope::topic: return "topic";
    case config::Scope::group: return "group";
    case config::Scope::client_metrics: return "client-metrics";
    case config::Scope::producer: return "producer";
    case config::Scope::consumer: return "consumer";
    case config::Scope::admin: return "admin";
  }
  return "";
}

std::string_view change_text(config::Update update) {
  switch (update) {
    case config::Update::read_only: return "by a restart";
    case config::Update::per_broker: return "at once, on one broker or all: millrace config set broker/ID ...";
    case config::Update::cluster: return "at once, for all brokers: millrace config set broker ...";
    case config::Update::resource: return "at once: millrace config set KIND/NAME ...";
  }
  return "";
}

bool is_client(config::Scope scope) {
  return scope == config::Scope::producer || scope == config::Scope::consumer || scope == config::Scope::admin;
}

Cell default_cell(const config::Definition& setting) {
  switch (setting.presence) {
    case config::Default::value: return std::string(setting.default_text);
    case config::Default::required: return std::string("(must be set)");
    case config::Default::none: break;
  }
  return {};
}

void add_setting(Table& table, const config::Definition& setting) {
  std::vector<std::string> fallbacks;
  for (const auto& synonym : config::synonyms(setting.scope, setting.name)) {
    fallbacks.emplace_back(synonym.server_name);
  }
  table.add({std::string(setting.name), std::string(scope_text(setting.scope)),
             std::string(config::type_name(setting.type)), default_cell(setting), config::allowed_values(setting),
             std::string(is_client(setting.scope) ? "with the next client" : change_text(setting.update)),
             std::move(fallbacks), setting.used, setting.doc.empty() ? Cell() : Cell(std::string(setting.doc))});
}

bool names(const protocol::ErrcInfo& error, const std::string& word) {
  const auto number = whole_number(word);
  return number ? protocol::to_wire(error.code) == *number : error.name == word;
}

std::string upper(std::string word) {
  for (char& c : word) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return word;
}

Outcome<int> run(Call& call) {
  Table errors(kTables[0]);
  Table settings(kTables[1]);
  for (const auto& word : call.operands()) {
    const std::size_t before = errors.rows().size() + settings.rows().size();
    Nearest nearest(word, 6);
    Nearest nearest_error(upper(word), 6);
    for (const auto& error : protocol::all_errors()) {
      nearest_error.offer(error.name);
      if (!names(error, upper(word))) continue;
      const auto advice = client::advice(error.code);
      errors.add({std::string(error.name), whole(protocol::to_wire(error.code)), error.retriable,
                  std::string(protocol::about(error.code)), advice.empty() ? Cell() : Cell(std::string(advice))});
    }
    for (const auto& setting : config::all_definitions()) {
      nearest.offer(setting.name);
      if (setting.name == word) add_setting(settings, setting);
    }
    if (errors.rows().size() + settings.rows().size() > before) continue;
    const auto best = nearest.best().empty() ? nearest_error.best() : nearest.best();
    call.failed(fmt::format("{} is neither an error nor a setting{}", word,
                            best.empty() ? std::string("; see docs/settings.md") : fmt::format("; {} is one", best)));
  }
  std::vector<Table> tables;
  if (!errors.rows().empty() || call.format() != Format::table) tables.push_back(std::move(errors));
  if (!settings.rows().empty() || call.format() != Format::table) tables.push_back(std::move(settings));
  return call.show(std::move(tables));
}

}  // namespace

const Command kExplain{.name = "explain",
                       .about = "Say what an error or a setting means and what to do",
                       .operands = kOperands,
                       .takes = kTakesFormat,
                       .tables = kTables,
                       .examples = kExamples,
                       .run = run};

}  // namespace millrace::cli
