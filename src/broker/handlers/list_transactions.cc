#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/handlers/gather.h"
#include "broker/handlers/handlers.h"
#include "protocol/errc.h"
#include "protocol/gen/list_transactions.h"

namespace millrace::broker {
namespace {

using protocol::Errc;
using protocol::ListTransactionsRequest;
using protocol::ListTransactionsResponse;

// What the request asks for; the names of states that there are not go into `unknown`. Nothing if its pattern is none.
std::optional<txn::ListQuery> query_of(const ListTransactionsRequest& body, std::vector<std::string_view>& unknown) {
  txn::ListQuery query;
  if (!body.state_filters.empty()) query.states.emplace();
  for (const std::string_view name : body.state_filters) {
    if (const auto state = txn::state_named(name)) {
      query.states->insert(*state);
    } else if (std::ranges::find(unknown, name) == unknown.end()) {
      unknown.push_back(name);
    }
  }
  for (const std::int64_t producer : body.producer_id_filters) query.producers.insert(ProducerId(producer));
  query.open_for = Millis(body.duration_filter);
  if (!body.transactional_id_pattern || body.transactional_id_pattern->empty()) return query;
  auto pattern = Pattern::compile(*body.transactional_id_pattern);
  if (!pattern.ok()) return std::nullopt;
  query.pattern = std::move(*pattern);
  return query;
}

void answer_lists(Request& request, ListTransactionsResponse response, const std::vector<txn::ListAnswer>& lists) {
  for (const txn::ListAnswer& list : lists) {
    if (list.loading) response.error_code = protocol::to_wire(Errc::coordinator_load_in_progress);
    for (const txn::ListedTransaction& one : list.transactions) {
      response.transaction_states.push_back({one.id, one.producer.value(), txn::to_string(one.state)});
    }
  }
  if (response.error_code != 0) response.transaction_states.clear();
  answer(request, response);
}

}  // namespace

// KIP-664: the transactional ids that this node keeps, by state, producer, age and (KIP-1152) pattern.
void list_transactions(RequestPtr request, Broker& broker) {
  const auto body = read_body<ListTransactionsRequest>(*request);
  if (!body) return;
  ListTransactionsResponse response;
  const auto query = query_of(*body, response.unknown_state_filters);
  if (!query) {
    response.error_code = protocol::to_wire(Errc::invalid_regular_expression);
    response.unknown_state_filters.clear();
    return answer(*request, response);
  }
  // The names of unknown states point into the request.
  auto gather = std::make_shared<Gather<txn::ListAnswer>>(
      [request, response = std::move(response)](std::vector<txn::ListAnswer> lists) mutable {
        answer_lists(*request, std::move(response), lists);
      });
  for (std::uint32_t shard = 0; shard < broker.shard().count; ++shard) {
    broker.crossing().ask<txn::ListAnswer>(
        ShardId(shard),
        [query = *query, image = broker.image()](Broker& there, Callback<void(txn::ListAnswer)> reply) {
          there.observe(image);
          reply(there.transactions().transactions().list(query));
        },
        gather->slot());
  }
  gather->seal();
}

}  // namespace millrace::broker
