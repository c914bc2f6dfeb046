#include "client/admin/topics.h"

#include <algorithm>

#include "client/admin/admitted.h"
#include "protocol/gen/create_partitions.h"
#include "protocol/gen/create_topics.h"
#include "protocol/gen/delete_topics.h"

namespace millrace::client::admin {

using namespace protocol;
template <typename T>
using Result = client::Result<T>;

namespace {

std::int32_t wire_timeout(Millis timeout) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(timeout.value(), 1, 0x7fffffff));
}

// The code that another controller may answer differently.
Errc passing(Errc code) { return code == Errc::not_controller ? code : Errc::none; }

CreateTopicsRequest::CreatableTopic creatable(const NewTopic& topic) {
  CreateTopicsRequest::CreatableTopic entry;
  entry.name = topic.name;
  entry.num_partitions = topic.assignment.empty() ? topic.partitions : -1;
  entry.replication_factor = topic.assignment.empty() ? topic.replication_factor : std::int16_t{-1};
  for (const auto& [index, brokers] : topic.assignment) entry.assignments.push_back({index, brokers});
  for (const auto& [name, value] : topic.configs) {
    CreateTopicsRequest::CreatableTopicConfig config;
    config.name = name;
    config.value = value;
    entry.configs.push_back(config);
  }
  return entry;
}

std::vector<ConfigEntry> entries(const CreateTopicsResponse::CreatableTopicResult& topic) {
  std::vector<ConfigEntry> result;
  if (!topic.configs) return result;
  for (const auto& from : *topic.configs) {
    auto& entry = result.emplace_back();
    entry.name = from.name;
    entry.value = optional_text(from.value);
    entry.source = static_cast<ConfigSource>(from.config_source);
    entry.read_only = from.read_only;
    entry.sensitive = from.is_sensitive;
  }
  return result;
}

void create_topics_once(AdminCore& core, std::vector<NewTopic> topics, bool validate_only, Millis timeout,
                        Done<Items<std::string, CreatedTopic>> done) {
  ask<Items<std::string, CreatedTopic>, CreateTopicsResponse, CreateTopicsRequest>(
      core, Target::controller(), timeout,
      [topics = std::move(topics), validate_only, timeout](std::int16_t) {
        CreateTopicsRequest request;
        for (const NewTopic& topic : topics) request.topics.push_back(creatable(topic));
        request.timeout_ms = wire_timeout(timeout);
        request.validate_only = validate_only;
        return request;
      },
      [](const Answer<CreateTopicsResponse>& answer) {
        return answer.body.topics.empty() ? Errc::none : passing(from_wire(answer.body.topics.front().error_code));
      },
      [](const Answer<CreateTopicsResponse>& answer) -> Result<Items<std::string, CreatedTopic>> {
        Items<std::string, CreatedTopic> items;
        for (const auto& topic : answer.body.topics) {
          std::string name(topic.name);
          const std::string what = "creating topic " + name;
          if (topic.error_code != 0) {
            items.push_back({name, broker_error(from_wire(topic.error_code), what, text(topic.error_message))});
          } else {
            items.push_back({name, CreatedTopic{topic_id(topic.topic_id), topic.num_partitions,
                                                topic.replication_factor, entries(topic)}});
          }
        }
        return items;
      },
      std::move(done));
}

void delete_topics_once(AdminCore& core, std::vector<std::string> names, Millis timeout,
                        Done<Items<std::string>> done) {
  ask<Items<std::string>, DeleteTopicsResponse, DeleteTopicsRequest>(
      core, Target::controller(), timeout,
      [names = std::move(names), timeout](std::int16_t version) {
        DeleteTopicsRequest request;
        for (const std::string& name : names) {
          if (version < 6) {
            request.topic_names.push_back(name);
          } else {
            request.topics.push_back({name, {}});
          }
        }
        request.timeout_ms = wire_timeout(timeout);
        return request;
      },
      [](const Answer<DeleteTopicsResponse>& answer) {
        return answer.body.responses.empty() ? Errc::none
                                             : passing(from_wire(answer.body.responses.front().error_code));
      },
      [](const Answer<DeleteTopicsResponse>& answer) -> Result<Items<std::string>> {
        Items<std::string> items;
        for (const auto& topic : answer.body.responses) {
          const std::string name = text(topic.name);
          items.push_back({name, broker_status(topic.error_code, "deleting topic " + name, text(topic.error_message))});
        }
        return items;
      },
      std::move(done));
}

