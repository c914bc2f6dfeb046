#include "client/consumer/fetcher.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "client/consumer/learn_leaders.h"
#include "client/errors.h"

namespace millrace::client {

using protocol::Errc;
using protocol::FetchRequest;
using protocol::FetchResponse;

namespace {

constexpr std::int16_t kNewestByName = 12;  // later versions name topics by their ids
constexpr Millis kForgotten{86'400'000};          // planted: long enough for never

std::string place(const AssignedPartition& partition) {
  return *partition.topic + "-" + std::to_string(partition.partition);
}

}  // namespace

Fetcher::Fetcher(Cluster& cluster, const ConsumerOptions& options, Partitions& partitions, FetchOwner& owner)
    : cluster_(cluster), options_(options), partitions_(partitions), owner_(owner) {}

Fetcher::~Fetcher() { cluster_.shard().timers.cancel(timer_); }

bool Fetcher::wants(const AssignedPartition& partition, MonoTime now) const {
  return partition.state == AssignedPartition::State::ready && !partition.paused && !partition.revoking &&
         partition.not_before <= now;
}

// The leader, or a nearer replica that it has named.
NodeId Fetcher::source(AssignedPartition& partition, MonoTime now) const {
  if (partition.preferred != kNoNode) {
    if (partition.preferred_until > now && cluster_.view()->brokers.contains(partition.preferred)) {
      return partition.preferred;
    }
    partition.preferred = kNoNode;
  }
  return cluster_.view()->leader(*partition.topic, PartitionIndex(partition.partition));
}

void Fetcher::pump() {
  if (cluster_.closed()) return;
  const MonoTime now = cluster_.shard().clock.now();
  std::map<NodeId, FetchSession::Wants> wanted;
  std::set<NodeId> full;
  std::size_t buffered = 0;
  bool leaderless = false;
  for (const auto& [key, partition] : partitions_.all()) {
    buffered += partition->buffered;
    if (partition->state == AssignedPartition::State::ready && partition->not_before > now) {
      wake_at(partition->not_before);
    }
    if (!wants(*partition, now)) continue;
    const NodeId node = source(*partition, now);
    if (node == kNoNode) {
      leaderless = true;
      continue;
    }
    if (partition->buffered >= static_cast<std::size_t>(options_.partition_max_bytes)) full.insert(node);
    const TopicView* topic = cluster_.view()->topic(*partition->topic);
    const PartitionView* view = topic == nullptr ? nullptr : topic->find(PartitionIndex(partition->partition));
    FetchSession::Wanted want;
    want.topic_id = topic == nullptr ? ::millrace::Uuid{} : topic->id;
    want.offset = partition->next_fetch.value();
    want.leader_epoch = view == nullptr ? -1 : view->epoch.value();
    want.max_bytes = options_.partition_max_bytes;
    wanted[node].emplace(key, want);
  }
  if (leaderless) cluster_.refresh();
  if (buffered >= static_cast<std::size_t>(options_.fetch_max_bytes)) return;
  for (const auto& [node, wants] : wanted) {
    BrokerState& broker = brokers_[node];
    if (broker.not_before > now) wake_at(broker.not_before);
    if (!broker.busy && !full.contains(node) && broker.not_before <= now) send(node, broker, wants);
  }
}

void Fetcher::send(NodeId node, BrokerState& broker, const FetchSession::Wants& wanted) {
  broker.busy = true;
  broker.turns.clear();
  for (const auto& [key, want] : wanted) {
    const AssignedPtr partition = partitions_.find(key);
    broker.turns.emplace(key, partition->turn);
    // A session tells what has changed; one that knows the partition from an earlier assignment may keep silent.
    if (partition->high_watermark < 0 && broker.session.remembered().contains(key)) broker.session.broken();
  }
  VersionRange versions = Cluster::stable_versions(FetchRequest::kApi);
  auto plan = std::make_shared<const FetchSession::Plan>(broker.session.plan(wanted));
  if (!plan->by_id) versions.max = kNewestByName;
  const auto make = [this, plan](std::int16_t version) {
    FetchRequest request = request_of(*plan, version);
    request.max_wait_ms = static_cast<std::int32_t>(options_.fetch_wait.value());
    request.min_bytes = options_.fetch_min_bytes;
    request.max_bytes = options_.fetch_max_bytes;
    request.isolation_level = options_.committed_only ? 1 : 0;
    if (version >= 11) request.rack_id = options_.rack;
    return request;
  };
  const Millis timeout = options_.request_timeout + options_.fetch_wait;
  cluster_.send_made<FetchResponse, FetchRequest>(
      Target::node(node), make, timeout,
      alive_.guard([this, node](Result<Answer<FetchResponse>> answer) { take_answer(node, std::move(answer)); }),
      versions);
}

void Fetcher::take_answer(NodeId node, Result<Answer<FetchResponse>> answer) {
  if (cluster_.closed()) return;
  BrokerState& broker = brokers_[node];
  broker.busy = false;
  if (!answer) {
    broker.session.broken();
    if (!answer.error().retriable) {
      failures_.push_back(answer.error());
      owner_.on_fetched();
    }
    broker.not_before = cluster_.shard().clock.now() + options_.retry_backoff;
    cluster_.refresh();
    return pump();
  }
  ++answers_;
  broker.session.answered(answer->body);
  if (answer->body.error_code != 0) {
    broker.not_before = cluster_.shard().clock.now() + options_.retry_backoff;
    // Versions 13 and up: the broker does not know an id yet, or the topic is another one by now.
    const Errc code = protocol::from_wire(answer->body.error_code);
    const bool session = code == Errc::fetch_session_id_not_found || code == Errc::invalid_fetch_session_epoch;
    if (session) cluster_.shard().faults.reach(ports::Probe::client_session_renewed);
    if (!session) cluster_.refresh();
    return pump();
  }
  const std::int16_t version = answer->version;
  auto body = std::move(answer->body);
  const auto frame = std::make_shared<const Buffer>(std::move(answer->frame));
  bytes_ += frame->size();
  learn_leaders(cluster_, body);
  const ClusterViewPtr view = cluster_.view();
  for (const auto& topic : body.responses) {
    std::string name(topic.topic);
    if (version > kNewestByName) {
      for (const auto& [key, want] : broker.session.remembered()) {
        if (want.topic_id == topic.topic_id) {
          name = key.topic;
          break;
        }
      }
    }
    for (const auto& part : topic.partitions) take_part(node, broker, {name, part.partition_index}, part, frame);
  }
  if (has_something()) owner_.on_fetched();
  pump();
}

void Fetcher::take_part(NodeId node, const BrokerState& broker, const TopicPartition& key,
                        const FetchResponse::PartitionData& part, const std::shared_ptr<const Buffer>& frame) {
  const AssignedPtr partition = partitions_.find(key);
  const auto turn = broker.turns.find(key);
  // It was taken away or has jumped elsewhere while the broker was asked.
  auto& faults = cluster_.shard().faults;
  const bool stale = !partition || turn == broker.turns.end() || turn->second != partition->turn;
  if (stale) faults.reach(ports::Probe::client_answer_stale);
  if (stale && !(partition && faults.planted(ports::Planted::client_answer_of_old))) return;
  const Errc code = protocol::from_wire(part.error_code);
  if (code != Errc::none) {
    const bool follower = node != cluster_.view()->leader(key.topic, PartitionIndex(key.partition));
    if (code == Errc::offset_out_of_range && follower && partition->preferred != kNoNode) {
      partition->preferred = kNoNode;  // a follower may be behind: only the leader knows
      return;
    }
    return take_error(*partition, code);
  }
  partition->high_watermark = part.high_watermark;
  partition->last_stable = part.last_stable_offset;
  if (part.log_start_offset >= 0) partition->log_start = part.log_start_offset;
  if (part.preferred_read_replica >= 0) {
    partition->preferred = NodeId(part.preferred_read_replica);
    partition->preferred_until = cluster_.shard().clock.now() + options_.metadata_max_age;
  }
  const Bytes batches = part.records ? part.records->in_memory : Bytes();
  if (batches.empty()) return;
  Offset next = partition->next_fetch;
  for (record::BatchWalk walk(batches); walk.next();) next = std::max(next, walk.batch().next_offset());
  if (next == partition->next_fetch && record::BatchView::parse(batches).ok()) return;  // all of it is behind us
  partition->next_fetch = next;
  std::optional<std::vector<Chunk::Aborted>> aborted;
  if (options_.committed_only) {
    aborted.emplace();
    if (part.aborted_transactions) {
      for (const auto& one : *part.aborted_transactions) aborted->push_back({one.producer_id, one.first_offset});
    }
  }
  chunks_.emplace_back(partition, frame, batches, std::move(aborted), options_.check_crcs);
}

void Fetcher::take_error(AssignedPartition& partition, Errc code) {
  switch (code) {
    case Errc::offset_out_of_range: return owner_.on_out_of_range(partition);
    case Errc::not_leader_or_follower:
    case Errc::unknown_topic_or_partition:
    case Errc::unknown_topic_id:
    case Errc::inconsistent_topic_id:
    case Errc::fenced_leader_epoch:
    case Errc::unknown_leader_epoch:
    case Errc::kafka_storage_error:
    case Errc::offset_not_available:
    case Errc::replica_not_available:
    case Errc::leader_not_available:
      partition.preferred = kNoNode;
      cluster_.refresh();
      break;
    default:
      if (!protocol::retriable(code)) failures_.push_back(broker_error(code, "fetching " + place(partition)));
  }
  const bool forgotten = cluster_.shard().faults.planted(ports::Planted::client_fetch_forgotten);
  partition.not_before = cluster_.shard().clock.now() + (forgotten ? kForgotten : options_.retry_backoff);
}

Status Fetcher::take(std::size_t limit, ConsumerRecords& out) {
  for (std::size_t at = 0; at < chunks_.size() && out.size() < limit;) {
    Chunk& chunk = chunks_[at];
    const AssignedPartition& partition = *chunk.partition();
    if (chunk.wanted() && (partition.paused || partition.revoking)) {
      ++at;  // kept for later
      continue;
    }
    if (chunk.wanted()) {
      const Status taken = chunk.take(limit, out);
      out.go_on_at(partition.topic, partition.partition, partition.position.value(), partition.position_epoch.value());
      if (!taken) {
        if (out.empty()) return taken;
        break;
      }
    }
    if (!chunk.wanted() || chunk.done()) chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  if (out.empty() && !failures_.empty()) {
    const Error failure = std::move(failures_.front());
    failures_.pop_front();
    return failure;
  }
  return {};
}

bool Fetcher::has_something() const {
  return !failures_.empty() || std::ranges::any_of(chunks_, [](const Chunk& chunk) {
    return chunk.wanted() && !chunk.partition()->paused && !chunk.partition()->revoking;
  });
}

void Fetcher::close() {
  for (auto& [node, broker] : brokers_) {
    const auto plan = broker.session.plan({});
    if (plan.id == 0 || broker.busy || !cluster_.ready(node)) continue;
    const auto make = [id = plan.id](std::int16_t version) {
      FetchRequest request;
      if (version >= 7) {
        request.session_id = id;
        request.session_epoch = -1;
      }
      return request;
    };
    cluster_.send_made<FetchResponse, FetchRequest>(Target::node(node), make, options_.request_timeout,
                                                    [](Result<Answer<FetchResponse>>) {});
  }
}

void Fetcher::wake_at(MonoTime when) {
  auto& shard = cluster_.shard();
  if (timer_ != ports::TimerId(0) && timer_at_ <= when) return;
  shard.timers.cancel(timer_);
  timer_at_ = when;
  timer_ = shard.timers.at(when, [this] {
    timer_ = ports::TimerId(0);
    pump();
  });
}

}  // namespace millrace::client
