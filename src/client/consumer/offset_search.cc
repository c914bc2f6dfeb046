#include "client/consumer/offset_search.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "client/errors.h"
#include "protocol/gen/list_offsets.h"

namespace millrace::client {
namespace {

using protocol::Errc;
using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;
using Times = std::map<TopicPartition, std::int64_t>;

class OffsetSearch : public std::enable_shared_from_this<OffsetSearch> {
 public:
  OffsetSearch(Cluster& cluster, Times times, bool committed_only, Millis timeout,
               Callback<void(Result<FoundOffsets>)> done)
      : cluster_(cluster),
        alive_(cluster.alive()),
        missing_(std::move(times)),
        committed_only_(committed_only),
        deadline_(cluster.shard().clock.now() + timeout),
        done_(std::move(done)) {
    for (const auto& [key, time] : missing_) topics_.insert(key.topic);
    for (const auto& topic : topics_) cluster_.track(topic);
  }

  void attempt() {
    if (alive_.expired() || cluster_.closed()) return finish(local_error(Cause::closed, "the client was closed"));
    if (missing_.empty()) return finish(std::move(found_));
    if (left() <= Millis(0)) return expire();
    std::map<NodeId, Times> by_leader;
    for (const auto& [key, time] : missing_) {
      const NodeId leader = cluster_.view()->leader(key.topic, PartitionIndex(key.partition));
      if (leader != kNoNode) {
        by_leader[leader].emplace(key, time);
      } else {
        if (cluster_.view()->serial == 0) continue;  // nobody has told anything yet
        const TopicView* topic = cluster_.view()->topic(key.topic);
        const Errc code = topic == nullptr || topic->error == Errc::none ? Errc::unknown_topic_or_partition
                                                                         : topic->error;
        last_ = broker_error(code, "finding the leader of " + key.topic + "-" + std::to_string(key.partition));
        if (!protocol::retriable(code)) return finish(*last_);
      }
    }
    if (by_leader.empty()) return again();
    under_way_ = by_leader.size();
    for (auto& [leader, times] : by_leader) ask(leader, std::move(times));
  }

 private:
  Millis left() const { return Millis((deadline_ - cluster_.shard().clock.now()) / 1'000'000); }

  void ask(NodeId leader, Times times) {
    auto asked = std::make_shared<const Times>(std::move(times));
    const auto make = [asked, view = cluster_.view(), committed = committed_only_](std::int16_t version) {
      ListOffsetsRequest request;
      request.replica_id = -1;
      if (version >= 2) request.isolation_level = committed ? 1 : 0;
      for (const auto& [key, time] : *asked) {
        if (request.topics.empty() || request.topics.back().name != key.topic) {
          request.topics.emplace_back().name = key.topic;
        }
        auto& partition = request.topics.back().partitions.emplace_back();
        partition.partition_index = key.partition;
        partition.timestamp = time;
        const PartitionView* known = view->partition(key.topic, PartitionIndex(key.partition));
        if (version >= 4 && known != nullptr) partition.current_leader_epoch = known->epoch.value();
      }
      return request;
    };
    const Millis once = std::min(std::max(left(), Millis(1)), cluster_.options().request_timeout);
    cluster_.send_made<ListOffsetsResponse, ListOffsetsRequest>(
        Target::node(leader), make, once,
        [self = shared_from_this()](Result<Answer<ListOffsetsResponse>> answer) { self->take(std::move(answer)); });
  }

  void take(Result<Answer<ListOffsetsResponse>> answer) {
    --under_way_;
    if (!answer) {
      last_ = answer.error();
      if (!answer.error().retriable) hopeless_ = last_;
    } else {
      for (const auto& topic : answer->body.topics) {
        for (const auto& part : topic.partitions) take_part({std::string(topic.name), part.partition_index}, part);
      }
    }
    if (under_way_ > 0) return;
    if (hopeless_) return finish(*hopeless_);
    if (missing_.empty()) return finish(std::move(found_));
    again();
  }

  void take_part(const TopicPartition& key, const ListOffsetsResponse::ListOffsetsPartitionResponse& part) {
    const Errc code = protocol::from_wire(part.error_code);
    if (code == Errc::none) {
      OffsetAtTime found{part.offset, part.timestamp, {}};
      if (part.leader_epoch >= 0) found.leader_epoch = part.leader_epoch;
      if (missing_.erase(key) > 0) found_.emplace(key, found);
      return;
    }
    last_ = broker_error(code, "finding offsets of " + key.topic + "-" + std::to_string(key.partition));
    const bool moved = code == Errc::fenced_leader_epoch || code == Errc::unknown_leader_epoch;
    if (!protocol::retriable(code) && !moved) hopeless_ = last_;
  }

  // Fresh metadata come at most once per backoff.
  void again() {
    if (alive_.expired() || cluster_.closed()) return finish(local_error(Cause::closed, "the client was closed"));
    if (left() <= Millis(0)) return expire();
    cluster_.when_refreshed(left(), [self = shared_from_this()](Status refreshed) {
      if (!refreshed && !self->last_) self->last_ = refreshed.error();
      self->attempt();
    });
  }

  void expire() {
    finish(last_ ? *last_ : local_error(Cause::timed_out, "no broker has told the offsets in time"));
  }

  void finish(Result<FoundOffsets> result) {
    if (!alive_.expired()) {
      for (const auto& topic : topics_) cluster_.untrack(topic);
    }
    topics_.clear();
    if (done_) std::exchange(done_, {})(std::move(result));
  }

  Cluster& cluster_;
  const std::weak_ptr<const bool> alive_;
  Times missing_;
  const bool committed_only_;
  const MonoTime deadline_;
  Callback<void(Result<FoundOffsets>)> done_;
  std::set<std::string> topics_;
  FoundOffsets found_;
  std::size_t under_way_ = 0;
  std::optional<Error> last_;
  std::optional<Error> hopeless_;
};

}  // namespace

void find_offsets(Cluster& cluster, Times times, bool committed_only, Millis timeout,
                  Callback<void(Result<FoundOffsets>)> done) {
  auto search = std::make_shared<OffsetSearch>(cluster, std::move(times), committed_only, timeout, std::move(done));
  cluster.shard().timers.at(cluster.shard().clock.now(), [search] { search->attempt(); });
}

}  // namespace millrace::client
