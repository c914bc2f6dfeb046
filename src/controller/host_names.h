#pragma once

#include <string_view>

namespace millrace::controller {

// Whether this is the text of an IPv4 or IPv6 address, or a name that every machine knows (localhost). The controller
// resolves no names.
bool is_known_host(std::string_view text);

}  // namespace millrace::controller
