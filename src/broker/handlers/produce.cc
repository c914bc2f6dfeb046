#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "broker/appends.h"
#include "broker/handlers/batch_checks.h"
#include "broker/handlers/handlers.h"
#include "broker/handlers/produce_body.h"
#include "broker/leader_hints.h"
#include "ports/jobs.h"
#include "protocol/errc.h"
#include "protocol/gen/produce.h"
#include "record/batch.h"
#include "record/validate.h"

namespace millrace::broker {
namespace {

using protocol::Errc;
using protocol::ProduceRequest;
using protocol::ProduceResponse;
using PartitionAnswer = ProduceResponse::PartitionProduceResponse;

Errc as_errc(record::Refusal refusal) {
  switch (refusal) {
    case record::Refusal::corrupt:
    case record::Refusal::unreadable: return Errc::corrupt_message;
    case record::Refusal::not_one_batch:
    case record::Refusal::old_magic:
    case record::Refusal::invalid_batch:
    case record::Refusal::invalid_record: return Errc::invalid_record;
    case record::Refusal::invalid_timestamp: return Errc::invalid_timestamp;
    case record::Refusal::too_large: return Errc::message_too_large;
    case record::Refusal::unsupported_codec: return Errc::unsupported_compression_type;
    case record::Refusal::takes_long: break;
  }
  return Errc::unknown_server_error;
}

// Kafka tells with these refusals where the log begins: those that it finds in the log, not in the request.
bool found_in_log(const record::ValidationFailure& failure, bool zstd_allowed) {
  switch (failure.refusal) {
    case record::Refusal::corrupt:
    case record::Refusal::not_one_batch:
    case record::Refusal::old_magic:
    case record::Refusal::too_large: return false;
    case record::Refusal::unsupported_codec: return zstd_allowed;
    default: return true;
  }
}

// Those that Kafka finds before it looks at the acks that are asked for.
bool found_in_request(const record::ValidationFailure& failure, bool zstd_allowed) {
  const auto refusal = failure.refusal;
  return refusal == record::Refusal::not_one_batch || refusal == record::Refusal::old_magic ||
         (refusal == record::Refusal::unsupported_codec && !zstd_allowed);
}

// The same for errors of the append.
bool tells_log_start(Errc error) {
  switch (error) {
    case Errc::unknown_topic_or_partition:
    case Errc::not_leader_or_follower:
    case Errc::message_too_large:
    case Errc::record_list_too_large:
    case Errc::corrupt_message:
    case Errc::kafka_storage_error: return false;
    default: return true;
  }
}

// One produce request, from its checks to its answer.
class Production : public std::enable_shared_from_this<Production> {
 public:
  Production(RequestPtr request, Broker& broker, ProduceRequest body)
      : request_(std::move(request)), broker_(broker), body_(std::move(body)), image_(broker.image()),
        now_(broker.shard().clock.wall()) {}

  void begin() {
    name_once(body_);
    without_id_ = !body_.transactional_id && has_transactional();
    for (auto& topic : body_.topic_data) {
      auto& answers = response_.responses.emplace_back();
      answers.name = topic.name;
      answers.topic_id = topic.topic_id;
      add_topic(topic, answers);
    }
    if (check_here(checks_, now_, broker_.scratch())) return append();
    // What this connection sends next must not be appended before this.
    request_->hold_up();
    ports::run_job<std::vector<BatchCheck>>(
        broker_.shard().jobs,
        [checks = std::move(checks_), now = now_](ports::BlockingFiles&) mutable {
          check_all(checks, now);
          return std::move(checks);
        },
        [self = shared_from_this()](std::vector<BatchCheck> checks) {
          self->checks_ = std::move(checks);
          self->request_->let_on();
          self->append();
        });
  }

 private:
  // Where a batch's outcome goes, and what its append decided beforehand.
  struct Place {
    std::size_t topic;
    std::size_t partition;
    const metadata::TopicImage* known;
    WallTime append_time;
    WallTime max_timestamp = kNoTime;
    bool refused = false;  // answered already, but for where the log begins
  };

  void add_topic(ProduceRequest::TopicProduceData& asked, ProduceResponse::TopicProduceResponse& answers) {
    const bool by_id = request_->version() >= 13;
    const auto* topic = by_id ? image_->topic(asked.topic_id) : image_->topic(asked.name);
    for (auto& partition : asked.partition_data) {
      auto& answer = answers.partition_responses.emplace_back();
      answer.index = partition.index;
      answer.base_offset = -1;
      const bool exists = topic != nullptr && partition.index >= 0 &&
                          static_cast<std::size_t>(partition.index) < topic->partitions.size();
      if (without_id_) {
        fail(answer, Errc::transactional_id_authorization_failed);
      } else if (topic == nullptr && by_id) {
        fail(answer, Errc::unknown_topic_id);
      } else if (!exists) {
        fail(answer, Errc::unknown_topic_or_partition);
      } else if (acks_known() && is_internal_topic(topic->name) && request_->header().client_id != "__admin_client") {
        fail(answer, Errc::invalid_topic_exception);
      } else {
        add_partition(*topic, partition, answers, answer);
      }
    }
  }

