#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/apis.h"
#include "protocol/gen/delete_topics.h"
#include "protocol/gen/remove_topic_record.h"

namespace millrace::controller {
namespace {

using protocol::DeleteTopicsRequest;
using protocol::DeleteTopicsResponse;
using protocol::Errc;
using Answer = DeleteTopicsResponse::DeletableTopicResult;

// A topic as the request names it: by name, or by id.
struct Named {
  std::optional<std::string_view> name;
  Uuid id;
};

std::vector<Named> named_in(const DeleteTopicsRequest& request, std::int16_t version) {
  std::vector<Named> all;
  if (version >= 6) {
    for (const auto& topic : request.topics) all.push_back({topic.name, topic.topic_id});
  } else {
    for (const std::string_view name : request.topic_names) all.push_back({name, Uuid()});
  }
  return all;
}

Answer failed(const Named& topic, Errc code, std::string_view message) {
  Answer answer;
  answer.name = topic.name;
  answer.topic_id = topic.id;
  answer.error_code = protocol::to_wire(code);
  answer.error_message = message.empty() ? std::nullopt : std::optional(message);
  return answer;
}

Buffer refuse_all(const DeleteTopicsRequest& request, std::int16_t version, Errc code, std::string_view message) {
  DeleteTopicsResponse response;
  for (const Named& topic : named_in(request, version)) response.responses.push_back(failed(topic, code, message));
  return protocol::encode_body(response, version);
}

class Deletion {
 public:
  Deletion(const Context& context, const DeleteTopicsRequest& request, std::int16_t version)
      : context_(context), version_(version), named_(named_in(request, version)) {}

  Decision run() {
    refuse_repeated();
    for (const Named& topic : named_) {
      if (topic.name && !topic.id.is_zero()) {
        add(failed(topic, Errc::invalid_request, "You may not specify both topic name and topic id."));
      } else if (topic.name) {
        if (!refused_names_.contains(*topic.name)) remove(topic, context_.image.topic(*topic.name));
      } else if (topic.id.is_zero()) {
        add(failed(topic, Errc::invalid_request, "Neither topic name nor id were specified."));
      } else if (!refused_ids_.contains(topic.id)) {
        remove(topic, context_.image.topic(topic.id));
      }
    }
    decision_.response = protocol::encode_body(response_, version_);
    return std::move(decision_);
  }

 private:
  void add(Answer answer) { response_.responses.push_back(std::move(answer)); }

  // What is named twice is not deleted at all, and answered once.
  void refuse_repeated() {
    std::map<std::string_view, int> names;
    std::map<Uuid, int> ids;
    for (const Named& topic : named_) {
      if (topic.name && topic.id.is_zero() && ++names[*topic.name] == 2) {
        refused_names_.insert(*topic.name);
        add(failed(topic, Errc::invalid_request, "Duplicate topic name."));
      } else if (!topic.name && !topic.id.is_zero() && ++ids[topic.id] == 2) {
        refused_ids_.insert(topic.id);
        add(failed(topic, Errc::invalid_request, "Duplicate topic id."));
      }
    }
    for (const Named& topic : named_) refuse_named_both_ways(topic, ids);
  }

  void refuse_named_both_ways(const Named& topic, const std::map<Uuid, int>& ids) {
    if (!topic.name || !topic.id.is_zero() || refused_names_.contains(*topic.name)) return;
    const metadata::TopicImage* known = context_.image.topic(*topic.name);
    if (known == nullptr || !ids.contains(known->id)) return;
    refused_names_.insert(*topic.name);
    if (refused_ids_.insert(known->id).second) {
      add(failed({topic.name, known->id}, Errc::invalid_request,
                 "The provided topic name maps to an ID that was already supplied."));
    }
  }

  void remove(const Named& named, const metadata::TopicImage* topic) {
    if (topic == nullptr && named.name) {
      add(failed(named, Errc::unknown_topic_or_partition, "This server does not host this topic-partition."));
      return;
    }
    if (topic == nullptr) {
      add(failed(named, Errc::unknown_topic_id, "This server does not host this topic ID."));
      return;
    }
    protocol::RemoveTopicRecord record;
    record.topic_id = topic->id;
    decision_.record(record, 0);
    add(failed({topic->name, topic->id}, Errc::none, ""));
  }

  const Context& context_;
  const std::int16_t version_;
  const std::vector<Named> named_;
  std::set<std::string_view> refused_names_;
  std::set<Uuid> refused_ids_;
  DeleteTopicsResponse response_;
  Decision decision_;
};

}  // namespace

// KIP-4, by id KIP-516.
Result<Decision> decide_delete_topics(const Context& context, std::int16_t version, Bytes body) {
  DeleteTopicsRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  Decision decision;
  if (!context.server.topics.delete_enabled) {
    const Errc code = version < 3 ? Errc::invalid_request : Errc::topic_deletion_disabled;
    decision.response = refuse_all(request, version, code, version < 3 ? "" : "Topic deletion is disabled.");
  } else if (request.timeout_ms <= 0) {
    decision.response = refuse_all(request, version, Errc::request_timed_out, "");
  } else {
    decision = Deletion(context, request, version).run();
  }
  return decision;
}

Buffer refuse_delete_topics(std::int16_t version, Bytes body, protocol::Errc code) {
  DeleteTopicsRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  return refuse_all(request, version, code, "");
}

}  // namespace millrace::controller
