#include <algorithm>
#include <utility>

#include "client/consumer/learn_leaders.h"
#include "client/errors.h"
#include "client/share/share_core.h"

// What is asked of the brokers, and what they say.
namespace millrace::client {

using protocol::Errc;
using protocol::ShareAcknowledgeRequest;
using protocol::ShareAcknowledgeResponse;
using protocol::ShareFetchRequest;
using protocol::ShareFetchResponse;

bool ShareCore::wants_records() const { return polling_ && batches_.empty() && group_ && group_->stable(); }

// The partitions of this member by their leaders.
std::map<NodeId, std::set<ShareKey>> ShareCore::wanted_by_broker() const {
  std::map<NodeId, std::set<ShareKey>> wanted;
  for (const auto& name : assigned_) {
    const TopicView* topic = cluster_.view()->topic(name.topic);
    const NodeId leader = cluster_.view()->leader(name.topic, PartitionIndex(name.partition));
    if (topic != nullptr && !topic->id.is_zero()) wanted[leader].insert({topic->id, name.partition});
  }
  return wanted;
}

// Acknowledgements travel with a fetch where they can: not of partitions that are not to be read any more, nor those
// that keep records locked, which the request must say of all that it carries.
bool ShareCore::must_acknowledge_alone(const Broker& broker, const std::set<ShareKey>& wanted) const {
  return !wants_records() || std::ranges::any_of(broker.pending, [&](const auto& one) {
    return !wanted.contains(one.first) || one.second.what.renews();
  });
}

void ShareCore::pump() {
  if (cluster_.closed()) return;
  const MonoTime now = shard_.clock.now();
  const auto wanted = wanted_by_broker();
  if (wanted.contains(kNoNode)) cluster_.refresh();
  for (const auto& [node, keys] : wanted) {
    if (node != kNoNode) brokers_.try_emplace(node);
  }
  // Strictly so many records as a poll may bring: one broker at a time, each in its turn.
  bool may_fetch = wants_records();
  if (options_.by_number) {
    may_fetch = may_fetch && std::ranges::none_of(brokers_, [](const auto& one) { return one.second.busy; });
  }
  std::vector<NodeId> order;
  for (const auto& [node, broker] : brokers_) order.push_back(node);
  std::ranges::rotate(order, std::ranges::upper_bound(order, last_asked_));
  for (const NodeId node : order) {
    Broker& broker = brokers_.at(node);
    if (broker.not_before > now) wake_at(broker.not_before);
    if (broker.busy || broker.not_before > now) continue;
    if (!broker.session.open()) {
      fail_pending(broker);
      broker.ending = false;
    }
    const auto keys = wanted.find(node);
    const bool reads = keys != wanted.end();
    const bool urgent = polling_ || std::ranges::any_of(broker.pending, [](const auto& one) {
                          return !one.second.commits.empty();
                        });
    if (broker.ending) {
      acknowledge_only(node, broker, true);
    } else if (!broker.pending.empty() && urgent &&
               must_acknowledge_alone(broker, reads ? keys->second : std::set<ShareKey>())) {
      acknowledge_only(node, broker, false);
    } else if (may_fetch && reads) {
      fetch(node, broker, keys->second);
      may_fetch = !options_.by_number;
      last_asked_ = node;
    }
  }
}

void ShareCore::fetch(NodeId node, Broker& broker, const std::set<ShareKey>& wanted) {
  struct Asked {
    std::string group;
    std::string member;
    ShareFetchRequest request;
  };
  broker.busy = true;
  broker.told = std::exchange(broker.pending, {});
  auto asked = std::make_shared<Asked>(
      Asked{*options_.consumer.group_id, member_id_, broker.session.fetch(wanted, broker.told)});
  const auto make = [asked, &options = options_](std::int16_t version) {
    ShareFetchRequest request = asked->request;
    request.group_id = asked->group;
    request.member_id = asked->member;
    request.max_wait_ms = static_cast<std::int32_t>(options.consumer.fetch_wait.value());
    request.min_bytes = options.consumer.fetch_min_bytes;
    request.max_bytes = options.consumer.fetch_max_bytes;
    request.max_records = static_cast<std::int32_t>(options.consumer.max_poll_records);
    request.batch_size = request.max_records;
    if (version >= 2) request.share_acquire_mode = options.by_number ? 1 : 0;
    return request;
  };
  cluster_.send_made<ShareFetchResponse, ShareFetchRequest>(
      Target::node(node), make, options_.consumer.request_timeout + options_.consumer.fetch_wait,
      alive_.guard([this, node](Result<Answer<ShareFetchResponse>> answer) { take_fetched(node, std::move(answer)); }));
}

void ShareCore::acknowledge_only(NodeId node, Broker& broker, bool last) {
  struct Asked {
    std::string group;
    std::string member;
    ShareAcknowledgeRequest request;
  };
  broker.busy = true;
  broker.told = std::exchange(broker.pending, {});
  auto asked = std::make_shared<Asked>(
      Asked{*options_.consumer.group_id, member_id_, broker.session.acknowledge(broker.told, last)});
  const auto make = [asked](std::int16_t) {
    ShareAcknowledgeRequest request = asked->request;
    request.group_id = asked->group;
    request.member_id = asked->member;
    return request;
  };
  cluster_.send_made<ShareAcknowledgeResponse, ShareAcknowledgeRequest>(
      Target::node(node), make, options_.consumer.request_timeout,
      alive_.guard([this, node](Result<Answer<ShareAcknowledgeResponse>> answer) {
        take_acknowledged(node, std::move(answer));
      }));
}

void ShareCore::take_fetched(NodeId node, Result<Answer<ShareFetchResponse>> answer) {
  if (cluster_.closed()) return;
  Broker& broker = brokers_[node];
  broker.busy = false;
  if (!answer) return session_failed(node, broker, answer.error());
  const auto& body = answer->body;
  if (const Status status = broker_status(body.error_code, "reading for a share group",
                                          body.error_message.value_or(""));
      !status) {
    return session_failed(node, broker, status.error());
  }
  broker.session.answered();
  if (body.acquisition_lock_timeout_ms > 0) lock_timeout_ = Millis(body.acquisition_lock_timeout_ms);
  learn_leaders(cluster_, body);
  const auto responses = body.responses;  // points into the frame
  const auto frame = std::make_shared<const Buffer>(std::move(answer->frame));
  ++statistics_.fetches;
  statistics_.bytes += frame->size();
  for (const auto& topic : responses) {
    for (const auto& part : topic.partitions) {
      const ShareKey key{topic.topic_id, part.partition_index};
      tell_result(broker, key, broker_status(part.acknowledge_error_code, "acknowledging records",
                                             part.acknowledge_error_message.value_or("")));
      take_part(node, key, part, frame);
    }
  }
  fail_told(broker, broker_error(Errc::unknown_server_error, "acknowledging records", "the broker has not answered"));
  answer_poll();
  pump();
}

void ShareCore::take_part(NodeId node, const ShareKey& key, const ShareFetchResponse::PartitionData& part,
                          const std::shared_ptr<const Buffer>& frame) {
  const Errc code = protocol::from_wire(part.error_code);
  if (code != Errc::none) return take_part_error(node, key, code, part.error_message.value_or(""));
  const Bytes batches = part.records ? part.records->in_memory : Bytes();
  const TopicView* topic = cluster_.view()->topic(key.topic);
  if (part.acquired_records.empty() || topic == nullptr) return;
  auto partition = std::make_shared<AssignedPartition>();
  partition->topic = std::make_shared<const std::string>(topic->name);
  partition->partition = key.partition;
  auto acquired = part.acquired_records;
  std::ranges::sort(acquired, {}, &ShareFetchResponse::AcquiredRecords::first_offset);
  partition->move_to(Offset(acquired.front().first_offset), kNoEpoch);
  // Brokers leave out what is not for the group to see, so nothing is known of aborted transactions here.
  Chunk chunk(std::move(partition), frame, batches, std::nullopt, options_.consumer.check_crcs);
  batches_.push_back({node, key, shard_.clock.now(), std::move(chunk), std::move(acquired)});
}

void ShareCore::take_part_error(NodeId node, const ShareKey& key, Errc code, std::string_view detail) {
  brokers_[node].not_before = shard_.clock.now() + options_.consumer.retry_backoff;
  cluster_.refresh();
  if (protocol::retriable(code)) return;
  const TopicView* topic = cluster_.view()->topic(key.topic);
  const std::string name = (topic == nullptr ? key.topic.text() : topic->name) + "-" + std::to_string(key.partition);
  failures_.push_back(broker_error(code, "reading " + name + " for a share group", detail));
}

void ShareCore::take_acknowledged(NodeId node, Result<Answer<ShareAcknowledgeResponse>> answer) {
  if (cluster_.closed()) return;
  Broker& broker = brokers_[node];
  broker.busy = false;
  if (!answer) return session_failed(node, broker, answer.error());
  const auto& body = answer->body;
  if (const Status status = broker_status(body.error_code, "acknowledging records", body.error_message.value_or(""));
      !status) {
    return session_failed(node, broker, status.error());
  }
  if (std::exchange(broker.ending, false)) {
    broker.session.broken();
  } else {
    broker.session.answered();
  }
  learn_leaders(cluster_, body);
  for (const auto& topic : body.responses) {
    for (const auto& part : topic.partitions) {
      tell_result(broker, {topic.topic_id, part.partition_index},
                  broker_status(part.error_code, "acknowledging records", part.error_message.value_or("")));
    }
  }
  fail_told(broker, broker_error(Errc::unknown_server_error, "acknowledging records", "the broker has not answered"));
  pump();
}

// With the session goes everything that was acquired in it.
void ShareCore::session_failed(NodeId node, Broker& broker, const Error& why) {
  broker.session.broken();
  std::erase_if(batches_, [node](const Batch& batch) { return batch.node == node; });
  std::erase_if(handed_, [node](const auto& handed) { return handed.second.node == node; });
  const bool passes = why.retriable || why.is(ErrorCode::unknown_member_id);
  if (!passes) failures_.push_back(why);
  broker.not_before = shard_.clock.now() + options_.consumer.retry_backoff;
  cluster_.refresh();
  fail_told(broker, why);
  answer_poll();
  pump();
}

void ShareCore::tell_result(Broker& broker, const ShareKey& key, const Status& status) {
  const auto told = broker.told.find(key);
  if (told == broker.told.end()) return;
  const PendingAcks acks = std::move(told->second);
  broker.told.erase(told);
  report(acks, status);
}

void ShareCore::report(const PendingAcks& acks, const Status& status) {
  for (const auto& commit : acks.commits) commit->note(acks.name, status);
  const auto offsets = acks.what.offsets();
  if (status.ok()) statistics_.acknowledged += offsets.size();
  if (heard_ && !offsets.empty()) heard_(acks.name, offsets, status);
}

void ShareCore::fail_told(Broker& broker, const Error& why) {
  for (const auto& [key, acks] : std::exchange(broker.told, {})) report(acks, why);
}

void ShareCore::fail_pending(Broker& broker) {
  if (broker.pending.empty()) return;
  const Error why = broker_error(Errc::share_session_not_found, "acknowledging records",
                                 "the broker has released them meanwhile");
  for (const auto& [key, acks] : std::exchange(broker.pending, {})) report(acks, why);
}

void ShareCore::wake_at(MonoTime when) {
  if (timer_ != ports::TimerId(0) && timer_at_ <= when) return;
  shard_.timers.cancel(timer_);
  timer_at_ = when;
  timer_ = shard_.timers.at(when, [this] {
    timer_ = ports::TimerId(0);
    pump();
  });
}

}  // namespace millrace::client
