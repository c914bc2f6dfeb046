#include "broker/producer_ids.h"

#include <utility>

#include "broker/broker.h"
#include "broker/limits.h"
#include "protocol/gen/allocate_producer_ids.h"

namespace millrace::broker {
namespace {

constexpr std::int16_t kVersion = protocol::AllocateProducerIdsRequest::kMaxVersion;

}  // namespace

void ProducerIds::next(Done done) {
  if (next_ == end_ && following_ != following_end_) {
    next_ = std::exchange(following_, 0);
    end_ = std::exchange(following_end_, 0);
  }
  if (next_ == end_) {
    if (waiting_.size() >= kWaitingForProducerIds) return done(protocol::Errc::coordinator_load_in_progress);
    waiting_.push_back(std::move(done));
    fetch_block();
    return;
  }
  const ProducerId id(next_++);
  if (end_ - next_ < kProducerIdsPrefetchBelow && following_ == following_end_) fetch_block();
  done(id);
}

void ProducerIds::fetch_block() {
  if (fetching_) return;
  fetching_ = true;
  protocol::AllocateProducerIdsRequest request;
  request.broker_id = broker_.self().value();
  const auto* me = broker_.image() != nullptr ? broker_.image()->broker(broker_.self()) : nullptr;
  request.broker_epoch = me != nullptr ? me->epoch : -1;
  broker_.to_controller(static_cast<std::int16_t>(protocol::ApiKey::allocate_producer_ids), kVersion,
                        protocol::encode_body(request, kVersion), [this](Buffer answer) { got_block(answer); });
}

void ProducerIds::got_block(const Buffer& answer) {
  fetching_ = false;
  protocol::AllocateProducerIdsResponse response;
  if (protocol::decode_body(answer.bytes(), kVersion, response).ok() && response.error_code == 0 &&
      response.producer_id_len > 0) {
    following_ = response.producer_id_start;
    following_end_ = response.producer_id_start + response.producer_id_len;
  }
  // Whoever finds nothing even now is told to come back, instead of asking the controller without end.
  for (std::deque<Done> waiting = std::exchange(waiting_, {}); !waiting.empty(); waiting.pop_front()) {
    if (next_ == end_ && following_ == following_end_) {
      waiting.front()(protocol::Errc::coordinator_load_in_progress);
    } else {
      next(std::move(waiting.front()));
    }
  }
}

}  // namespace millrace::broker
