#include "cli/commands/parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/times.h"
#include "runtime/clock.h"

namespace millrace::cli {
namespace {

struct Kind {
  std::string_view name;
  client::ConfigResourceType type;
};
constexpr auto kKinds = std::to_array<Kind>({
    {"topic", client::ConfigResourceType::topic},
    {"broker", client::ConfigResourceType::broker},
    {"group", client::ConfigResourceType::group},
    {"client-metrics", client::ConfigResourceType::client_metrics},
    {"broker-logger", client::ConfigResourceType::broker_logger},
});

constexpr auto kSources =
    std::to_array<std::string_view>({"unknown", "topic", "broker", "all-brokers", "file", "default", "broker-logger",
                                     "client-metrics", "group"});

}  // namespace

Outcome<int> plan_ask_act(Call& call, std::string_view question, Callback<Outcome<Table>()> plan,
                          Callback<Outcome<int>()> act) {
  std::vector<Table> shown;
  if (call.options().has("dry-run") || !call.options().has("yes")) {
    auto table = plan();
    if (!table) return table.error();
    shown.push_back(*std::move(table));
  }
  const auto agreed = call.agreed(shown, question);
  if (!agreed) return agreed.error();
  return *agreed ? act() : call.exit_code();
}

Outcome<std::vector<client::TopicPartition>> named_partitions(client::Admin& admin,
                                                              const std::vector<std::string>& texts) {
  std::vector<client::TopicPartition> partitions;
  std::vector<std::string> whole;
  for (const std::string& text : texts) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) {
      whole.push_back(text);
      continue;
    }
    for (const std::string& word : split_list(std::string_view(text).substr(colon + 1))) {
      const auto number = whole_number(word);
      if (!number || *number < 0 || *number > INT32_MAX) {
        return Failure{kUsage, fmt::format("{}: write it as TOPIC or TOPIC:0,2", text)};
      }
      partitions.push_back({text.substr(0, colon), static_cast<std::int32_t>(*number)});
    }
  }
  if (whole.empty()) return partitions;
  const auto described = outcome(admin.describe_topics(whole).get());
  if (!described) return described.error();
  for (const auto& item : *described) {
    if (!item.result) return failure_with_step(item.result.error());
    for (const auto& partition : item.result->partitions) partitions.push_back({item.key, partition.partition});
  }
  return partitions;
}

std::int64_t now_ms() { return runtime::TurnClock().wall().value(); }

std::optional<std::int64_t> parse_time(std::string_view text, std::int64_t now_ms) {
  if (text.starts_with('-')) {
    const auto ago = parse_duration(text.substr(1));
    return ago ? std::optional(now_ms - *ago) : std::nullopt;
  }
  if (const auto millis = whole_number(text); millis && *millis >= 0) return millis;
  return parse_datetime(text);
}

Outcome<Position> parse_position(std::string_view text, std::int64_t now_ms) {
  if (text == "start") return Position{Position::Kind::start};
  if (text == "end") return Position{Position::Kind::end};
  if (text.starts_with('@')) {
    if (const auto time = parse_time(text.substr(1), now_ms)) return Position{Position::Kind::time, *time};
  } else if (text.starts_with('+')) {
    const auto by = whole_number(text.substr(1));
    if (by && *by >= 0) return Position{Position::Kind::relative, *by};
  } else if (const auto number = whole_number(text)) {
    return Position{*number < 0 ? Position::Kind::relative : Position::Kind::offset, *number};
  }
  return Failure{kUsage, fmt::format("{} is no position; write start, end, an offset, +N, -N, or @TIME such as @-1h or "
                                     "@2026-01-31T12:00",
                                     text)};
}

Outcome<Offsets> offsets_at(Call& call, client::Admin& admin, const std::vector<client::TopicPartition>& partitions,
                            std::int64_t spec) {
  Offsets specs;
  for (const auto& partition : partitions) specs[partition] = spec;
  const auto found = outcome(admin.list_offsets(std::move(specs)).get());
  if (!found) return found.error();
  Offsets offsets;
  for (const auto& item : *found) {
    if (item.result) {
      offsets[item.key] = item.result->offset;
    } else {
      call.failed(item.result.error());
    }
  }
  return offsets;
}

Outcome<Bounds> bounds_of(Call& call, client::Admin& admin, const std::vector<client::TopicPartition>& partitions) {
  auto first = offsets_at(call, admin, partitions, client::OffsetSpec::kEarliest);
  if (!first) return first.error();
  auto next = offsets_at(call, admin, partitions, client::OffsetSpec::kLatest);
  if (!next) return next.error();
  return Bounds{*std::move(first), *std::move(next)};
}

Outcome<Offsets> resolve(Call& call, client::Admin& admin, const Position& position,
                         const std::vector<client::TopicPartition>& partitions, const Bounds& bounds,
                         const Offsets& present) {
  Offsets timed;
  if (position.kind == Position::Kind::time) {
    auto found = offsets_at(call, admin, partitions, position.value);
    if (!found) return found.error();
    timed = *std::move(found);
  }
  Offsets result;
  for (const auto& partition : partitions) {
    const auto first = bounds.first.find(partition);
    const auto next = bounds.next.find(partition);
    if (first == bounds.first.end() || next == bounds.next.end()) continue;
    std::int64_t offset = position.value;
    const auto now = present.find(partition);
    switch (position.kind) {
      case Position::Kind::start: offset = first->second; break;
      case Position::Kind::end: offset = next->second; break;
      case Position::Kind::offset: break;
      case Position::Kind::relative: offset += now == present.end() ? next->second : now->second; break;
      case Position::Kind::time: {
        const auto at = timed.find(partition);
        if (at == timed.end()) continue;
        offset = at->second < 0 ? next->second : at->second;
      }
    }
    result[partition] = std::clamp(offset, first->second, next->second);
  }
  return result;
}

Outcome<client::ConfigResource> parse_resource(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto kind = std::ranges::find(kKinds, text.substr(0, slash), &Kind::name);
  const std::string name(text.substr(std::min(slash + 1, text.size())));
  const bool named = !name.empty() || (kind != kKinds.end() && kind->type == client::ConfigResourceType::broker);
  if (kind != kKinds.end() && named) return client::ConfigResource{kind->type, name};
  return Failure{kUsage, fmt::format("{} has no settings; write topic/NAME, broker/ID, broker (what holds for all), "
                                     "group/NAME or client-metrics/NAME",
                                     text)};
}

std::string resource_text(const client::ConfigResource& resource) {
  const auto kind = std::ranges::find(kKinds, resource.type, &Kind::type);
  const std::string_view name = kind == kKinds.end() ? std::string_view("unknown") : kind->name;
  return resource.name.empty() ? std::string(name) : fmt::format("{}/{}", name, resource.name);
}

std::string_view source_text(client::ConfigSource source) {
  const auto index = static_cast<std::size_t>(source);
  return index < kSources.size() ? kSources[index] : kSources[0];
}

std::string partition_text(const client::TopicPartition& partition) {
  return fmt::format("{}-{}", partition.topic, partition.partition);
}

}  // namespace millrace::cli
