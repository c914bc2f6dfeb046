#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/callback.h"
#include "cli/call.h"

// What several commands read and print in the same way.
namespace millrace::cli {

// The partitions that texts name: "orders" (all of the topic), "orders:0,2". The failure names what is no such text,
// or the topic that is not there.
Outcome<std::vector<client::TopicPartition>> named_partitions(client::Admin& admin,
                                                              const std::vector<std::string>& texts);

// A place in a partition: "start", "end", "42", "+5" and "-5" (from where a group is), "@TIME" (the first record at or
// after it).
struct Position {
  enum class Kind : std::uint8_t { start, end, offset, relative, time };
  Kind kind = Kind::offset;
  std::int64_t value = 0;  // offset, records, or ms since 1970
};
// `now_ms`: what "@-1h" counts from. The failure says how to write it.
Outcome<Position> parse_position(std::string_view text, std::int64_t now_ms);
// "@1700000000000", "@2026-01-31T12:00", "@-1h" without the '@'; nothing if it is no time.
std::optional<std::int64_t> parse_time(std::string_view text, std::int64_t now_ms);
std::int64_t now_ms();

using Offsets = std::map<client::TopicPartition, std::int64_t>;
// The offsets at a special place (client::OffsetSpec) or time. Partitions whose leader cannot tell are left out and
// reported as failed.
Outcome<Offsets> offsets_at(Call& call, client::Admin& admin, const std::vector<client::TopicPartition>& partitions,
                            std::int64_t spec);
// First and next offset of each partition.
struct Bounds {
  Offsets first;
  Offsets next;
};
Outcome<Bounds> bounds_of(Call& call, client::Admin& admin, const std::vector<client::TopicPartition>& partitions);
// Where `position` is in each partition, held within its bounds. `present`: where relative ones count from; a partition
// that is not there counts from the end.
Outcome<Offsets> resolve(Call& call, client::Admin& admin, const Position& position,
                         const std::vector<client::TopicPartition>& partitions, const Bounds& bounds,
                         const Offsets& present);

// "topic/orders", "broker/1", "broker" (what holds for all), "group/g", "client-metrics/s".
Outcome<client::ConfigResource> parse_resource(std::string_view text);
std::string resource_text(const client::ConfigResource& resource);
std::string_view source_text(client::ConfigSource source);

// Does what cannot be taken back only after it was seen, as --dry-run and --yes say (kTakesPlan): shows what `plan`
// gives, asks `question`, and calls `act`. With --dry-run the plan is the result, with --yes none is made.
Outcome<int> plan_ask_act(Call& call, std::string_view question, Callback<Outcome<Table>()> plan,
                          Callback<Outcome<int>()> act);

// For commands whose requests the cluster itself can check without doing anything.
inline constexpr OptionSpec kCheckOnly{"dry-run", "", "Check all of it, change nothing"};
inline bool checks_only(const Call& call) { return call.options().has(kCheckOnly.name); }

// What became of one thing of several: the last columns of every table of changes. Nothing is done with --dry-run.
inline constexpr Column kDoneColumn{"done", Type::flag, "whether it was done"};
inline constexpr Column kErrorColumn{"error", Type::text, "why not: Kafka's name of the error"};
template <typename T>
std::pair<Cell, Cell> done_cells(Call& call, const client::Result<T>& result) {
  if (result) return {!checks_only(call), Cell()};
  call.failed(result.error());
  return {false, std::string(result.error().name())};
}

// "orders-0".
std::string partition_text(const client::TopicPartition& partition);

}  // namespace millrace::cli
