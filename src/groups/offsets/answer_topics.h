#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "protocol/errc.h"

namespace millrace::groups::offsets {

// What is said of one partition of a request.
struct Verdict {
  std::int32_t index = 0;
  bool unknown = false;  // the metadata does not have it
  protocol::Errc error = protocol::Errc::none;
};

// A topic of a request about the offsets of a group, with what is said of its partitions.
struct TopicVerdicts {
  std::string_view name;  // outlives the answer
  Uuid id;
  bool known = true;
  std::vector<Verdict> partitions;
};

// Puts the topics of an answer together (OffsetCommit, OffsetDelete; `Entry`: its topic). Kafka's broker answers first
// for what it does not know: each topic once, an unknown one also where it is asked for no partition. Its coordinator
// answers for the rest, and keeps the request's topics apart even if they are the same; only where the broker had
// something to say are they put together, with that and with one another.
template <typename Entry>
std::vector<Entry> answer_topics(const std::vector<TopicVerdicts>& asked) {
  constexpr bool kWithIds = requires(Entry entry) { entry.topic_id; };
  std::vector<Entry> entries;
  for (const bool unknown : {true, false}) {
    const bool merge = unknown || !entries.empty();
    for (const TopicVerdicts& topic : asked) {
      const auto entry = [&]() -> Entry& {
        for (Entry& known : entries) {
          bool same = merge && known.name == topic.name;
          if constexpr (kWithIds) same = same && known.topic_id == topic.id;
          if (same) return known;
        }
        Entry& added = entries.emplace_back();
        added.name = topic.name;
        if constexpr (kWithIds) added.topic_id = topic.id;
        return added;
      };
      Entry* into = unknown && !topic.known ? &entry() : nullptr;
      for (const Verdict& verdict : topic.partitions) {
        if (verdict.unknown != unknown) continue;
        if (into == nullptr) into = &entry();
        into->partitions.push_back({verdict.index, to_wire(verdict.error)});
      }
    }
  }
  return entries;
}

}  // namespace millrace::groups::offsets
