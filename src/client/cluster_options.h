#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "client/security/sasl.h"
#include "ports/net.h"
#include "ports/tls.h"

namespace millrace::client {

// What a Cluster must know, from the settings of the same names. Times as there.
struct ClusterOptions {
  std::vector<ports::Endpoint> bootstrap;
  bool bootstrap_controllers = false;  // `bootstrap` are controllers (bootstrap.controllers, KIP-919)
  std::string client_id;
  Millis request_timeout{30'000};
  Millis retry_backoff{100};
  Millis retry_backoff_max{1'000};
  Millis reconnect_backoff{50};
  Millis reconnect_backoff_max{1'000};
  Millis connect_timeout{10'000};
  Millis connect_timeout_max{30'000};
  Millis max_idle{540'000};  // negative: never closed for idleness
  Millis metadata_max_age{300'000};
  Millis rebootstrap_after{300'000};
  Millis give_up_after{0};  // while no bootstrap server is reached: when requests fail; 0: at their deadlines
  bool rebootstrap = true;            // metadata.recovery.strategy (KIP-899)
  std::shared_ptr<ports::TlsClient> tls;       // none: connections are not encrypted
  std::shared_ptr<const SaslOptions> sasl;     // none: nobody asks who we are
  bool push_metrics = false;          // enable.metrics.push (KIP-714)
  bool allow_topic_creation = false;  // asking for a topic's metadata may create it
};

}  // namespace millrace::client
