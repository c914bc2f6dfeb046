#include "client/consumer/fetch_session.h"

#include <algorithm>

#include "protocol/errc.h"

namespace millrace::client {

FetchSession::Plan FetchSession::plan(const Wants& wants) {
  const bool by_id = std::ranges::none_of(wants, [](const auto& want) { return want.second.topic_id.is_zero(); });
  if (by_id != by_id_) epoch_ = 0;  // a session speaks of topics in one way
  by_id_ = by_id;
  Plan plan{id_, epoch_, by_id, {}, {}};
  if (epoch_ == 0) {
    plan.asked = wants;
  } else {
    for (const auto& [key, want] : wants) {
      const auto known = remembered_.find(key);
      if (known != remembered_.end() && known->second == want) continue;
      if (known != remembered_.end() && known->second.topic_id != want.topic_id) plan.forgotten.insert(*known);
      plan.asked.emplace(key, want);
    }
    for (const auto& [key, want] : remembered_) {
      if (!wants.contains(key)) plan.forgotten.emplace(key, want);
    }
  }
  remembered_ = wants;
  return plan;
}

void FetchSession::answered(const protocol::FetchResponse& answer) {
  if (answer.error_code != 0) {
    // A session that the broker does not know cannot be closed by a new one either.
    const auto code = protocol::from_wire(answer.error_code);
    if (code == protocol::Errc::fetch_session_id_not_found) id_ = 0;
    epoch_ = 0;
    return;
  }
  if (epoch_ == 0) id_ = answer.session_id;
  if (id_ == 0 || answer.session_id != id_) {
    id_ = answer.session_id;  // a broker without room for sessions answers 0: each request is whole
    epoch_ = 0;
    return;
  }
  epoch_ = epoch_ == 0x7fffffff ? 1 : epoch_ + 1;
}

protocol::FetchRequest request_of(const FetchSession::Plan& plan, std::int16_t version) {
  protocol::FetchRequest request;
  if (version >= 7) {
    request.session_id = plan.id;
    request.session_epoch = plan.epoch;
  }
  const bool by_id = version >= 13;
  const std::string* last = nullptr;
  for (const auto& [key, want] : plan.asked) {
    if (last == nullptr || *last != key.topic) {
      auto& topic = request.topics.emplace_back();
      if (by_id) {
        topic.topic_id = want.topic_id;
      } else {
        topic.topic = key.topic;
      }
      last = &key.topic;
    }
    auto& partition = request.topics.back().partitions.emplace_back();
    partition.partition = key.partition;
    partition.fetch_offset = want.offset;
    partition.partition_max_bytes = want.max_bytes;
    if (version >= 9) partition.current_leader_epoch = want.leader_epoch;
  }
  last = nullptr;
  if (version < 7) return request;
  for (const auto& [key, want] : plan.forgotten) {
    if (last == nullptr || *last != key.topic) {
      auto& topic = request.forgotten_topics_data.emplace_back();
      if (by_id) {
        topic.topic_id = want.topic_id;
      } else {
        topic.topic = key.topic;
      }
      last = &key.topic;
    }
    request.forgotten_topics_data.back().partitions.push_back(key.partition);
  }
  return request;
}

}  // namespace millrace::client