void delete_topics_by_id_once(AdminCore& core, std::vector<TopicId> ids, Millis timeout, Done<Items<TopicId>> done) {
  ask<Items<TopicId>, DeleteTopicsResponse, DeleteTopicsRequest>(
      core, Target::controller(), timeout,
      [ids = std::move(ids), timeout](std::int16_t) {
        DeleteTopicsRequest request;
        for (const TopicId& id : ids) request.topics.push_back({std::nullopt, uuid(id)});
        request.timeout_ms = wire_timeout(timeout);
        return request;
      },
      never_again,
      [](const Answer<DeleteTopicsResponse>& answer) -> Result<Items<TopicId>> {
        Items<TopicId> items;
        for (const auto& topic : answer.body.responses) {
          const TopicId id = topic_id(topic.topic_id);
          items.push_back(
              {id, broker_status(topic.error_code, "deleting topic " + id.text(), text(topic.error_message))});
        }
        return items;
      },
      std::move(done), VersionRange{6, DeleteTopicsRequest::kMaxVersion});
}

void create_partitions_once(AdminCore& core, std::map<std::string, MorePartitions> topics, bool validate_only,
                            Millis timeout, Done<Items<std::string>> done) {
  ask<Items<std::string>, CreatePartitionsResponse, CreatePartitionsRequest>(
      core, Target::controller(), timeout,
      [topics = std::move(topics), validate_only, timeout](std::int16_t) {
        CreatePartitionsRequest request;
        for (const auto& [name, more] : topics) {
          CreatePartitionsRequest::CreatePartitionsTopic topic;
          topic.name = name;
          topic.count = more.total;
          if (more.assignment.empty()) topic.assignments.reset();
          for (const auto& brokers : more.assignment) topic.assignments->push_back({brokers});
          request.topics.push_back(std::move(topic));
        }
        request.timeout_ms = wire_timeout(timeout);
        request.validate_only = validate_only;
        return request;
      },
      [](const Answer<CreatePartitionsResponse>& answer) {
        return answer.body.results.empty() ? Errc::none : passing(from_wire(answer.body.results.front().error_code));
      },
      [](const Answer<CreatePartitionsResponse>& answer) -> Result<Items<std::string>> {
        Items<std::string> items;
        for (const auto& topic : answer.body.results) {
          std::string name(topic.name);
          const std::string what = "adding partitions to topic " + name;
          items.push_back({name, broker_status(topic.error_code, what, text(topic.error_message))});
        }
        return items;
      },
      std::move(done));
}

}  // namespace

void create_topics(AdminCore& core, std::vector<NewTopic> topics, bool validate_only, bool patient, Millis timeout,
                   Done<Items<std::string, CreatedTopic>> done) {
  const auto once = [&core, validate_only](std::vector<NewTopic> some, Millis left, auto then) {
    create_topics_once(core, std::move(some), validate_only, left, std::move(then));
  };
  until_admitted(core, std::move(topics), patient, timeout, once, std::move(done));
}

void delete_topics(AdminCore& core, std::vector<std::string> names, bool patient, Millis timeout,
                   Done<Items<std::string>> done) {
  const auto once = [&core](std::vector<std::string> some, Millis left, auto then) {
    delete_topics_once(core, std::move(some), left, std::move(then));
  };
  until_admitted(core, std::move(names), patient, timeout, once, std::move(done));
}

void delete_topics_by_id(AdminCore& core, std::vector<TopicId> ids, bool patient, Millis timeout,
                         Done<Items<TopicId>> done) {
  const auto once = [&core](std::vector<TopicId> some, Millis left, auto then) {
    delete_topics_by_id_once(core, std::move(some), left, std::move(then));
  };
  until_admitted(core, std::move(ids), patient, timeout, once, std::move(done));
}

void create_partitions(AdminCore& core, std::map<std::string, MorePartitions> topics, bool validate_only, bool patient,
                       Millis timeout, Done<Items<std::string>> done) {
  const auto once = [&core, validate_only](std::map<std::string, MorePartitions> some, Millis left, auto then) {
    create_partitions_once(core, std::move(some), validate_only, left, std::move(then));
  };
  until_admitted(core, std::move(topics), patient, timeout, once, std::move(done));
}

}  // namespace millrace::client::admin
