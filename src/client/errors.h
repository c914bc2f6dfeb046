#pragma once

#include <string>
#include <string_view>

#include "millrace/error.h"
#include "millrace/result.h"
#include "protocol/errc.h"

namespace millrace::client {

// A broker's code as an error. `what` says what was asked and of whom: "creating topic a". `detail`: the broker's own
// words, if it sent any. Adds what a person can do about the code. Precondition: code is not none.
Error broker_error(protocol::Errc code, std::string_view what, std::string_view detail = {});
// Success for none, else broker_error().
Status broker_status(std::int16_t wire_code, std::string_view what, std::string_view detail = {});

// Errors that arise on this side. Retriable: timed_out, network, queue_full.
Error local_error(Cause cause, std::string message);

// "CREATE_TOPICS" and the like are for machines; this is what a person can do about a code, empty if nothing is known.
std::string_view advice(protocol::Errc code);

}  // namespace millrace::client
