#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/handlers/gather.h"
#include "broker/handlers/handlers.h"
#include "protocol/gen/describe_transactions.h"

namespace millrace::broker {
namespace {

using Described = std::vector<txn::DescribedTransaction>;

void answer_transactions(Request& request, const std::vector<Described>& parts) {
  protocol::DescribeTransactionsResponse response;
  for (const Described& part : parts) {
    for (const txn::DescribedTransaction& one : part) {
      auto& out = response.transaction_states.emplace_back();
      out.transactional_id = one.id;
      out.error_code = one.error;
      if (one.error != 0) continue;
      out.transaction_state = txn::to_string(one.transaction.state);
      out.transaction_timeout_ms = one.transaction.timeout_ms;
      out.transaction_start_time_ms = one.transaction.started.value();
      out.producer_id = one.transaction.producer.value();
      out.producer_epoch = one.transaction.epoch;
      for (const auto& topic : one.transaction.topics) out.topics.push_back({topic.name, topic.partitions});
    }
  }
  answer(request, response);
}

}  // namespace

// KIP-664: producers, states and partitions of transactional ids, from the shards that keep them.
void describe_transactions(RequestPtr request, Broker& broker) {
  const auto body = read_body<protocol::DescribeTransactionsRequest>(*request);
  if (!body) return;
  std::map<ShardId, std::vector<std::pair<std::string, PartitionIndex>>> by_shard;
  for (const std::string_view id : body->transactional_ids) {
    const TransactionHost::Place place = broker.transactions().place_of(id);
    by_shard[place.shard].emplace_back(id, place.partition);
  }
  auto gather = std::make_shared<Gather<Described>>(
      [request](std::vector<Described> parts) { answer_transactions(*request, parts); });
  for (auto& [shard, ids] : by_shard) {
    broker.crossing().ask<Described>(
        shard,
        [ids = std::move(ids), image = broker.image()](Broker& there, Callback<void(Described)> reply) {
          there.observe(image);
          Described described;
          for (const auto& [id, partition] : ids) {
            described.push_back(there.transactions().transactions().describe(id, partition));
          }
          reply(std::move(described));
        },
        gather->slot());
  }
  gather->seal();
}

}  // namespace millrace::broker
