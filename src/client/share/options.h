#pragma once

#include "client/consumer/options.h"

namespace millrace::client {

// A share consumer's settings as values: those of consumers that have a meaning for it, and its own.
struct ShareOptions {
  ConsumerOptions consumer;
  bool acknowledges_itself = false;  // share.acknowledgement.mode=explicit: the program does, record by record
  bool by_number = false;            // share.acquire.mode=record_limit: never more records than max.poll.records
};

// Reads them. Cause::invalid_config without group.id, and for settings of consumers that share groups do not know.
Result<ShareOptions> share_options(const Settings& settings);

}  // namespace millrace::client
