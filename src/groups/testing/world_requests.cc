#include <cstdlib>
#include <utility>

#include "base/assert.h"
#include "groups/testing/world.h"
#include "protocol/errc.h"
#include "protocol/message.h"

// What the clients of a scenario send, and how their answers read.
namespace millrace::groups::testing {

namespace {

std::string code(std::int16_t error) { return std::string(protocol::name(protocol::from_wire(error))); }

// A request as it would have arrived: encoded and decoded again in its version.
template <typename Body>
Incoming<Body> arrived(const Body& body, std::int16_t version, const std::string& who) {
  Incoming<Body> incoming;
  incoming.frame = encode_body(body, version);
  MR_ASSERT(decode_body(incoming.frame.bytes(), version, incoming.body).ok());
  incoming.version = version;
  incoming.client_id = who;
  incoming.client_host = "/10.0.0.1";
  return incoming;
}

template <typename Body>
Body opened(const Buffer& body, std::int16_t version) {
  Body message;
  MR_ASSERT(decode_body(body.bytes(), version, message).ok());
  return message;
}

}  // namespace

// a joins [range,rr] [meta=TEXT]: its protocols in order of preference, and what it says for each.
void World::join(const Request& request) {
  protocol::JoinGroupRequest body;
  body.group_id = group_;
  body.session_timeout_ms = static_cast<std::int32_t>(session_.value());
  body.rebalance_timeout_ms = static_cast<std::int32_t>(rebalance_.value());
  body.member_id = request.member_id;
  body.group_instance_id = request.instance_id;
  body.protocol_type = "consumer";
  std::string names = "range";
  std::string metadata = request.who;
  for (const std::string& word : request.words) {
    if (word.starts_with("meta=")) metadata = word.substr(5);
    else if (word.starts_with("type=")) body.protocol_type = std::string_view(word).substr(5);
    else names = word;
  }
  std::vector<std::string> list;
  for (std::size_t at = 0; at <= names.size();) {
    const std::size_t end = std::min(names.find(',', at), names.size());
    list.push_back(names.substr(at, end - at));
    at = end + 1;
  }
  for (const std::string& name : list) body.protocols.push_back({name, as_bytes(metadata)});
  coordinator_->join(arrived(body, request.version, request.who), [this, request](Buffer bytes) {
    const auto answer = opened<protocol::JoinGroupResponse>(bytes, request.version);
    Client& client = clients_[request.who];
    const bool gives_id = answer.error_code == to_wire(protocol::Errc::member_id_required);
    if (answer.error_code == 0 || gives_id) {
      learn(request.who, answer.member_id);
      client.member_id = answer.member_id;
    }
    if (answer.error_code != 0) {
      return say(request.who, code(answer.error_code) + (gives_id ? " " + client.member_id : ""));
    }
    client.generation = answer.generation_id;
    std::string text = client.member_id + " generation " + std::to_string(answer.generation_id) + " " +
                       std::string(answer.protocol_name.value_or(""));
    text += answer.leader == answer.member_id ? ", leads" : ", follows " + std::string(answer.leader);
    for (const auto& member : answer.members) text += " " + std::string(member.member_id);
    if (answer.skip_assignment) text += ", skips the assignment";
    say(request.who, text);
  });
}

// a syncs [a-1=p0 b-1=p1] [type=T] [protocol=P]
void World::sync(const Request& request) {
  protocol::SyncGroupRequest body;
  body.group_id = group_;
  body.generation_id = request.generation;
  body.member_id = request.member_id;
  body.group_instance_id = request.instance_id;
  body.protocol_type = "consumer";
  body.protocol_name = "range";
  std::vector<std::pair<std::string, std::string>> given;
  for (const std::string& word : request.words) {
    const std::size_t equals = word.find('=');
    if (word.starts_with("type=")) body.protocol_type = std::string_view(word).substr(5);
    else if (word.starts_with("protocol=")) body.protocol_name = std::string_view(word).substr(9);
    else given.emplace_back(real_id(word.substr(0, equals)), word.substr(equals + 1));
  }
  for (const auto& [member, share] : given) body.assignments.push_back({member, as_bytes(share)});
  coordinator_->sync(arrived(body, request.version, request.who), [this, request](Buffer bytes) {
    const auto answer = opened<protocol::SyncGroupResponse>(bytes, request.version);
    const std::string share(as_text(answer.assignment));
    say(request.who, answer.error_code != 0 ? code(answer.error_code) : "gets " + (share.empty() ? "nothing" : share));
  });
}

void World::heartbeat(const Request& request) {
  protocol::HeartbeatRequest body;
  body.group_id = group_;
  body.generation_id = request.generation;
  body.member_id = request.member_id;
  body.group_instance_id = request.instance_id;
  coordinator_->heartbeat(arrived(body, request.version, request.who), [this, request](Buffer bytes) {
    say(request.who, code(opened<protocol::HeartbeatResponse>(bytes, request.version).error_code));
  });
}

// a leaves [and b-1 ...]: members by id, or by instance id as @NAME.
void World::leave(const Request& request) {
  protocol::LeaveGroupRequest body;
  body.group_id = group_;
  body.member_id = request.member_id;
  std::vector<std::string> ids;
  for (const std::string& word : request.words) ids.push_back(word == "and" ? request.member_id : real_id(word));
  if (ids.empty()) ids.push_back(request.member_id);
  for (const std::string& id : ids) {
    auto& member = body.members.emplace_back();
    if (id.starts_with("@")) member.group_instance_id = std::string_view(id).substr(1);
    else member.member_id = id;
  }
  if (request.version < 3) body.members.clear();
  coordinator_->leave(arrived(body, request.version, request.who), [this, request](Buffer bytes) {
    const auto answer = opened<protocol::LeaveGroupResponse>(bytes, request.version);
    std::string text = answer.error_code != 0 || answer.members.empty() ? code(answer.error_code) : "";
    for (const auto& member : answer.members) text += (text.empty() ? "" : " ") + code(member.error_code);
    say(request.who, text);
  });
}

// a commits t-0=5 [t-1=7/metadata]
void World::commit(const Request& request) {
  protocol::OffsetCommitRequest body;
  body.group_id = group_;
  body.generation_id_or_member_epoch = request.generation;
  body.member_id = request.member_id;
  body.group_instance_id = request.instance_id;
  for (const std::string& word : request.words) {
    const std::size_t dash = word.find('-'), equals = word.find('='), slash = word.find('/');
    const std::string_view name = std::string_view(word).substr(0, dash);
    auto& topic = body.topics.emplace_back();
    topic.name = name;
    topic.topic_id = topics_.by_name(name) ? topics_.by_name(name)->id : Uuid{9, 9};
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = std::atoi(word.c_str() + dash + 1);
    partition.committed_offset = std::atoi(word.c_str() + equals + 1);
    if (slash != std::string::npos) partition.committed_metadata = std::string_view(word).substr(slash + 1);
  }
  coordinator_->commit_offsets(arrived(body, request.version, request.who), [this, request](Buffer bytes) {
    std::string text;
    for (const auto& topic : opened<protocol::OffsetCommitResponse>(bytes, request.version).topics) {
      for (const auto& partition : topic.partitions) text += (text.empty() ? "" : " ") + code(partition.error_code);
    }
    say(request.who, text);
  });
}

// a fetches t-0 t-1, or everything; "stable" asks for stable offsets.
void World::fetch(const Request& request) {
  OffsetQuery query;
  query.group_id = group_;
  query.version = request.version;
  query.all_topics = true;
  for (const std::string& word : request.words) {
    if (word == "stable") {
      query.require_stable = true;
      continue;
    }
    query.all_topics = false;
    const std::size_t dash = word.find('-');
    const std::string name = word.substr(0, dash);
    query.topics.push_back({name, topics_.by_name(name) ? topics_.by_name(name)->id : Uuid{9, 9},
                            {std::atoi(word.c_str() + dash + 1)}});
  }
  coordinator_->fetch_offsets(std::move(query), [this, request](OffsetAnswer answer) {
    std::string text = answer.error != 0 ? code(answer.error) : answer.topics.empty() ? "nothing" : "";
    for (const OffsetAnswer::Topic& topic : answer.topics) {
      for (const OffsetAnswer::Partition& partition : topic.partitions) {
        text += (text.empty() ? "" : " ") + topic.name + "-" + std::to_string(partition.index) + "=" +
                (partition.error != 0 ? code(partition.error) : std::to_string(partition.offset));
        if (!partition.metadata.empty()) text += "/" + partition.metadata;
      }
    }
    say(request.who, text);
  });
}

}  // namespace millrace::groups::testing
