#include "broker/handlers/handlers.h"

#include <algorithm>
#include <array>

namespace millrace::broker {
namespace {

using protocol::ApiKey;
using protocol::kOnBroker;
using protocol::kOnController;

constexpr std::uint8_t kOnBoth = kOnBroker | kOnController;
constexpr bool kPipelines = true;
constexpr bool kInTurn = false;

// Produce announces versions that nobody serves any more: old librdkafka looks for them to choose its record format.
constexpr std::array kHandlers = {
    Handler{ApiKey::produce, 3, 13, 0, kOnBroker, Operation::write, kPipelines, produce},
    Handler{ApiKey::fetch, 4, 18, 4, kOnBroker, Operation::read, kInTurn, fetch},
    Handler{ApiKey::list_offsets, 1, 11, 1, kOnBroker, Operation::describe, kInTurn, list_offsets},
    Handler{ApiKey::metadata, 0, 13, 0, kOnBroker, Operation::describe, kInTurn, metadata_request},
    Handler{ApiKey::offset_commit, 2, 10, 2, kOnBroker, Operation::read, kInTurn, offset_commit},
    Handler{ApiKey::offset_fetch, 1, 10, 1, kOnBroker, Operation::describe, kInTurn, offset_fetch},
    Handler{ApiKey::find_coordinator, 0, 6, 0, kOnBroker, Operation::describe, kInTurn, find_coordinator},
    Handler{ApiKey::join_group, 0, 9, 0, kOnBroker, Operation::read, kInTurn, join_group},
    Handler{ApiKey::heartbeat, 0, 4, 0, kOnBroker, Operation::read, kInTurn, heartbeat},
    Handler{ApiKey::leave_group, 0, 5, 0, kOnBroker, Operation::read, kInTurn, leave_group},
    Handler{ApiKey::sync_group, 0, 5, 0, kOnBroker, Operation::read, kInTurn, sync_group},
    Handler{ApiKey::api_versions, 0, 4, 0, kOnBoth, Operation::none, kInTurn, api_versions},
    Handler{ApiKey::create_topics, 2, 7, 2, kOnBoth, Operation::create, kInTurn, create_topics},
    Handler{ApiKey::delete_topics, 1, 6, 1, kOnBoth, Operation::del, kInTurn, delete_topics},
    Handler{ApiKey::init_producer_id, 0, 5, 0, kOnBroker, Operation::idempotent_write, kInTurn, init_producer_id},
    Handler{ApiKey::broker_registration, 0, 4, 0, kOnController, Operation::cluster_action, kInTurn, forward},
    Handler{ApiKey::broker_heartbeat, 0, 2, 0, kOnController, Operation::cluster_action, kInTurn, forward},
    Handler{ApiKey::allocate_producer_ids, 0, 0, 0, kOnController, Operation::cluster_action, kInTurn, forward},
    Handler{ApiKey::controller_registration, 0, 0, 0, kOnController, Operation::cluster_action, kInTurn, forward},
};

}  // namespace

bool Handler::serves(const Listener& listener, const NodeFacts& facts) const {
  if (!listener.controller) return (listeners & kOnBroker) != 0;
  if ((listeners & kOnController) == 0) return false;
  return api == ApiKey::api_versions || facts.controller_serves.test(static_cast<std::size_t>(api));
}

std::span<const Handler> all_handlers() { return kHandlers; }

const Handler* find_handler(std::int16_t api_key) {
  const auto at = std::lower_bound(kHandlers.begin(), kHandlers.end(), api_key,
                                   [](const Handler& handler, std::int16_t key) { return handler.key() < key; });
  return at != kHandlers.end() && at->key() == api_key ? &*at : nullptr;
}

}  // namespace millrace::broker
