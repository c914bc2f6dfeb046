#include "broker/quotas/exempt.h"

#include <algorithm>
#include <array>

#include "protocol/gen/api_key.h"

namespace millrace::broker::quotas {

namespace {

using protocol::ApiKey;

constexpr std::array kExempt = {
    ApiKey::fetch,
    ApiKey::fetch_snapshot,
    ApiKey::vote,
    ApiKey::begin_quorum_epoch,
    ApiKey::end_quorum_epoch,
    ApiKey::describe_quorum,
    ApiKey::alter_partition,
    ApiKey::add_raft_voter,
    ApiKey::remove_raft_voter,
    ApiKey::update_raft_voter,
};

}  // namespace

bool is_exempt(std::int16_t api_key, bool controller_listener) {
  return controller_listener && std::ranges::find(kExempt, static_cast<ApiKey>(api_key)) != kExempt.end();
}

}  // namespace millrace::broker::quotas
