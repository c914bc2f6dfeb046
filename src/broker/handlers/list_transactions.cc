// ListTransactions (KIP-664): this node coordinates no transactions, so whatever is asked for, there is none.
#include <algorithm>
#include <array>
#include <string_view>

#include "broker/handlers/handlers.h"
#include "protocol/gen/list_transactions.h"

namespace millrace::broker {
namespace {

constexpr std::array<std::string_view, 8> kStates = {"CompleteAbort", "CompleteCommit", "Dead",
                                                     "Empty",         "Ongoing",        "PrepareAbort",
                                                     "PrepareCommit", "PrepareEpochFence"};

}  // namespace

void list_transactions(RequestPtr request, Broker&) {
  const auto body = read_body<protocol::ListTransactionsRequest>(*request);
  if (!body) return;
  protocol::ListTransactionsResponse response;
  for (const std::string_view state : body->state_filters) {
    if (std::ranges::find(kStates, state) == kStates.end()) response.unknown_state_filters.push_back(state);
  }
  answer(*request, response);
}

}  // namespace millrace::broker
