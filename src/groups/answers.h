#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "groups/classic/transitions.h"
#include "protocol/errc.h"
#include "protocol/gen/leave_group.h"

// Answers as the bodies of responses, in the version of their requests.
namespace millrace::groups {

using protocol::Errc;

Buffer encode_join(const classic::JoinAnswer& answer, std::int16_t version);
Buffer encode_sync(const classic::SyncAnswer& answer, std::int16_t version);
Buffer encode_heartbeat(Errc error, std::int16_t version);

// The members that a LeaveGroup names: versions up to 2 name one.
std::vector<classic::Leaving> leaving_members(const protocol::LeaveGroupRequest& request, std::int16_t version);
// `errors`: one per member, as in `members`.
Buffer encode_leave(const std::vector<classic::Leaving>& members, const std::vector<Errc>& errors,
                    std::int16_t version);

// Answers that are nothing but an error.
Buffer encode_join_error(Errc error, std::int16_t version);
Buffer encode_sync_error(Errc error, std::int16_t version);
Buffer encode_leave_error(Errc error, std::int16_t version);

}  // namespace millrace::groups
