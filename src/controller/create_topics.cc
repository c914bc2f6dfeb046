#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "config/topic_config.h"
#include "controller/apis.h"
#include "controller/assignments.h"
#include "controller/effective_configs.h"
#include "controller/limits.h"
#include "controller/placement.h"
#include "controller/record_versions.h"
#include "controller/topic_names.h"
#include "protocol/gen/clear_elr_record.h"
#include "protocol/gen/config_record.h"
#include "protocol/gen/create_topics.h"
#include "protocol/gen/topic_record.h"

namespace millrace::controller {
namespace {

using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;
using protocol::Errc;
using Wanted = CreateTopicsRequest::CreatableTopic;
using Answer = CreateTopicsResponse::CreatableTopicResult;
using Overrides = std::map<std::string, std::optional<std::string>, std::less<>>;
using Assignment = std::vector<std::vector<NodeId>>;  // replicas, by partition

constexpr std::string_view kMetadataTopic = "__cluster_metadata";

Answer failed(std::string_view name, const Refusal& refusal, Texts& texts) {
  Answer answer;
  answer.name = name;
  answer.error_code = protocol::to_wire(refusal.code);
  answer.error_message = refusal.message.empty() ? std::nullopt : std::optional(texts.keep(refusal.message));
  return answer;
}

Buffer refuse_all(const CreateTopicsRequest& request, std::int16_t version, const Refusal& refusal) {
  Texts texts;
  CreateTopicsResponse response;
  std::set<std::string_view> seen;
  for (const Wanted& topic : request.topics) {
    if (seen.insert(topic.name).second) response.topics.push_back(failed(topic.name, refusal, texts));
  }
  return protocol::encode_body(response, version);
}

class Creation {
 public:
  Creation(const Context& context, const CreateTopicsRequest& request, std::int16_t version)
      : context_(context), request_(request), version_(version) {}

  Decision run() {
    std::map<std::string_view, int> times;
    for (const Wanted& topic : request_.topics) ++times[topic.name];
    std::set<std::string_view> repeated;
    for (const Wanted& topic : request_.topics) {
      if (times[topic.name] == 1) {
        answer(topic);
      } else if (repeated.insert(topic.name).second) {
        add(failed(topic.name, {Errc::invalid_request, "Duplicate topic name."}, texts_));
      }
    }
    if (request_.validate_only) decision_.records.clear();
    decision_.response = protocol::encode_body(response_, version_);
    return std::move(decision_);
  }

 private:
  void add(Answer answer) { response_.topics.push_back(std::move(answer)); }

  void answer(const Wanted& topic) {
    Overrides overrides;
    Assignment assignment;
    Refusal refusal = check_name(topic.name);
    if (refusal.code == Errc::none) refusal = check_configs(topic, overrides);
    if (refusal.code == Errc::none) refusal = assign(topic, assignment);
    if (refusal.code != Errc::none) return add(failed(topic.name, refusal, texts_));
    create(topic, overrides, assignment);
  }

  Refusal check_name(std::string_view name) const {
    if (name == kMetadataTopic) {
      return {Errc::invalid_request, "Creation of internal topic " + std::string(name) + " is prohibited."};
    }
    if (const auto legal = check_topic_name(name); !legal.ok()) return {Errc::invalid_topic_exception, legal.error()};
    if (context_.image.topic(name) != nullptr) {
      return {Errc::topic_already_exists, "Topic '" + std::string(name) + "' already exists."};
    }
    const auto alone = check_collisions(context_.image, name);
    return alone.ok() ? Refusal{} : Refusal{Errc::invalid_topic_exception, alone.error()};
  }

  Refusal check_configs(const Wanted& topic, Overrides& overrides) const {
    for (const auto& config : topic.configs) {
      std::optional<std::string> value;
      if (config.value) value = std::string(*config.value);
      overrides[std::string(config.name)] = std::move(value);
    }
    for (const auto& [name, value] : overrides) {
      if (value && value->size() > kMaxConfigValue) {
        return {Errc::invalid_config,
                "The configuration value cannot be added because it exceeds the maximum value size of 32767 bytes."};
      }
    }
    const auto valid = config::validate_topic_configs(overrides, context_.layers());
    return valid.ok() ? Refusal{} : Refusal{Errc::invalid_config, valid.error()};
  }

  Refusal assign(const Wanted& topic, Assignment& assignment) const {
    if (!topic.assignments.empty()) return assign_by_hand(topic, assignment);
    const std::int16_t factor =
        topic.replication_factor == -1 ? context_.server.topics.replication_factor : topic.replication_factor;
    const std::int32_t partitions =
        topic.num_partitions == -1 ? context_.server.topics.partitions : topic.num_partitions;
    if (factor <= 0) {
      return {Errc::invalid_replication_factor,
              "Replication factor must be larger than 0, or -1 to use the default value."};
    }
    if (partitions <= 0) {
      return {Errc::invalid_partitions, "Number of partitions was set to an invalid non-positive value."};
    }
    auto placed = place_replicas(context_.image, partitions, factor, context_.random);
    if (!placed.ok()) {
      return {Errc::invalid_replication_factor,
              "Unable to replicate the partition " + std::to_string(factor) + " time(s): " + placed.error()};
    }
    assignment = std::move(*placed);
    return {};
  }

