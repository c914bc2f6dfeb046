#pragma once

#include "client/admin/core.h"
#include "millrace/admin/raw.h"

// Requests as bytes; conventions as in topics.h.
namespace millrace::client::admin {

void send_raw(AdminCore& core, RawRequest request, Millis timeout, Done<RawAnswer> done);

}  // namespace millrace::client::admin
