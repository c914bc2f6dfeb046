#pragma once

#include <optional>
#include <set>
#include <string>

#include "groups/classic/group.h"

namespace millrace::groups::admin {

// The topics that the members of a consumers' group have subscribed to, by what they say for the group's protocol.
// Nothing if that is not known: the group is not one of consumers, has not chosen a protocol, or a member says
// something else.
std::optional<std::set<std::string, std::less<>>> subscribed_topics(const classic::ClassicGroup& group);

// Whether the members may be reading this topic; yes if it is not known what consumers read.
bool is_subscribed(const classic::ClassicGroup& group, std::string_view topic);

// Whether the clients are consumers (protocol type "consumer").
bool of_consumers(const classic::ClassicGroup& group);

}  // namespace millrace::groups::admin
