#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/layers.h"

namespace millrace::config {

// When a batch on a topic counts as written.
enum class Acknowledge : std::uint8_t {
  from_disk,   // after it is on the disk
  from_memory  // at once; it is flushed after so many records or so much time, as Kafka does it
};

// How a topic acknowledges, and what decided it.
struct DurabilityRule {
  Acknowledge mode = Acknowledge::from_disk;
  Source source = Source::built_in;  // built_in: nothing explicit decided it
  std::string setting;               // the deciding setting's name; empty with built_in
  std::string value;                 // as it was set; empty with built_in

  // For the log of a start: "acknowledged means on disk (nothing else is set)".
  std::string text() const;
};

// Topics that the cluster keeps for itself: __consumer_offsets, __transaction_state, __share_group_state.
bool is_internal_topic(std::string_view topic);

// The switch between safety and Kafka's habit. The nearest level at which flush.messages, flush.ms or their server
// settings are set decides: the topic, this server, all servers, then file and command line. flush.messages=1 there
// means from disk, anything else from memory; nothing set anywhere means from disk. Internal topics obey only their own
// settings; __cluster_metadata is always on disk. log.flush.scheduler.interval.ms says how often a flusher looks, not
// that memory is good enough, and does not count. Values are taken to be valid.
DurabilityRule durability_of(std::string_view topic, const Overrides& topic_overrides, const ServerLayers& servers);

// The rule for ordinary topics without settings of their own.
DurabilityRule default_durability(const ServerLayers& servers);

}  // namespace millrace::config
