// `millrace consume` and `millrace cat`.
#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>

#include "cli/commands/commands.h"
#include "cli/records/offset_range.h"
#include "cli/records/record_format.h"
#include "millrace/consumer.h"
#include "runtime/clock.h"
#include "runtime/interrupts.h"

namespace millrace::cli {
namespace {

using client::TopicPartition;
using Offsets = std::map<TopicPartition, std::int64_t>;

constexpr auto kTopics = std::to_array<Operand>({{"TOPIC", false, true}});
constexpr auto kOptions = std::to_array<OptionSpec>({
    {"output", "FORMAT", "How a record is written: rpk's letters (%k %v %p %o %d %h{...} %x %a{...}), or json", false,
     "f"},
    {"offset", "RANGE", "start, end, N, +N, -N, FROM:TO, @TIME, @-1h:end (consume: end, cat: :end)", false, "o"},
    {"partitions", "LIST", "Only these partitions", false, "p"},
    {"num", "N", "End after so many records", false, "n"},
    {"last", "N", "The last N of each partition: --offset -N:end"},
    {"follow", "", "cat: go on with what comes"},
    {"group", "GROUP", "As a member of this group, whose positions are committed", false, "g"},
    {"regex", "", "TOPIC is an expression (with --group)", false, "r"},
    {"read-committed", "", "Without records of open and aborted transactions"},
});
constexpr auto kConsumeExamples = std::to_array<Example>({
    {"millrace consume orders", "What comes from now on, as JSON"},
    {"millrace consume orders -o @-1h:end -f '%p/%o %k=%v\\n'", "The last hour, as lines"},
    {"millrace consume orders -g readers -n 10", "The next ten records of a group"},
});
constexpr auto kCatExamples = std::to_array<Example>({
    {"millrace cat orders", "All values, a line each"},
    {"millrace cat orders -f '%K{big32}%k%V{big32}%v' > orders.bin", "Keys and values as bytes; produce reads it back"},
    {"millrace cat orders --last 5 --follow", "The last five and what comes"},
});

constexpr std::chrono::milliseconds kPoll{100};

// What is asked for, checked.
struct Reading {
  RecordFormat format;
  OffsetRange range;
  std::vector<std::string> topics;
  std::set<std::int32_t> partitions;  // empty: all
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  std::optional<std::string> group;
  bool regex = false;
};

struct Defaults {
  const char* format;
  const char* range;
};

Outcome<Reading> reading_of(Call& call, const Defaults& defaults) {
  const Options& options = call.options();
  Reading reading;
  auto format = RecordFormat::parse(options.get("output", defaults.format));
  if (!format) return Failure{kUsage, format.error()};
  reading.format = std::move(*format);
  std::string range = options.get("offset", defaults.range);
  if (const auto last = options.value("last")) {
    if (options.has("offset")) return Failure{kUsage, "--last and --offset exclude one another"};
    range = "-" + *last + ":end";
  }
  auto parsed = OffsetRange::parse(range, runtime::TurnClock().wall().value());
  if (!parsed) return Failure{kUsage, parsed.error()};
  reading.range = *parsed;
  if (options.has("follow")) reading.range.to.reset();
  for (const std::string& text : split_list(options.get("partitions"))) {
    const auto number = whole_number(text);
    if (!number || *number < 0) return Failure{kUsage, fmt::format("--partitions {}: it is no partition", text)};
    reading.partitions.insert(static_cast<std::int32_t>(*number));
  }
  const auto most = call.whole_option("num", 0);
  if (!most) return most.error();
  if (*most) reading.most = static_cast<std::uint64_t>(**most);
  reading.group = options.value("group");
  reading.regex = options.has("regex");
  reading.topics = call.operands();
  if (reading.group && (options.has("offset") || options.has("last") || options.has("partitions"))) {
    return Failure{kUsage, "a group has its own positions: --group goes without --offset, --last and --partitions"};
  }
  if (reading.regex && !reading.group) return Failure{kUsage, "--regex needs --group"};
  return reading;
}

// The partitions that are read, in order.
Outcome<std::vector<TopicPartition>> partitions_of(Call& call, const Reading& reading) {
  const auto admin = call.admin();
  if (!admin) return admin.error();
  const auto described = outcome((*admin)->describe_topics(reading.topics).get());
  if (!described) return described.error();
  std::vector<TopicPartition> partitions;
  for (const auto& item : *described) {
    if (!item.result) return failure_with_step(item.result.error());
    for (const auto& partition : item.result->partitions) {
      if (!reading.partitions.empty() && !reading.partitions.contains(partition.partition)) continue;
      partitions.push_back({item.key, partition.partition});
    }
  }
  if (partitions.empty()) return Failure{kUsage, "none of the partitions exists"};
  std::ranges::sort(partitions);
  return partitions;
}

// Where a bound lies in each partition now. A time after the last record lies at the end.
class Bounds {
 public:
  Bounds(client::Consumer& consumer, const std::vector<TopicPartition>& partitions)
      : consumer_(consumer), partitions_(partitions) {}

  Outcome<void> look() {
    auto starts = outcome(consumer_.beginning_offsets(partitions_).get());
    if (!starts) return starts.error();
    auto ends = outcome(consumer_.end_offsets(partitions_).get());
    if (!ends) return ends.error();
    starts_ = std::move(*starts);
    ends_ = std::move(*ends);
    return {};
  }
  Outcome<Offsets> find(const OffsetBound& bound) {
    using Kind = OffsetBound::Kind;
    if (bound.kind == Kind::start) return starts_;
    Offsets found = ends_;
    if (bound.kind == Kind::time) {
      Offsets times;
      for (const auto& partition : partitions_) times[partition] = bound.value;
      const auto at = outcome(consumer_.offsets_for_times(times).get());
      if (!at) return at.error();
      for (const auto& [partition, place] : *at) found[partition] = place.offset;
      return found;
    }
    for (auto& [partition, offset] : found) {
      if (bound.kind == Kind::exact) offset = bound.value;
      if (bound.kind == Kind::after_start) offset = starts_[partition] + bound.value;
      if (bound.kind == Kind::before_end) offset = std::max(starts_[partition], offset - bound.value);
    }
    return found;
  }

