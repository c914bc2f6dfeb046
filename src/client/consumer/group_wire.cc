#include "client/consumer/group_wire.h"

#include <map>

#include "protocol/gen/consumer_protocol_assignment.h"
#include "protocol/gen/consumer_protocol_subscription.h"
#include "protocol/versioned.h"

namespace millrace::client {
namespace {

using protocol::ConsumerProtocolAssignment;
using protocol::ConsumerProtocolSubscription;

std::map<std::string_view, std::vector<std::int32_t>> by_topic(const std::vector<TopicPartition>& keys) {
  std::map<std::string_view, std::vector<std::int32_t>> topics;
  for (const auto& key : keys) topics[key.topic].push_back(key.partition);
  return topics;
}

// The sticky assignor's bytes: topics with their partitions, then the generation.
void write_sticky(protocol::Writer& out, const Subscription& subscription) {
  const auto topics = by_topic(subscription.last_owned);
  out.i32(static_cast<std::int32_t>(topics.size()));
  for (const auto& [topic, partitions] : topics) {
    out.i16(static_cast<std::int16_t>(topic.size()));
    out.raw(as_bytes(topic));
    out.i32(static_cast<std::int32_t>(partitions.size()));
    for (const std::int32_t partition : partitions) out.i32(partition);
  }
  out.i32(subscription.generation);
}

Buffer user_data(const Subscription& subscription, Strategy strategy) {
  const auto write = [&](protocol::Writer& out) {
    if (strategy == Strategy::sticky) write_sticky(out, subscription);
    if (strategy == Strategy::cooperative_sticky) out.i32(subscription.generation);
  };
  protocol::Writer counter;
  write(counter);
  Buffer buffer = Buffer::allocate(counter.size());
  protocol::Writer out(buffer.writable());
  write(out);
  return buffer;
}

// What was written before generations were told ends behind the partitions.
void read_sticky(Bytes bytes, Assignee& member) {
  protocol::Reader in(bytes);
  std::vector<TopicPartition> owned;
  const std::int32_t topics = in.i32();
  for (std::int32_t i = 0; i < topics && in.status().ok(); ++i) {
    const std::int16_t size = in.i16();
    if (size < 0 || static_cast<std::size_t>(size) > in.remaining()) return;
    const std::string topic(as_text(in.take(static_cast<std::size_t>(size))));
    const std::int32_t count = in.i32();
    for (std::int32_t j = 0; j < count && in.status().ok(); ++j) owned.push_back({topic, in.i32()});
  }
  if (!in.status().ok()) return;
  member.owned = std::move(owned);
  member.generation = in.remaining() >= 4 ? in.i32() : -1;
}

}  // namespace

Buffer encode_subscription(const Subscription& subscription, Strategy strategy) {
  ConsumerProtocolSubscription message;
  for (const auto& topic : subscription.topics) message.topics.push_back(topic);
  const Buffer own = user_data(subscription, strategy);
  if (!own.empty()) message.user_data = own.bytes();
  for (const auto& [topic, partitions] : by_topic(subscription.owned)) {
    message.owned_partitions.push_back({topic, partitions});
  }
  message.generation_id = subscription.generation;
  if (!subscription.rack.empty()) message.rack_id = subscription.rack;
  return protocol::encode_versioned(message, ConsumerProtocolSubscription::kMaxVersion);
}

std::optional<Assignee> decode_subscription(std::string_view member_id, std::optional<std::string_view> instance_id,
                                               Bytes metadata, Strategy strategy) {
  ConsumerProtocolSubscription message;
  const auto version = protocol::decode_versioned_or_newest(metadata, message);
  if (!version) return std::nullopt;
  Assignee member;
  member.id = member_id;
  if (instance_id) member.instance_id = std::string(*instance_id);
  for (const auto topic : message.topics) member.topics.emplace_back(topic);
  for (const auto& topic : message.owned_partitions) {
    for (const std::int32_t partition : topic.partitions) member.owned.push_back({std::string(topic.topic), partition});
  }
  member.generation = message.generation_id;
  member.rack = message.rack_id.value_or("");
  if (message.user_data) {
    if (strategy == Strategy::sticky) read_sticky(*message.user_data, member);
    if (strategy == Strategy::cooperative_sticky && *version < 2 && message.user_data->size() >= 4) {
      member.generation = load_be<std::int32_t>(message.user_data->data());
    }
  }
  return member;
}

Buffer encode_assignment(const std::vector<TopicPartition>& partitions) {
  ConsumerProtocolAssignment message;
  for (const auto& [topic, indexes] : by_topic(partitions)) message.assigned_partitions.push_back({topic, indexes});
  return protocol::encode_versioned(message, ConsumerProtocolAssignment::kMaxVersion);
}

std::optional<std::vector<TopicPartition>> decode_assignment(Bytes bytes) {
  std::vector<TopicPartition> result;
  if (bytes.empty()) return result;  // a leader that left this member out
  ConsumerProtocolAssignment message;
  if (!protocol::decode_versioned_or_newest(bytes, message)) return std::nullopt;
  for (const auto& topic : message.assigned_partitions) {
    for (const std::int32_t partition : topic.partitions) result.push_back({std::string(topic.topic), partition});
  }
  return result;
}

}  // namespace millrace::client
