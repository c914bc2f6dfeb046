#pragma once

#include <cstdint>
#include <vector>

#include "base/uuid.h"
#include "controller/decision.h"
#include "metadata/image.h"
#include "protocol/gen/broker_registration_change_record.h"

namespace millrace::controller {

// The metadata.version from which brokers say which directories are cordoned.
inline constexpr std::int16_t kCordonedDirectoriesSince = 30;

// The records that take a registered broker from one state to another, in Kafka's order.

// It leaves every ISR and leads nothing any more, then it is fenced.
void fence(const Context& context, const metadata::BrokerImage& broker, Decision& decision);
// It is active, and leads what has no leader.
void unfence(const Context& context, const metadata::BrokerImage& broker, Decision& decision);
// Those of its directories that are in `failed` and that its registration still names have failed: it leaves every ISR
// of a partition there, and is registered without them (KIP-858).
void lose_directories(const Context& context, const metadata::BrokerImage& broker, const std::vector<Uuid>& failed,
                      Decision& decision);
// It is on its way out: it leaves every ISR and leads nothing any more, but still answers.
void begin_shutdown(const Context& context, const metadata::BrokerImage& broker, Decision& decision);

}  // namespace millrace::controller