 private:
  client::Consumer& consumer_;
  const std::vector<TopicPartition>& partitions_;
  Offsets starts_;
  Offsets ends_;
};

// Assigns the partitions at their places. The ends where reading stops; nothing for those that have none.
Outcome<std::optional<Offsets>> place(client::Consumer& consumer, const std::vector<TopicPartition>& partitions,
                                      const OffsetRange& range) {
  Bounds bounds(consumer, partitions);
  MR_TRY(bounds.look());
  const auto from = bounds.find(range.from);
  if (!from) return from.error();
  std::optional<Offsets> ends;
  std::vector<TopicPartition> read = partitions;
  if (range.to) {
    auto to = bounds.find(*range.to);
    if (!to) return to.error();
    std::erase_if(*to, [&](const auto& end) { return from->at(end.first) >= end.second; });
    read.clear();
    for (const auto& [partition, end] : *to) read.push_back(partition);
    ends = std::move(*to);
  }
  MR_TRY(outcome(consumer.assign(read)));
  for (const auto& partition : read) MR_TRY(outcome(consumer.seek(partition, from->at(partition))));
  return ends;
}

// Writes records until there are enough, every partition is at its end, or the user interrupts.
class Writer {
 public:
  Writer(const Reading& reading, client::Consumer& consumer, Console& console)
      : reading_(reading), consumer_(consumer), console_(console) {}

  Outcome<void> run(std::optional<Offsets> ends, runtime::Interrupts& interrupts) {
    ends_ = std::move(ends);
    while (count_ < reading_.most && !interrupts.asked() && !(ends_ && ends_->empty())) {
      const auto records = consumer_.poll(kPoll);
      if (!records) {
        if (records.error().retriable) continue;
        return failure_of(records.error());
      }
      write(*records);
      if (records->empty()) MR_TRY(drop_finished());
    }
    return {};
  }

 private:
  void write(const client::ConsumerRecords& records) {
    std::string text;
    std::set<TopicPartition> beyond;
    for (const auto& record : records) {
      const TopicPartition partition{std::string(record.topic), record.partition};
      // What is not written is not read: a group goes on there.
      if (count_ == reading_.most) {
        if (beyond.insert(partition).second) (void)consumer_.seek(partition, record.offset);
        continue;
      }
      if (ends_) {
        const auto end = ends_->find(partition);
        if (end == ends_->end() || record.offset >= end->second) continue;
        if (record.offset + 1 == end->second) ends_->erase(end);
      }
      reading_.format.write(record, ++count_, text);
    }
    console_.out(text);
    console_.flush();
  }
  // What lies before an end may be no record: gaps of compaction, markers of transactions.
  Outcome<void> drop_finished() {
    if (!ends_) return {};
    for (auto at = ends_->begin(); at != ends_->end();) {
      const auto position = consumer_.position(at->first).get();
      if (!position) return failure_of(position.error());
      at = *position >= at->second ? ends_->erase(at) : std::next(at);
    }
    return {};
  }

  const Reading& reading_;
  client::Consumer& consumer_;
  Console& console_;
  std::optional<Offsets> ends_;
  std::uint64_t count_ = 0;
};

Outcome<int> read(Call& call, const Defaults& defaults) {
  const auto reading = reading_of(call, defaults);
  if (!reading) return reading.error();
  runtime::Interrupts interrupts;
  client::ConsumerConfig config;
  config.auto_offset_reset("earliest");
  call.configure(config::Scope::consumer, config);
  if (reading->group) config.group_id(*reading->group);
  if (call.options().has("read-committed")) config.read_committed(true);
  auto consumer = outcome(client::Consumer::create(config));
  if (!consumer) return consumer.error();
  Writer writer(*reading, *consumer, call.console());
  Outcome<void> done;
  if (reading->group) {
    done = outcome(reading->regex ? consumer->subscribe_pattern(reading->topics.front())
                                  : consumer->subscribe(reading->topics));
    if (done) done = writer.run(std::nullopt, interrupts);
  } else {
    const auto partitions = partitions_of(call, *reading);
    if (!partitions) return partitions.error();
    auto ends = place(*consumer, *partitions, reading->range);
    if (!ends) return ends.error();
    done = writer.run(std::move(*ends), interrupts);
  }
  (void)consumer->close();
  if (!done) return done.error();
  return kDone;
}

}  // namespace

const Command kConsume{.name = "consume",
                       .about = "Write records to stdout",
                       .details = "Goes on with what comes until it is interrupted, unless the range has an end.",
                       .operands = kTopics,
                       .options = kOptions,
                       .takes = kTakesCluster,
                       .examples = kConsumeExamples,
                       .run = [](Call& call) { return read(call, {"json", "end"}); }};

const Command kCat{.name = "cat",
                   .about = "Write all records that are there to stdout, and end",
                   .operands = kTopics,
                   .options = kOptions,
                   .takes = kTakesCluster,
                   .examples = kCatExamples,
                   .run = [](Call& call) { return read(call, {"%v\\n", ":end"}); }};

}  // namespace millrace::cli
