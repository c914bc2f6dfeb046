#include "groups/admin/subscription.h"

#include "protocol/gen/consumer_protocol_subscription.h"
#include "protocol/message.h"

namespace millrace::groups::admin {

bool of_consumers(const classic::ClassicGroup& group) {
  return group.protocol_type.has_value() && *group.protocol_type == "consumer";
}

std::optional<std::set<std::string, std::less<>>> subscribed_topics(const classic::ClassicGroup& group) {
  if (!of_consumers(group)) return std::nullopt;
  std::set<std::string, std::less<>> topics;
  if (group.members.empty()) return topics;
  if (!group.protocol) return std::nullopt;
  for (const classic::MemberPtr& member : group.members) {
    protocol::Reader in(member->metadata_for(*group.protocol));
    in.i16();  // its version: the fields of version 0 come first in all of them
    protocol::ConsumerProtocolSubscription subscription;
    if (!in.status().ok() || !decode(in, 0, subscription).ok()) return std::nullopt;
    topics.insert(subscription.topics.begin(), subscription.topics.end());
  }
  return topics;
}

bool is_subscribed(const classic::ClassicGroup& group, std::string_view topic) {
  const auto topics = subscribed_topics(group);
  return topics ? topics->contains(topic) : of_consumers(group);
}

}  // namespace millrace::groups::admin
