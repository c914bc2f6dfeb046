#include "client/producer/identity.h"

#include <limits>
#include <utility>

#include "client/errors.h"
#include "protocol/gen/init_producer_id.h"

namespace millrace::client {

void Identity::ask(Callback<void(Status)> changed) {
  if (asking_) return;
  asking_ = true;
  changed_ = std::move(changed);
  attempt();
}

void Identity::attempt() {
  protocol::InitProducerIdRequest request;
  request.transactional_id = std::nullopt;
  request.transaction_timeout_ms = std::numeric_limits<std::int32_t>::max();
  cluster_.send<protocol::InitProducerIdResponse>(
      Target::any(), request, options_.request_timeout,
      alive_.guard([this](Result<Answer<protocol::InitProducerIdResponse>> answer) {
        const auto code = answer ? static_cast<protocol::Errc>(answer->body.error_code) : protocol::Errc::none;
        const bool again = answer ? protocol::retriable(code) : answer.error().retriable;
        if (again) {
          const Millis wait = backoff_.next(cluster_.shard().random);
          cluster_.shard().timers.at(cluster_.shard().clock.now() + wait, alive_.guard([this] { attempt(); }));
          return;
        }
        asking_ = false;
        Status outcome = answer ? broker_status(answer->body.error_code, "asking for a producer id")
                                : Status(answer.error());
        if (outcome) set(ProducerId(answer->body.producer_id), ProducerEpoch(answer->body.producer_epoch));
        std::exchange(changed_, nullptr)(std::move(outcome));
      }));
}

void Identity::bump(bool anew) {
  const bool last = epoch_.value() == std::numeric_limits<std::int16_t>::max() - 1;
  if (anew || last) {
    id_ = kNoProducer;
    epoch_ = kNoProducerEpoch;
  } else {
    epoch_ = ProducerEpoch(static_cast<std::int16_t>(epoch_.value() + 1));
  }
}

}  // namespace millrace::client