  Refusal assign_by_hand(const Wanted& topic, Assignment& assignment) const {
    const std::string specified = "A manual partition assignment was specified, but ";
    if (topic.replication_factor != -1) {
      return {Errc::invalid_request, specified + "replication factor was not set to -1."};
    }
    if (topic.num_partitions != -1) return {Errc::invalid_request, specified + "numPartitions was not set to -1."};
    std::map<std::int32_t, std::vector<NodeId>> given;
    std::size_t factor = 0;
    for (const auto& entry : topic.assignments) {
      if (given.contains(entry.partition_index)) {
        return {Errc::invalid_replica_assignment,
                "Found multiple manual partition assignments for partition " + std::to_string(entry.partition_index)};
      }
      const auto problem = check_new_replicas(context_.image, entry.partition_index, entry.broker_ids, factor);
      if (problem) return {Errc::invalid_replica_assignment, *problem};
      given[entry.partition_index] = nodes_of(entry.broker_ids);
      factor = entry.broker_ids.size();
    }
    for (auto& [index, replicas] : given) {
      if (index != static_cast<std::int32_t>(assignment.size())) {
        return {Errc::invalid_replica_assignment, "partitions should be a consecutive 0-based integer sequence"};
      }
      assignment.push_back(std::move(replicas));
    }
    return {};
  }

  void create(const Wanted& topic, const Overrides& overrides, const Assignment& assignment) {
    protocol::TopicRecord record;
    record.name = topic.name;
    record.topic_id = context_.random.uuid();
    decision_.record(record, 0);
    config::Overrides own;
    for (const auto& [name, value] : overrides) {
      protocol::ConfigRecord config;
      config.resource_type = static_cast<std::int8_t>(metadata::ResourceType::topic);
      config.resource_name = topic.name;
      config.name = name;
      config.value = *value;
      decision_.record(config, 0);
      own[name] = *value;
    }
    // Who is eligible was judged by the old min.insync.replicas, also where there was no topic yet.
    if (own.contains("min.insync.replicas") && keeps_eligible_replicas(context_.image)) {
      protocol::ClearElrRecord clear;
      clear.topic_name = topic.name;
      decision_.record(clear, 0);
    }
    for (std::size_t i = 0; i < assignment.size(); ++i) {
      record_partition(context_, record.topic_id, static_cast<std::int32_t>(i), assignment[i], decision_);
    }

    Answer answer;
    answer.name = topic.name;
    answer.topic_id = record.topic_id;
    answer.error_message = std::nullopt;
    answer.num_partitions = static_cast<std::int32_t>(assignment.size());
    answer.replication_factor = static_cast<std::int16_t>(assignment[0].size());
    if (version_ >= 5) answer.configs = describe(own);
    add(std::move(answer));
  }

  std::vector<CreateTopicsResponse::CreatableTopicConfigs> describe(const config::Overrides& own) {
    std::vector<CreateTopicsResponse::CreatableTopicConfigs> configs;
    for (EffectiveConfig& effective : effective_topic_configs(own, context_.layers())) {
      auto& config = configs.emplace_back();
      config.name = effective.name;
      config.value = effective.value ? std::optional(texts_.keep(std::move(*effective.value))) : std::nullopt;
      config.config_source = effective.source;
      config.is_sensitive = effective.sensitive;
    }
    return configs;
  }

  const Context& context_;
  const CreateTopicsRequest& request_;
  const std::int16_t version_;
  Texts texts_;
  CreateTopicsResponse response_;
  Decision decision_;
};

// Partitions that the request asks for, without counting beyond what matters.
std::int64_t partitions_asked(const CreateTopicsRequest& request, std::int32_t usual) {
  std::int64_t total = 0;
  for (const Wanted& topic : request.topics) {
    if (!topic.assignments.empty()) {
      total += static_cast<std::int64_t>(topic.assignments.size());
    } else {
      total += topic.num_partitions == -1 ? usual : std::max(topic.num_partitions, 0);
    }
  }
  return total;
}

}  // namespace

// KIP-4. Each topic of the request stands alone: one may fail and the others are created.
Result<Decision> decide_create_topics(const Context& context, std::int16_t version, Bytes body) {
  CreateTopicsRequest request;
  MR_TRY(protocol::decode_body(body, version, request));
  Decision decision;
  if (request.timeout_ms <= 0 && !request.topics.empty()) {
    decision.response = refuse_all(request, version, {Errc::request_timed_out, ""});
  } else if (partitions_asked(request, context.server.topics.partitions) > kMaxPartitionsPerRequest) {
    decision.response = refuse_all(
        request, version, {Errc::policy_violation, "Excessively large number of partitions per request."});
  } else {
    decision = Creation(context, request, version).run();
  }
  return decision;
}

Buffer refuse_create_topics(std::int16_t version, Bytes body, protocol::Errc code) {
  CreateTopicsRequest request;
  if (!protocol::decode_body(body, version, request).ok()) return {};
  return refuse_all(request, version, {code, ""});
}

}  // namespace millrace::controller
