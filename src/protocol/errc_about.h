#pragma once

#include <string_view>

#include "protocol/errc.h"

namespace millrace::protocol {

// What has happened when a node answers with this code: one sentence of spec/errors.tsv. Empty for a number that is
// none.
std::string_view about(Errc code);

}  // namespace millrace::protocol
