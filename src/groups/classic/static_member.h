#pragma once

#include "groups/classic/transitions.h"

namespace millrace::groups::classic {

// KIP-345: a client that starts again with the instance id of a member takes that member's place under a new id; the
// old id is fenced. In a stable group nobody else notices, unless the group's protocol would change.
// Precondition: some member holds input.instance_id.
JoinDecision replace_static_member(const ClassicGroup& group, const JoinInput& input, const Context& context);

}  // namespace millrace::groups::classic
