#include "broker/connection.h"

#include <algorithm>
#include <utility>

#include "broker/limits.h"

namespace millrace::broker {

ClientConnection::ClientConnection(ports::Shard& shard, ports::Connection& connection, const Listener& listener,
                                   Dispatcher& dispatcher, MemoryBudget& memory, MutableBytes scratch, Task gone)
    : shard_(shard),
      connection_(connection),
      listener_(listener),
      dispatcher_(dispatcher),
      memory_(memory),
      scratch_(scratch),
      gone_(std::move(gone)),
      reader_(dispatcher.max_frame(), &ClientConnection::accepts, this) {}

ClientConnection::~ClientConnection() {
  *alive_ = false;
  shard_.timers.cancel(unmute_);
  memory_.change(this, accounted_, 0);
  memory_.forget(this);
  for (const auto& request : requests_) {
    if (!request->answered() && !request->abandoned()) request->abandon();
  }
  for (Task& task : client_->when_gone) task();
  if (gone_) gone_();
}

bool ClientConnection::accepts(const void* self, Bytes beginning) {
  const auto& me = *static_cast<const ClientConnection*>(self);
  if (beginning.size() < 4) return false;
  return me.dispatcher_.accepts(me.listener_, load_be<std::int16_t>(beginning.data()),
                                load_be<std::int16_t>(beginning.data() + 2));
}

void ClientConnection::on_readable() {
  if (ended_) return;
  taken_this_turn_ = begun_this_turn_ = 0;
  pump();
}

void ClientConnection::on_sent() {
  if (!ended_) pump();
}

void ClientConnection::on_memory() {
  if (ended_) return;
  blocked_ = false;
  pump();
}

void ClientConnection::on_closed() { ended_ = true; }

void ClientConnection::drain() {
  draining_ = true;
  if (requests_.empty()) end();
}

// Goes on as long as something can be done now. Reading stays on exactly if only the peer can bring us further.
void ClientConnection::pump() {
  bool peer_is_next = false;
  while (!ended_ && !peer_is_next) {
    if (held_ != nullptr) {
      if (!may_begin(held_->api_key())) break;
      begin(std::exchange(held_, nullptr));
    } else if (stuffed() || !may_take_more()) {
      break;
    } else if (!backlog_.empty()) {
      const Buffer keep = std::exchange(backlog_, Buffer());
      Bytes input = keep.bytes();
      consume(input);
      if (!input.empty() && !ended_) backlog_ = keep.slice_of(input);
    } else if (peer_ended_) {
      break;
    } else {
      peer_is_next = !receive();
    }
    account();
  }
  if (peer_ended_ && requests_.empty() && held_ == nullptr && backlog_.empty()) end();
  if (ended_) return;
  pause(!peer_is_next || peer_ended_);
  if (begun_this_turn_ >= kRequestsPerTurn) go_on_next_turn();
}

// Answers that come at once let the next request begin in the same turn: without a bound, a peer that sends many small
// requests would keep the shard from all others.
void ClientConnection::go_on_next_turn() {
  if (std::exchange(goes_on_, true)) return;
  shard_.timers.at(shard_.clock.now(), [this, alive = alive_] {
    if (!*alive) return;
    goes_on_ = false;
    taken_this_turn_ = begun_this_turn_ = 0;
    if (!ended_) pump();
  });
}

bool ClientConnection::stuffed() const {
  return draining_ || blocked_ || muted_ || begun_this_turn_ >= kRequestsPerTurn ||
         requests_.size() >= kRequestsInFlight ||
         request_bytes_ >= kRequestBytesInFlight || connection_.unsent() >= kUnsentBytes;
}

bool ClientConnection::may_take_more() {
  blocked_ = !memory_.may_take(this);
  if (blocked_) return false;
  blocked_ = dispatcher_.busy([this, alive = alive_] {
    if (!*alive || ended_) return;
    blocked_ = false;
    pump();
  });
  return !blocked_;
}

// False when there is nothing to be had now, from this peer or in this turn.
bool ClientConnection::receive() {
  if (taken_this_turn_ >= kReadPerTurnBytes) return false;
  const MutableBytes direct = reader_.direct();
  const auto size = connection_.read(direct.empty() ? scratch_ : direct);
  if (!size) {
    // A peer may close its half and still read: what it has asked for is answered first.
    peer_ended_ = size.error() == Error::closed;
    if (!peer_ended_ && size.error() != Error::would_block) end();
    return false;
  }
  taken_this_turn_ += *size;
  if (direct.empty()) {
    Bytes input(scratch_.data(), *size);
    consume(input);
    if (!input.empty() && !ended_) backlog_ = Buffer::copy_of(input);
  } else if (!reader_.received(*size).ok()) {
    end();
  } else if (reader_.complete()) {
    take_frame(reader_.take());
  }
  return true;
}

void ClientConnection::consume(Bytes& input) {
  while (!input.empty() && !ended_ && held_ == nullptr && !stuffed()) {
    if (!reader_.feed(input).ok()) {
      end();
    } else if (reader_.complete()) {
      take_frame(reader_.take());
    }
  }
}

void ClientConnection::take_frame(Buffer frame) {
  auto header = dispatcher_.read_header(frame.bytes());
  if (!header) {
    end();
    return;
  }
  reader_.prove();
  auto request = std::make_shared<Request>(listener_, connection_.peer(), std::move(frame), *header,
                                           [this] { schedule_flush(); });
  request->set_client(client_);
  request_bytes_ += request->frame().size();
  if (may_begin(request->api_key())) {
    begin(std::move(request));
  } else {
    held_ = std::move(request);
  }
}

bool ClientConnection::may_begin(std::int16_t api_key) const {
  if (requests_.empty()) return true;
  const Request& last = *requests_.back();
  return dispatcher_.pipelines(api_key) && last.api_key() == api_key && !last.holds_up();
}

void ClientConnection::begin(RequestPtr request) {
  ++begun_this_turn_;
  if (requests_.empty()) connection_.expect_silence(true);
  requests_.push_back(request);
  dispatcher_.dispatch(std::move(request));
}

// A client that pauses by itself, as it was told, does not notice (KIP-219). Others are slowed down so.
void ClientConnection::mute(Millis pause) {
  muted_ = true;
  shard_.timers.cancel(unmute_);
  unmute_ = shard_.timers.at(shard_.clock.now() + pause, [this] { release(); });
}

void ClientConnection::release() {
  muted_ = false;
  if (!ended_) pump();
}

void ClientConnection::refuse_after(Millis pause) {
  shard_.timers.cancel(unmute_);
  unmute_ = shard_.timers.at(shard_.clock.now() + pause, [this] { end(); });
}

// All answers of a turn leave together.
void ClientConnection::schedule_flush() {
  if (flush_scheduled_) return;
  flush_scheduled_ = true;
  shard_.timers.at_turn_end([this, alive = alive_] {
    if (*alive) flush();
  });
}

void ClientConnection::flush() {
  flush_scheduled_ = false;
  std::vector<ports::Piece> pieces;
  bool hang_up = false;
  Millis pause{0};
  while (!ended_ && !hang_up && !requests_.empty() && requests_.front()->answered()) {
    Request& request = *requests_.front();
    for (auto& piece : request.take_answer()) pieces.push_back(std::move(piece));
    hang_up = request.hangs_up();
    pause = std::max(pause, request.pause());
    request_bytes_ -= request.frame().size();
    requests_.pop_front();
  }
  if (ended_) return;
  if (!pieces.empty()) connection_.send(std::move(pieces));
  if (requests_.empty()) connection_.expect_silence(false);
  account();
  if (pause > Millis(0)) mute(pause);
  if (hang_up || (draining_ && requests_.empty())) {
    end();
  } else {
    pump();
  }
}

void ClientConnection::account() {
  const std::size_t holds = reader_.allocated() + backlog_.size() + request_bytes_;
  memory_.change(this, accounted_, holds);
  accounted_ = holds;
}

void ClientConnection::pause(bool paused) {
  if (paused == paused_) return;
  paused_ = paused;
  if (paused) {
    connection_.pause_reading();
  } else {
    connection_.resume_reading();
  }
}

void ClientConnection::end() {
  if (ended_) return;
  ended_ = true;
  connection_.close(true);
  for (const auto& request : requests_) {
    if (!request->answered()) request->abandon();
  }
}

}  // namespace millrace::broker
