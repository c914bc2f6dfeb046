#include "broker/auto_topics.h"

#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "broker/broker.h"
#include "broker/limits.h"
#include "config/durability.h"
#include "protocol/errc.h"
#include "protocol/gen/create_topics.h"

namespace millrace::broker {
namespace {

using protocol::CreateTopicsRequest;

constexpr std::int16_t kVersion = CreateTopicsRequest::kMaxVersion;
constexpr std::int32_t kTimeoutMs = 30'000;

std::string text_of(const config::ServerConfig& config, std::string_view name) {
  return std::to_string(std::get<std::int64_t>(config.value(name)));
}

// A topic of the server's own: what Kafka gives it. The texts that its settings point to go into `texts`.
void describe_offsets(const config::ServerConfig& config, std::deque<std::string>& texts,
                      CreateTopicsRequest::CreatableTopic& topic) {
  topic.num_partitions = config.groups.offsets_topic_partitions;
  topic.replication_factor = config.groups.offsets_topic_replication_factor;
  topic.configs = {
      {"cleanup.policy", "compact"},
      {"compression.type", "producer"},
      {"segment.bytes", texts.emplace_back(std::to_string(config.groups.offsets_topic_segment_bytes))},
  };
}

void describe_transactions(const config::ServerConfig& config, std::deque<std::string>& texts,
                           CreateTopicsRequest::CreatableTopic& topic) {
  const auto number = [&](std::string_view name) { return std::get<std::int64_t>(config.value(name)); };
  topic.num_partitions = static_cast<std::int32_t>(number("transaction.state.log.num.partitions"));
  topic.replication_factor = static_cast<std::int16_t>(number("transaction.state.log.replication.factor"));
  topic.configs = {
      {"unclean.leader.election.enable", "false"},
      {"compression.type", "uncompressed"},
      {"cleanup.policy", "compact"},
      {"min.insync.replicas", texts.emplace_back(text_of(config, "transaction.state.log.min.isr"))},
      {"segment.bytes", texts.emplace_back(text_of(config, "transaction.state.log.segment.bytes"))},
  };
}

CreateTopicsRequest::CreatableTopic describe(const config::ServerConfig& config, std::string_view name,
                                             std::deque<std::string>& texts) {
  CreateTopicsRequest::CreatableTopic topic;
  topic.name = name;
  if (name == groups::kOffsetsTopic) {
    describe_offsets(config, texts, topic);
  } else if (name == txn::kTransactionTopic) {
    describe_transactions(config, texts, topic);
  } else {
    topic.num_partitions = config.topics.partitions;
    topic.replication_factor = config.topics.replication_factor;
  }
  return topic;
}

}  // namespace

bool is_topic_name(std::string_view name) {
  if (name.empty() || name.size() > 249 || name == "." || name == "..") return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

bool is_internal_topic(std::string_view name) { return config::is_internal_topic(name); }

void AutoTopics::create(const std::vector<std::string>& names) {
  CreateTopicsRequest request;
  request.timeout_ms = kTimeoutMs;
  std::vector<std::string> begun;
  std::deque<std::string> texts;
  for (const std::string& name : names) {
    if (under_way_.size() >= kAutoCreations || !under_way_.insert(name).second) continue;
    begun.push_back(name);
    request.topics.push_back(describe(broker_.config(), name, texts));
  }
  if (begun.empty()) return;
  Buffer body = protocol::encode_body(request, kVersion);
  broker_.to_controller(static_cast<std::int16_t>(protocol::ApiKey::create_topics), kVersion, std::move(body),
                        [this, begun = std::move(begun)](Buffer answer) {
    for (const std::string& name : begun) under_way_.erase(name);
    protocol::CreateTopicsResponse response;
    if (!protocol::decode_body(answer.bytes(), kVersion, response).ok()) return;
    for (const auto& topic : response.topics) {
      const auto error = protocol::from_wire(topic.error_code);
      if (error == protocol::Errc::none || error == protocol::Errc::topic_already_exists) continue;
      broker_.shard().log.warning(fmt::format("topic {} was asked for and could not be created: {}{}{}", topic.name,
                                              protocol::name(error), topic.error_message ? ", " : "",
                                              topic.error_message.value_or("")));
    }
  });
}

}  // namespace millrace::broker
