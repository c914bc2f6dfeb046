#include "sim/workloads/consumer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "protocol/errc.h"
#include "sim/workloads/content.h"

namespace millrace::sim {

using protocol::Errc;
using protocol::FetchRequest;
using protocol::FetchResponse;
using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;

namespace {

constexpr std::int16_t kFirstWithZstd = 10;  // version of Fetch

}  // namespace

Consumer::Consumer(ports::Shard& shard, Stage& stage, Prng prng, const std::string& name)
    : Client(shard, stage, prng, name) {
  for (const auto& partition : stage.traffic.partitions()) {
    lanes_.push_back({partition, Offset(0), Offset(-1), false, {}});
  }
}

bool Consumer::caught_up() const {
  return std::all_of(lanes_.begin(), lanes_.end(), [this](const Lane& lane) {
    return lane.next >= stage_.history.acknowledged_end(lane.partition);
  });
}

bool Consumer::at_end() const {
  return std::all_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.at_end; });
}

void Consumer::reconnected() {
  sessions_ = prng_.one_in(2) && session_.version(protocol::ApiKey::fetch) >= 7;
  session_id_ = 0;
  session_epoch_ = 0;
}

void Consumer::work() {
  if (prng_.one_in(8)) return list_offsets();
  fetch();
}

Consumer::Marks Consumer::marks() const {
  Marks marks;
  for (const auto& lane : lanes_) marks.push_back(stage_.history.mark(lane.partition));
  return marks;
}

void Consumer::fetch() {
  FetchRequest request;
  request.max_wait_ms = stage_.calm ? 120'000 : static_cast<std::int32_t>(prng_.below(800));
  request.min_bytes = stage_.calm ? 1 : static_cast<std::int32_t>(prng_.below(prng_.one_in(4) ? 5'000 : 2));
  request.max_bytes = static_cast<std::int32_t>(1 + prng_.below(200'000));
  request.session_id = sessions_ ? session_id_ : 0;
  request.session_epoch = sessions_ ? session_epoch_ : -1;
  const bool incremental = sessions_ && session_epoch_ > 0;
  for (auto& lane : lanes_) {
    if (incremental && lane.told == lane.next) continue;
    lane.told = lane.next;
    if (request.topics.empty() || request.topics.back().topic != lane.partition.topic) {
      request.topics.push_back({lane.partition.topic, id_of(lane.partition.topic), {}});
    }
    FetchRequest::FetchPartition wanted;
    wanted.partition = lane.partition.index;
    wanted.fetch_offset = lane.next.value();
    wanted.partition_max_bytes = static_cast<std::int32_t>(1 + prng_.below(100'000));
    request.topics.back().partitions.push_back(wanted);
  }
  session_.call<FetchResponse>(request, Millis(request.max_wait_ms),
                               [this, marks = marks()](const FetchResponse* answer) { fetched(answer, marks); });
}

Consumer::Lane* Consumer::lane(std::string_view topic, Uuid id, std::int32_t index, std::size_t& number) {
  const std::string name = topic.empty() ? topic_named(id) : std::string(topic);
  for (number = 0; number < lanes_.size(); ++number) {
    if (lanes_[number].partition == PartitionName{name, index}) return &lanes_[number];
  }
  stage_.history.fail(fmt::format("fetch: an answer for a partition that nobody asked for: {}-{}", name, index));
  return nullptr;
}

bool Consumer::bearable(std::int16_t error_code, const char* what) {
  const Errc code = protocol::from_wire(error_code);
  if (code == Errc::none) return true;
  if (code == Errc::unsupported_compression_type && session_.version(protocol::ApiKey::fetch) < kFirstWithZstd) {
    session_.drop();  // and hope for a newer version
  } else if (!protocol::retriable(code)) {
    stage_.history.fail(fmt::format("{} is refused with {}", what, protocol::name(code)));
  }
  forget_topics();
  return false;
}

void Consumer::fetched(const FetchResponse* answer, const Marks& marks) {
  if (answer == nullptr) return again_after(up_to(Millis(50)));
  const Errc code = protocol::from_wire(answer->error_code);
  const bool session_lost = code == Errc::fetch_session_id_not_found || code == Errc::invalid_fetch_session_epoch;
  if (session_lost || answer->session_id == 0) {
    session_id_ = 0;
    session_epoch_ = 0;
  } else if (sessions_) {
    session_id_ = answer->session_id;
    ++session_epoch_;
  }
  if (!session_lost && !bearable(answer->error_code, "a fetch")) return again_after(up_to(Millis(50)));
  for (const auto& topic : answer->responses) {
    for (const auto& data : topic.partitions) {
      std::size_t number = 0;
      if (Lane* const found = lane(topic.topic, topic.topic_id, data.partition_index, number)) {
        take(*found, data, marks[number]);
      }
    }
  }
  again_after(stage_.calm ? Millis(0) : up_to(Millis(30)));
}

void Consumer::take(Lane& lane, const FetchResponse::PartitionData& data, const History::Mark& mark) {
  if (!bearable(data.error_code, "a fetch of what was there before")) {
    lane.told = Offset(-1);
    return;
  }
  const Offset from = lane.next;
  Offset first = from;
  std::vector<RecordId> ids;
  const Bytes records = data.records ? data.records->in_memory : Bytes();
  record::BatchWalk walk(records);
  bool whole = records.empty();
  while (walk.next()) {
    whole = true;
    const auto batch = read_batch(walk.batch());
    if (!batch) {
      stage_.history.fail(fmt::format("{}-{}: the batch at offset {} is damaged", lane.partition.topic,
                                      lane.partition.index, walk.batch().base_offset().value()));
      return;
    }
    Offset offset = walk.batch().base_offset();
    for (const auto id : *batch) {
      if (offset >= from) {
        if (ids.empty()) first = offset;
        if (offset != first + static_cast<std::int64_t>(ids.size())) stage_.history.fail("a read skips offsets");
        ids.push_back(id);
      }
      ++offset;
    }
  }
  if (!whole) stage_.history.fail("a fetch brings no whole batch");
  const Offset high_watermark(data.high_watermark);
  stage_.history.read(lane.partition, mark, from, first, ids, high_watermark);
  lane.next = from + static_cast<std::int64_t>(ids.size());
  lane.ids.insert(lane.ids.end(), ids.begin(), ids.end());
  lane.at_end = lane.next == high_watermark;
}

void Consumer::list_offsets() {
  ListOffsetsRequest request;
  request.replica_id = -1;
  for (const auto& lane : lanes_) {
    if (request.topics.empty() || request.topics.back().name != lane.partition.topic) {
      request.topics.push_back({lane.partition.topic, {}});
    }
    request.topics.back().partitions.push_back({lane.partition.index, -1, -1});
  }
  session_.call<ListOffsetsResponse>(request, Millis(0), [this, marks = marks()](const ListOffsetsResponse* answer) {
    listed(answer, marks);
    again_after(up_to(Millis(30)));
  });
}

void Consumer::listed(const ListOffsetsResponse* answer, const Marks& marks) {
  if (answer == nullptr) return;
  for (const auto& topic : answer->topics) {
    for (const auto& partition : topic.partitions) {
      std::size_t number = 0;
      const Lane* const found = lane(topic.name, Uuid{}, partition.partition_index, number);
      if (found == nullptr || !bearable(partition.error_code, "a look-up of the end")) continue;
      stage_.history.saw_end(found->partition, marks[number], Offset(partition.offset));
    }
  }
}

}  // namespace millrace::sim
