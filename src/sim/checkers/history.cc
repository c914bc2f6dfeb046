#include "sim/checkers/history.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::sim {
namespace {

std::string text(const PartitionName& name) { return fmt::format("{}-{}", name.topic, name.index); }

}  // namespace

void History::fail(const std::string& why) {
  if (broken_.empty()) broken_ = why;
}

void History::sent(RecordId id, const PartitionName& partition, bool once) { sent_[id] = {partition, once}; }

void History::learn(const PartitionName& name, Partition& partition, Offset offset, RecordId id, bool acknowledged) {
  const auto sent = sent_.find(id);
  if (sent == sent_.end() || sent->second.partition != name) {
    fail(fmt::format("{}: offset {} holds record {:x}, which nobody sent there", text(name), offset.value(), id));
    return;
  }
  const auto [at, is_new] = partition.known.try_emplace(offset.value(), Known{id, acknowledged});
  if (is_new) return;
  if (at->second.id != id) {
    fail(fmt::format("{}: offset {} was {} with record {:x}, and is now {} with record {:x}", text(name),
                     offset.value(), at->second.acknowledged ? "acknowledged" : "read", at->second.id,
                     acknowledged ? "acknowledged" : "read", id));
  }
  at->second.acknowledged |= acknowledged;
}

void History::acknowledged(const PartitionName& name, Offset base, const std::vector<RecordId>& ids) {
  Partition& partition = partitions_[name];
  acknowledged_records_ += ids.size();
  if (base < Offset(0)) fail(fmt::format("{}: acknowledged at offset {}", text(name), base.value()));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    learn(name, partition, base + static_cast<std::int64_t>(i), ids[i], true);
  }
  partition.acknowledged_end = std::max(partition.acknowledged_end, base + static_cast<std::int64_t>(ids.size()));
}

History::Mark History::mark(const PartitionName& name) const {
  const auto at = partitions_.find(name);
  if (at == partitions_.end()) return {};
  return {at->second.acknowledged_end, at->second.high_watermark};
}

void History::saw_end(const PartitionName& name, const Mark& before, Offset end) {
  Partition& partition = partitions_[name];
  if (end < before.high_watermark) {
    fail(fmt::format("{}: the high watermark went back from {} to {}", text(name), before.high_watermark.value(),
                     end.value()));
  }
  if (end < before.acknowledged_end) {
    fail(fmt::format("{}: offset {} is acknowledged, and the high watermark is {}", text(name),
                     before.acknowledged_end.value() - 1, end.value()));
  }
  partition.high_watermark = std::max(partition.high_watermark, end);
}

void History::read(const PartitionName& name, const Mark& before, Offset from, Offset first,
                   const std::vector<RecordId>& ids, Offset high_watermark) {
  saw_end(name, before, high_watermark);
  Partition& partition = partitions_[name];
  read_records_ += ids.size();
  if (!ids.empty() && first != from) {
    fail(fmt::format("{}: a read from offset {} began with offset {}", text(name), from.value(), first.value()));
  }
  const Offset end = first + static_cast<std::int64_t>(ids.size());
  if (!ids.empty() && end > high_watermark) {
    fail(fmt::format("{}: offset {} was read above the high watermark {}", text(name), end.value() - 1,
                     high_watermark.value()));
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    learn(name, partition, first + static_cast<std::int64_t>(i), ids[i], false);
  }
}

void History::consumed(const PartitionName& name, Offset offset, RecordId id) {
  ++read_records_;
  learn(name, partitions_[name], offset, id, false);
}

void History::final_contents(const PartitionName& name, const std::vector<RecordId>& ids) {
  Partition& partition = partitions_[name];
  for (const auto& [offset, known] : partition.known) {
    const char* const what = known.acknowledged ? "acknowledged" : "read";
    if (offset >= static_cast<std::int64_t>(ids.size())) {
      fail(fmt::format("{}: offset {} was {} and is gone; the log ends at {}", text(name), offset, what, ids.size()));
    } else if (ids[static_cast<std::size_t>(offset)] != known.id) {
      fail(fmt::format("{}: offset {} was {} with record {:x}, and holds record {:x}", text(name), offset, what,
                       known.id, ids[static_cast<std::size_t>(offset)]));
    }
  }
  std::set<RecordId> seen;
  std::map<std::uint64_t, RecordId> last;  // of each idempotent producer
  for (const auto id : ids) {
    const auto sent = sent_.find(id);
    if (sent == sent_.end() || sent->second.partition != name) {
      fail(fmt::format("{}: holds record {:x}, which nobody sent there", text(name), id));
    } else if (!seen.insert(id).second && sent->second.once) {
      fail(fmt::format("{}: record {:x} of an idempotent producer is there twice", text(name), id));
    } else if (sent->second.once) {
      RecordId& before = last[producer_of(id)];
      if (id < before) fail(fmt::format("{}: record {:x} comes before record {:x}", text(name), before, id));
      before = id;
    }
  }
}

void History::saw_topic(const std::string& topic, Uuid id, std::int32_t partitions) {
  const auto [at, is_new] = topics_.try_emplace(topic, Topic{id, partitions});
  if (is_new) return;
  if (at->second.id.is_zero()) at->second.id = id;
  if (!id.is_zero() && at->second.id != id) {
    fail(fmt::format("topic {}: the id was {} and is {}", topic, at->second.id.text(), id.text()));
  }
  if (at->second.partitions != partitions) {
    fail(fmt::format("topic {}: {} partitions became {}", topic, at->second.partitions, partitions));
  }
}

Offset History::acknowledged_end(const PartitionName& name) const {
  const auto at = partitions_.find(name);
  return at == partitions_.end() ? Offset(0) : at->second.acknowledged_end;
}

}  // namespace millrace::sim
