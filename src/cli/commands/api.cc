#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/nearest.h"
#include "cli/commands/commands.h"
#include "protocol/api.h"
#include "protocol/json.h"
#include "protocol/schema.h"

namespace millrace::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto kOperands = std::to_array<Operand>({{"API"}, {"JSON", true}});
constexpr auto kOptions = std::to_array<OptionSpec>({
    {"version", "N", "Of the request (the newest)", false, "v"},
    {"broker", "ID", "Ask this broker (any)"},
    {"controller", "", "Ask the active controller"},
    {"template", "", "Print a request with its defaults, and send nothing"},
});
constexpr auto kExamples = std::to_array<Example>({
    {"millrace api Metadata --template > request.json", "What the request is made of"},
    {"millrace api Metadata --version 12 - < request.json", "Send it"},
    {"millrace api ListGroups --version 4 '{\"statesFilter\": []}'", "All in one line"},
});

// An empty value of a field, as JSON writes it; the definition's own default where it has one.
Json empty_value(const protocol::FieldSchema& field, std::int16_t version);

Json empty_structure(std::int16_t structure, std::int16_t version) {
  Json object = Json::object();
  for (const auto& field : protocol::fields_of(structure)) {
    if (field.versions.has(version) && field.tag < 0) object[std::string(field.name)] = empty_value(field, version);
  }
  return object;
}

Json empty_value(const protocol::FieldSchema& field, std::int16_t version) {
  using protocol::FieldType;
  const std::string_view fallback = field.default_value;
  if (fallback == "null" && field.nullable.has(version)) return nullptr;
  if (field.array) return Json::array();
  switch (field.type) {
    case FieldType::boolean: return fallback == "true";
    case FieldType::string: return fallback;
    case FieldType::bytes:
    case FieldType::records: return field.nullable.has(version) ? Json(nullptr) : Json("");
    case FieldType::uuid: return "AAAAAAAAAAAAAAAAAAAAAA";
    case FieldType::structure: return empty_structure(field.structure, version);
    case FieldType::float64: return 0.0;
    default: return whole_number(fallback).value_or(0);
  }
}

// The answer in the envelope that every command's JSON has (render.h).
std::string enveloped(const protocol::ApiInfo& api, std::int16_t version, const std::string& json) {
  Json report = {{"command", "api"}, {"version", 1}, {"api", api.name}, {"api_version", version}};
  report["response"] = Json::parse(json, nullptr, false);
  return report.dump(2) + "\n";
}

struct Asked {
  const protocol::ApiInfo* api = nullptr;
  std::int16_t version = 0;
};

Outcome<Asked> asked_for(const Call& call) {
  const std::string name = call.operand(0);
  const auto number = whole_number(name);
  const auto* api = number ? protocol::find_api(static_cast<std::int16_t>(std::clamp<std::int64_t>(*number, -1, 32767)))
                           : protocol::find_api(name);
  if (api == nullptr || !api->has_versions()) {
    Nearest nearest(name, 6);
    for (const auto& other : protocol::all_apis()) nearest.offer(other.name);
    const std::string hint = nearest.best().empty() ? "see docs/coverage.md" : fmt::format("{} is one", nearest.best());
    return Failure{kUsage, fmt::format("{} is no API of Kafka's; {}", name, hint)};
  }
  const auto wish = call.whole_option("version", 0);
  if (!wish) return wish.error();
  const std::int64_t version = wish->value_or(api->stable_version());
  if (version > INT16_MAX || !api->has(static_cast<std::int16_t>(version))) {
    return Failure{kUsage, fmt::format("{} has versions {} to {}, not {}", api->name, api->min_version,
                                       api->max_version, version)};
  }
  return Asked{api, static_cast<std::int16_t>(version)};
}

std::string request_text(Call& call, const protocol::MessageSchema& schema, std::int16_t version) {
  const std::string text = call.operand(1);
  if (text.empty()) return empty_structure(schema.root, version).dump();
  if (text != "-") return text;
  std::string all;
  while (const auto line = call.console().line()) all += *line + "\n";
  return all;
}

Outcome<int> run(Call& call) {
  const auto asked = asked_for(call);
  if (!asked) return asked.error();
  const auto* request = protocol::find_message(protocol::MessageKind::request, asked->api->name);
  const auto* response = protocol::find_message(protocol::MessageKind::response, asked->api->name);
  if (call.options().has("template")) {
    call.console().out(empty_structure(request->root, asked->version).dump(2) + "\n");
    return kDone;
  }
  auto body = protocol::from_json(*request, asked->version, request_text(call, *request, asked->version));
  if (!body) {
    return Failure{kUsage, fmt::format("{}\n  next: millrace api {} --version {} --template", body.error().text,
                                       asked->api->name, asked->version)};
  }
  const auto broker = call.whole_option("broker", 0);
  if (!broker) return broker.error();
  client::RawRequest raw;
  raw.api = static_cast<std::int16_t>(asked->api->key);
  raw.version = asked->version;
  raw.body = std::move(*body);
  raw.controller = call.options().has("controller");
  if (*broker) raw.broker = static_cast<std::int32_t>(std::min<std::int64_t>(**broker, INT32_MAX));
  const auto admin = call.admin();
  if (!admin) return admin.error();
  const auto answer = outcome((*admin)->send_raw(std::move(raw)).get());
  if (!answer) return answer.error();
  const auto text = protocol::to_json(*response, asked->version, answer->body, protocol::RecordsAs::base64);
  if (!text) return Failure{kSomeFailed, text.error().text};
  call.console().out(enveloped(*asked->api, asked->version, text->json));
  return kDone;
}

}  // namespace

const Command kApi{.name = "api",
                   .about = "Send any request of Kafka's protocol, written as JSON, and print the answer",
                   .details = "The JSON is an operand, or comes by stdin for -; without it the request has its "
                              "defaults. What is printed holds the answer as its field `response`. Errors inside of "
                              "the answer are data: they do not change the exit code.",
                   .operands = kOperands,
                   .options = kOptions,
                   .takes = kTakesCluster,
                   .examples = kExamples,
                   .run = run};

}  // namespace millrace::cli
