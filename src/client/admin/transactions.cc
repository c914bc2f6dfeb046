#include "client/admin/transactions.h"

#include <algorithm>

#include "client/admin/leaders.h"
#include "protocol/gen/describe_producers.h"
#include "protocol/gen/describe_transactions.h"
#include "protocol/gen/init_producer_id.h"
#include "protocol/gen/list_transactions.h"
#include "protocol/gen/write_txn_markers.h"

namespace millrace::client::admin {

using namespace protocol;
template <typename T>
using Result = client::Result<T>;

namespace {

using ProducerStates = std::vector<ProducerState>;
constexpr std::int32_t kFenceTimeoutMs = 1;  // of the transactions of an id that nobody is to use

Target transaction_coordinator(const std::string& id) { return Target::coordinator(CoordinatorType::transaction, id); }

ProducerState state_of(const DescribeProducersResponse::ProducerState& from) {
  ProducerState to{from.producer_id, from.producer_epoch, from.last_sequence, from.last_timestamp, {}, {}};
  if (from.coordinator_epoch >= 0) to.coordinator_epoch = from.coordinator_epoch;
  if (from.current_txn_start_offset >= 0) to.transaction_start_offset = from.current_txn_start_offset;
  return to;
}

VersionRange list_versions(const ListTransactionsOptions& filters) {
  VersionRange versions = Cluster::stable_versions(ListTransactionsRequest::kApi);
  if (filters.running_longer_than_ms >= 0) versions.min = 1;
  if (filters.id_pattern) versions.min = 2;
  return versions;
}

Errc marker_error(const WriteTxnMarkersResponse& answer) {
  for (const auto& marker : answer.markers) {
    for (const auto& topic : marker.topics) {
      for (const auto& part : topic.partitions) {
        if (part.error_code != 0) return from_wire(part.error_code);
      }
    }
  }
  return Errc::none;
}

}  // namespace

namespace {

using DescribedProducers = Items<TopicPartition, ProducerStates>;

void describe_producers_of(AdminCore& core, NodeId node, const std::vector<TopicPartition>& partitions, Millis timeout,
                           Done<DescribedProducers> done) {
  ask_leader<DescribedProducers, DescribeProducersResponse, DescribeProducersRequest>(
      core, node, timeout,
      [topics = by_topic(partitions)](std::int16_t) {
        DescribeProducersRequest request;
        for (const auto& [topic, indexes] : topics) request.topics.push_back({topic, indexes});
        return request;
      },
      [](const Answer<DescribeProducersResponse>& answer) -> Result<DescribedProducers> {
        DescribedProducers items;
        for (const auto& topic : answer.body.topics) {
          for (const auto& part : topic.partitions) {
            const TopicPartition key{std::string(topic.name), part.partition_index};
            if (part.error_code != 0) {
              items.push_back({key, broker_error(from_wire(part.error_code), named("describing producers of", key),
                                                 text(part.error_message))});
              continue;
            }
            ProducerStates states;
            for (const auto& one : part.active_producers) states.push_back(state_of(one));
            items.push_back({key, std::move(states)});
          }
        }
        return items;
      },
      std::move(done));
}

}  // namespace

void describe_producers(AdminCore& core, std::vector<TopicPartition> partitions, std::optional<std::int32_t> broker,
                        Millis timeout, Done<DescribedProducers> done) {
  if (!broker) {
    return to_leaders<ProducerStates>(
        core, std::move(partitions), timeout, std::move(done),
        [&core, timeout](NodeId leader, const std::vector<TopicPartition>& led, Done<DescribedProducers> told) {
          describe_producers_of(core, leader, led, timeout, std::move(told));
        });
  }
  core.cluster.when_refreshed(timeout, [&core, alive = core.cluster.alive(), partitions = std::move(partitions),
                                        node = NodeId(*broker), timeout,
                                        done = std::move(done)](Status known) mutable {
    if (!known.ok()) return done(known.error());
    if (alive.expired()) return done(local_error(Cause::closed, "the client was closed"));
    describe_producers_of(core, node, partitions, timeout, std::move(done));
  });
}

void list_transactions(AdminCore& core, ListTransactionsOptions filters, Millis timeout,
                       Done<std::vector<ListedTransaction>> done) {
  using Listed = std::vector<ListedTransaction>;
  const VersionRange versions = list_versions(filters);
  auto all = gather<Listed>(std::move(done));
  live_brokers(core, timeout, [&core, filters, timeout, versions, all](Result<std::vector<NodeId>> live) {
    if (!live) return all->fail(live.error());
    for (const NodeId id : *live) {
      ask<Listed, ListTransactionsResponse, ListTransactionsRequest>(
          core, Target::node(id), timeout,
          [filters](std::int16_t) {
            ListTransactionsRequest request;
            for (const auto& state : filters.states) request.state_filters.push_back(state);
            request.producer_id_filters = filters.producer_ids;
            request.duration_filter = filters.running_longer_than_ms;
            if (filters.id_pattern) request.transactional_id_pattern = *filters.id_pattern;
            return request;
          },
          by_code,
          [id](const Answer<ListTransactionsResponse>& answer) -> Result<Listed> {
            const auto status = broker_status(answer.body.error_code, "listing transactions");
            if (!status.ok()) return status.error();
            if (!answer.body.unknown_state_filters.empty()) {
              return local_error(Cause::invalid_argument, "brokers know no transaction state \"" +
                                                              std::string(answer.body.unknown_state_filters.front()) +
                                                              "\"");
            }
            Listed listed;
            for (const auto& one : answer.body.transaction_states) {
              listed.push_back({std::string(one.transactional_id), one.producer_id, std::string(one.transaction_state),
                                id.value()});
            }
            return listed;
          },
          [all](Result<Listed> listed) {
            if (!listed) return all->fail(listed.error());
            for (auto& one : *listed) all->value.push_back(std::move(one));
          },
          versions);
    }
  });
}

void describe_transactions(AdminCore& core, std::vector<std::string> ids, Millis timeout,
                           Done<Items<std::string, TransactionDescription>> done) {
  auto all = gather<Items<std::string, TransactionDescription>>(std::move(done));
  for (const std::string& id : ids) {
    ask<TransactionDescription, DescribeTransactionsResponse, DescribeTransactionsRequest>(
        core, transaction_coordinator(id), timeout,
        [id](std::int16_t) {
          DescribeTransactionsRequest request;
          request.transactional_ids.push_back(id);
          return request;
        },
        [](const Answer<DescribeTransactionsResponse>& answer) {
          const auto& states = answer.body.transaction_states;
          return states.empty() ? Errc::none : from_wire(states.front().error_code);
        },
        [id](const Answer<DescribeTransactionsResponse>& answer) -> Result<TransactionDescription> {
          const std::string what = "describing the transaction of " + id;
          if (answer.body.transaction_states.empty()) return broker_error(Errc::transactional_id_not_found, what);
          const auto& from = answer.body.transaction_states.front();
          if (from.error_code != 0) return broker_error(from_wire(from.error_code), what);
          TransactionDescription to{answer.from.value(), std::string(from.transaction_state), from.producer_id,
                                    from.producer_epoch, from.transaction_timeout_ms, {}, {}};
          if (from.transaction_start_time_ms >= 0) to.start_time_ms = from.transaction_start_time_ms;
          for (const auto& topic : from.topics) {
            for (const auto index : topic.partitions) to.partitions.push_back({std::string(topic.topic), index});
          }
          return to;
        },
        [all, id](Result<TransactionDescription> described) { all->value.push_back({id, std::move(described)}); });
  }
}

void abort_transaction(AdminCore& core, HangingTransaction hanging, Millis timeout, Done<void> done) {
  using Part = Items<TopicPartition>;
  auto one = [hanging, done = std::move(done)](Result<Part> items) mutable {
    if (!items) return done(items.error());
    done(items->empty() ? Result<void>(broker_error(Errc::unknown_topic_or_partition,
                                                    named("aborting a transaction in", hanging.partition)))
                        : std::move(items->front().result));
  };
  to_leaders<void>(
      core, {hanging.partition}, timeout, std::move(one),
      [&core, hanging, timeout](NodeId leader, const std::vector<TopicPartition>&, Done<Part> told) {
        ask_leader<Part, WriteTxnMarkersResponse, WriteTxnMarkersRequest>(
            core, leader, timeout,
            [hanging](std::int16_t) {
              WriteTxnMarkersRequest request;
              auto& marker = request.markers.emplace_back();
              marker.producer_id = hanging.producer_id;
              marker.producer_epoch = hanging.producer_epoch;
              marker.coordinator_epoch = hanging.coordinator_epoch;
              marker.topics.push_back({hanging.partition.topic, {hanging.partition.partition}});
              return request;
            },
            [hanging](const Answer<WriteTxnMarkersResponse>& answer) -> Result<Part> {
              const Errc code = marker_error(answer.body);
              return Part{{hanging.partition,
                           code == Errc::none
                               ? Result<void>()
                               : broker_error(code, named("aborting a transaction in", hanging.partition))}};
            },
            std::move(told));
      });
}

void fence_producers(AdminCore& core, std::vector<std::string> ids, Millis timeout,
                     Done<Items<std::string, FencedProducer>> done) {
  auto all = gather<Items<std::string, FencedProducer>>(std::move(done));
  for (const std::string& id : ids) {
    ask<FencedProducer, InitProducerIdResponse, InitProducerIdRequest>(
        core, transaction_coordinator(id), timeout,
        [id](std::int16_t) {
          InitProducerIdRequest request;
          request.transactional_id = id;
          request.transaction_timeout_ms = kFenceTimeoutMs;
          return request;
        },
        by_code,
        [id](const Answer<InitProducerIdResponse>& answer) -> Result<FencedProducer> {
          const auto status = broker_status(answer.body.error_code, "fencing producers of " + id);
          if (!status.ok()) return status.error();
          return FencedProducer{answer.body.producer_id, answer.body.producer_epoch};
        },
        [all, id](Result<FencedProducer> fenced) { all->value.push_back({id, std::move(fenced)}); });
  }
}

void force_terminate_transaction(AdminCore& core, std::string id, Millis timeout, Done<void> done) {
  fence_producers(core, {std::move(id)}, timeout,
                  [done = std::move(done)](Result<Items<std::string, FencedProducer>> fenced) mutable {
                    const Error* why = !fenced ? &fenced.error() : nullptr;
                    if (fenced && !fenced->front().result) why = &fenced->front().result.error();
                    done(why == nullptr ? Result<void>() : Result<void>(*why));
                  });
}

}  // namespace millrace::client::admin
