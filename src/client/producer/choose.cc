// The partition of each record.
#include <string>

#include "client/errors.h"
#include "client/guard.h"
#include "client/producer/murmur2.h"
#include "client/producer/producer.h"

namespace millrace::client {
namespace {

std::optional<std::string_view> as_view(const std::optional<Bytes>& bytes) {
  return bytes ? std::optional(as_text(*bytes)) : std::nullopt;
}

}  // namespace

Result<std::int32_t> ProducerCore::choose(TopicQueues& topic, const EncodedRecord& record) {
  if (record.partition) return *record.partition;
  const auto count = static_cast<std::int32_t>(topic.view->partitions.size());
  if (options_.partitioner) {
    std::int32_t chosen = -1;
    const PartitionChoice choice{topic.name, as_view(record.key()), as_view(record.value()), count, topic.available};
    if (auto thrown = guarded("a partitioner", [&] { chosen = options_.partitioner->partition(choice); })) {
      return *std::move(thrown);
    }
    if (chosen >= 0 && chosen < count) return chosen;
    return local_error(Cause::invalid_argument, "the partitioner chose partition " + std::to_string(chosen) +
                                                    " of topic " + topic.name + ", which has " +
                                                    std::to_string(count));
  }
  if (!options_.ignore_keys) {
    if (const auto key = record.key()) return partition_of_key(*key, count);
  }
  return stick(topic, record.size());
}

// The partition that records without a key, of so many bytes, go to now.
std::int32_t ProducerCore::stick(TopicQueues& topic, std::size_t bytes) {
  if (topic.sticky.due(options_.batch_bytes)) {
    topic.sticky.draw(candidates(topic), options_.adaptive, shard_.random);
  }
  topic.sticky.went(bytes);
  return topic.sticky.current();
}

// Partitions that a record without a key may go to: those with a leader that takes what waits for it, else those with a
// leader, else the first one.
std::vector<StickyChoice::Candidate> ProducerCore::candidates(const TopicQueues& topic) const {
  std::vector<StickyChoice::Candidate> led;
  std::vector<StickyChoice::Candidate> quick;
  for (const std::int32_t partition : topic.available) {
    const PartitionQueue& queue = *topic.partitions[static_cast<std::size_t>(partition)];
    led.push_back({partition, queue.waiting.size()});
    if (!stuck(queue)) quick.push_back(led.back());
  }
  if (!quick.empty()) return quick;
  if (!led.empty()) return led;
  return {{0, 0}};
}

// Whether a batch has been ready for longer than partitioner.availability.timeout.ms, and its broker has not taken it
// (KIP-794).
bool ProducerCore::stuck(const PartitionQueue& queue) const {
  if (options_.availability_timeout == Millis(0) || queue.waiting.empty()) return false;
  const MonoTime ready = queue.waiting.front()->begun() + options_.linger;
  return shard_.clock.now() > ready + options_.availability_timeout;
}

}  // namespace millrace::client