  void add_partition(const metadata::TopicImage& topic, const ProduceRequest::PartitionProduceData& asked,
                     const ProduceResponse::TopicProduceResponse& answers, PartitionAnswer& answer) {
    const Bytes records = asked.records.value_or(Bytes());
    if (is_transactional(records)) {
      return fail(answer, Errc::invalid_producer_id_mapping, "transactions are not served by this node");
    }
    const TopicRules& rules = broker_.rules().of(topic.name);
    BatchCheck& check = checks_.emplace_back();
    check.batch = records.empty() ? Buffer() : request_->frame().slice_of(records);
    check.rules = rules.validation;
    check.rules.zstd_allowed = request_->version() >= 7;
    places_.push_back({response_.responses.size() - 1, answers.partition_responses.size() - 1, &topic,
                       rules.config.log_append_time ? now_ : kNoTime});
  }

  // What was found good is appended; of the rest, where its partition begins is told where Kafka tells it.
  void append() {
    std::vector<AppendItem> items;
    std::vector<Place> places;
    for (std::size_t i = 0; i < checks_.size(); ++i) {
      auto& valid = *checks_[i].outcome;
      Place& place = places_[i];
      PartitionAnswer& answer = answer_at(place);
      if (!acks_known() && (valid || !found_in_request(valid.error(), checks_[i].rules.zstd_allowed))) {
        fail(answer, Errc::invalid_required_acks);
        continue;
      }
      if (!valid) {
        refuse(answer, valid.error());
        if (!found_in_log(valid.error(), checks_[i].rules.zstd_allowed)) continue;
        place.refused = true;
      } else {
        place.max_timestamp = valid->max_timestamp;
      }
      const PartitionIndex index(answer.index);
      items.push_back({{place.known->id, index}, broker_.owner(place.known->name, index),
                       valid ? std::move(valid->batch) : Buffer()});
      places.push_back(place);
    }
    places_ = std::move(places);
    checks_.clear();
    const auto acks = static_cast<replica::Acks>(acks_known() ? body_.acks : 1);
    const MonoTime deadline = broker_.shard().clock.now() + Millis(std::max(body_.timeout_ms, 0));
    append_all(broker_, std::move(items), acks, deadline,
               [self = shared_from_this()](std::vector<AppendOutcome> outcomes) { self->finish(outcomes); });
  }

  PartitionAnswer& answer_at(const Place& place) {
    return response_.responses[place.topic].partition_responses[place.partition];
  }

  bool acks_known() const { return body_.acks >= -1 && body_.acks <= 1; }

  // Transactional records need the id of their producer in the request.
  bool has_transactional() const {
    for (const auto& topic : body_.topic_data) {
      for (const auto& partition : topic.partition_data) {
        if (is_transactional(partition.records.value_or(Bytes()))) return true;
      }
    }
    return false;
  }

  static bool is_transactional(Bytes records) {
    const auto batch = record::BatchView::parse(records);
    return batch && batch->is_transactional();
  }

  void fail(PartitionAnswer& answer, Errc error, std::string message = {}) {
    answer.error_code = protocol::to_wire(error);
    answer.base_offset = -1;
    answer.log_append_time_ms = -1;
    if (!message.empty()) answer.error_message = texts_.emplace_back(std::move(message));
    failed_ = true;
  }

  void refuse(PartitionAnswer& answer, const record::ValidationFailure& failure) {
    for (const auto& fault : failure.records) {
      auto& entry = answer.record_errors.emplace_back();
      entry.batch_index = fault.index;
      entry.batch_index_error_message = texts_.emplace_back(fault.message);
    }
    fail(answer, as_errc(failure.refusal), failure.message);
  }

  void finish(const std::vector<AppendOutcome>& outcomes) {
    for (std::size_t i = 0; i < outcomes.size(); ++i) fill(places_[i], outcomes[i]);
    if (body_.acks == 0) {
      // Without answers, a closed connection is the only way to say that something went wrong.
      return failed_ ? request_->hang_up() : request_->send_nothing();
    }
    if (request_->version() >= 10) hints_.list(*image_, request_->listener(), response_.node_endpoints);
    answer(*request_, response_);
  }

  void fill(const Place& place, const AppendOutcome& outcome) {
    PartitionAnswer& answer = answer_at(place);
    if (outcome.error != Errc::none) {
      answer.record_errors.clear();
      answer.error_message = std::nullopt;
      fail(answer, outcome.error);
      if (tells_log_start(outcome.error)) answer.log_start_offset = outcome.log_start.value();
      if (outcome.error == Errc::not_leader_or_follower && request_->version() >= 10) {
        hints_.add(*place.known, PartitionIndex(answer.index), answer.current_leader);
      }
      return;
    }
    if (place.refused) {
      answer.log_start_offset = outcome.log_start.value();
      return;
    }
    answer.base_offset = outcome.appended.base_offset.value();
    answer.log_start_offset = outcome.log_start.value();
    answer.log_append_time_ms = (outcome.appended.duplicate ? place.max_timestamp : place.append_time).value();
  }

  RequestPtr request_;
  Broker& broker_;
  ProduceRequest body_;
  const metadata::ImagePtr image_;
  const WallTime now_;
  ProduceResponse response_;
  std::vector<BatchCheck> checks_;
  std::vector<Place> places_;  // of the checks, later of what is appended
  std::deque<std::string> texts_;
  LeaderHints hints_;
  bool failed_ = false;
  bool without_id_ = false;
};

}  // namespace

void produce(RequestPtr request, Broker& broker) {
  auto body = read_body<ProduceRequest>(*request);
  if (body) std::make_shared<Production>(std::move(request), broker, std::move(*body))->begin();
}

}  // namespace millrace::broker
