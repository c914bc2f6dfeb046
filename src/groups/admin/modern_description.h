#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/uuid.h"
#include "groups/modern.h"
#include "groups/store.h"
#include "groups/topic_directory.h"
#include "protocol/gen/consumer_group_describe.h"
#include "protocol/gen/share_group_describe.h"
#include "protocol/gen/streams_group_describe.h"

// Groups of the newer protocols (KIP-848, KIP-932, KIP-1071) as administrators see them, from their committed records.
namespace millrace::groups::admin {

// Names of topics, kept for as long as an answer points to them.
class TopicNames {
 public:
  explicit TopicNames(const TopicDirectory& topics) : topics_(topics) {}
  // Nothing if there is no such topic.
  std::optional<std::string_view> of(const Uuid& id);

 private:
  const TopicDirectory& topics_;
  std::map<Uuid, std::optional<std::string>> names_;
};

// Fills `out`: the group, or GROUP_ID_NOT_FOUND and a message, which `message` keeps. Texts of `out` point into the
// store, which must not change before they are used, into `id` and into `names`. Topics that are no more are left out.
void describe(const Store& store, TopicNames& names, std::string_view id, std::string& message,
              protocol::ConsumerGroupDescribeResponse::DescribedGroup& out);
void describe(const Store& store, TopicNames& names, std::string_view id, std::string& message,
              protocol::ShareGroupDescribeResponse::DescribedGroup& out);
void describe(const Store& store, TopicNames& names, std::string_view id, std::string& message,
              protocol::StreamsGroupDescribeResponse::DescribedGroup& out);

// The three have the same beginning: id, state and epochs. False if there is no such group, and `out` says so.
template <typename Group>
bool summarize(const Store& store, GroupKind kind, std::string_view id, std::string& message, Group& out) {
  out.group_id = id;
  const GroupKind* found = store.kinds().find_committed(id);
  if (found == nullptr || *found != kind) {
    message = "Group " + std::string(id);
    message += found == nullptr ? std::string(" not found.") : " is not a " + std::string(to_string(kind)) + " group.";
    out.error_code = to_wire(Errc::group_id_not_found);
    out.error_message = message;
    return false;
  }
  const ModernGroup group = read_modern(store, id, kind, true);
  out.group_state = group.state();
  out.group_epoch = group.epoch;
  out.assignment_epoch = group.assignment_epoch;
  return true;
}

// Calls visit(key, value) for the committed records of a group.
template <typename Visit>
void each_record(const Store& store, std::string_view id, Visit visit) {
  store.modern().scan_committed(ModernKey{std::string(id), ""}, [&](const ModernKey& key, const Buffer& value) {
    if (key.group != id) return false;
    visit(key, value);
    return true;
  });
}

// What is assigned, with the names of its topics. `From`: a list of topic ids and partitions; `Assignment`: of a
// response.
template <typename Assignment, typename From>
Assignment assignment_of(const From& parts, TopicNames& names) {
  Assignment assignment;
  for (const auto& part : parts) {
    const auto name = names.of(part.topic_id);
    if (name) assignment.topic_partitions.push_back({part.topic_id, *name, part.partitions});
  }
  return assignment;
}

}  // namespace millrace::groups::admin
