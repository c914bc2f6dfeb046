#include "sim/end.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "sim/network.h"

namespace millrace::sim {

End::End(Network& network, std::shared_ptr<Link> link, int side, ports::Endpoint peer, ports::Endpoint local)
    : network_(network), link_(std::move(link)), side_(side), peer_(std::move(peer)), local_(std::move(local)) {
  link_->ends[side_] = this;
  last_byte_ = network_.net_.run().now();
}

Loop& End::loop() { return network_.loop_; }

void End::begin(std::unique_ptr<ports::ConnectionHandler> handler) {
  handler_ = std::move(handler);
  if (handler_ == nullptr) close(false);
  wake_reader();
}

Result<std::size_t> End::read(MutableBytes into) {
  if (state_ == State::closed) return Error::closed;
  std::size_t done = 0;
  while (done < into.size() && !in_.empty()) {
    Buffer& first = in_.front();
    const std::size_t part = std::min(first.size(), into.size() - done);
    std::memcpy(into.data() + done, first.data(), part);
    done += part;
    if (part == first.size()) {
      in_.pop_front();
    } else {
      first = first.slice(part, first.size() - part);
    }
  }
  if (done == 0 && end_arrived_) {
    end_read_ = true;
    return Error::closed;
  }
  if (done == 0) return Error::would_block;
  Net& net = network_.net_;
  net.run().queue.at(net.run().now() + net.latency(), kWorld, [link = link_, side = side_, done] {
    link->unread[side] -= done;
    if (End* const other = link->ends[1 - side]; other != nullptr && !link->silent) other->peer_has_read(done);
  });
  return done;
}

void End::send(std::vector<ports::Piece> pieces) {
  if (state_ != State::open) return;
  for (auto& piece : pieces) {
    if (piece.size() == 0) continue;
    unsent_ += piece.size();
    out_.push_back(std::move(piece));
  }
  wake_sender();
}

void End::resume_reading() {
  paused_ = false;
  wake_reader();
}

void End::wake_reader() {
  const bool something = !in_.empty() || (end_arrived_ && !end_read_);
  if (paused_ || read_scheduled_ || !something || state_ == State::closed || handler_ == nullptr) return;
  read_scheduled_ = true;
  loop().input(Kind::readable, link_->id, 0, [this] {
    read_scheduled_ = false;
    if (paused_ || state_ == State::closed) return;
    handler_->on_readable();
    wake_reader();
  });
}

void End::wake_sender() {
  if (pump_scheduled_ || state_ == State::closed) return;
  pump_scheduled_ = true;
  loop().input(Kind::sent, link_->id, unsent_, [this] {
    pump_scheduled_ = false;
    if (state_ != State::closed) pump();
  });
}

Result<Buffer> End::next_chunk(std::size_t limit) {
  ports::Piece& piece = out_.front();
  const std::size_t size = std::min<std::uint64_t>(piece.size(), limit);
  if (!piece.file) {
    Buffer chunk = Buffer::copy_of(piece.memory.slice(0, size).bytes());
    piece.memory = piece.memory.slice(size, piece.memory.size() - size);
    if (piece.memory.empty()) out_.pop_front();
    return chunk;
  }
  Buffer chunk = Buffer::allocate(size);
  for (std::size_t done = 0; done < size;) {
    // A disk that has to be waited for delays nothing else here: the loop of a real one waits in the kernel.
    const auto got = piece.file->read_cached(piece.position + done, chunk.writable().subspan(done));
    if (!got && got.error() == Error::would_block) continue;
    if (!got || *got == 0) return Error::io;
    done += *got;
  }
  piece.position += size;
  piece.length -= size;
  if (piece.length == 0) out_.pop_front();
  return chunk;
}

void End::pump() {
  Net& net = network_.net_;
  const std::uint64_t window = net.run().profile.window_bytes;
  const bool had_something = unsent_ > 0;
  while (!out_.empty() && link_->unread[1 - side_] < window) {
    const std::uint64_t window_left = window - link_->unread[1 - side_];
    const std::uint64_t space = std::min<std::uint64_t>(window_left, net.run().profile.chunk_bytes);
    auto chunk = next_chunk(1 + net.prng().below(space));
    if (!chunk) {  // the range is not there: as with sendfile, only breaking the connection is left
      close(false);
      return;
    }
    unsent_ -= chunk->size();
    last_byte_ = net.run().now();
    net.carry(link_, 1 - side_, std::move(*chunk), false);
  }
  if (!out_.empty()) return;  // until the peer has read
  if (state_ == State::draining) {
    finish_sending();
  } else if (had_something && handler_ != nullptr) {
    handler_->on_sent();
  }
}

void End::finish_sending() {
  Net& net = network_.net_;
  net.carry(link_, 1 - side_, Buffer(), true);
  become_closed();
}

void End::close(bool graceful) {
  if (state_ == State::closed) return;
  if (graceful) {
    state_ = State::draining;
    wake_sender();
    return;
  }
  Net& net = network_.net_;
  if (net.prng().one_in(2)) link_->broken = true;
  net.tell_reset(link_, 1 - side_);
  become_closed();
}

// From here on the link no longer knows this end; on_closed follows in a later turn.
void End::become_closed() {
  state_ = State::closed;
  link_->ends[side_] = nullptr;
  out_.clear();
  unsent_ = 0;
  loop().input(Kind::closed, link_->id, 0, [this] { say_closed(); });
}

void End::say_closed() {
  if (handler_ != nullptr) handler_->on_closed();
  handler_ = nullptr;
  network_.remove(link_->id, side_);  // this object is gone after it
}

void End::arrived(const Buffer& bytes, bool end) {
  last_byte_ = network_.net_.run().now();
  if (!bytes.empty()) in_.push_back(bytes);
  if (end) end_arrived_ = true;
  wake_reader();
}

void End::peer_has_read(std::uint64_t) {
  if (!out_.empty()) wake_sender();
}

void End::reset() {
  if (state_ != State::closed) become_closed();
}

void End::die(Farewell farewell) {
  handler_ = nullptr;
  out_.clear();
  in_.clear();
  if (state_ == State::closed) return;
  state_ = State::closed;
  link_->ends[side_] = nullptr;
  Net& net = network_.net_;
  if (farewell == Farewell::finish) {
    net.carry(link_, 1 - side_, Buffer(), true);
  } else if (farewell == Farewell::reset) {
    if (net.prng().one_in(2)) link_->broken = true;
    net.tell_reset(link_, 1 - side_);
  }
}

void End::expect_silence(bool silence) {
  silence_ = silence;
  last_byte_ = network_.net_.run().now();
}

void End::set_listener(Net::Port port, Millis idle) {
  listener_ = port;
  idle_ = idle;
  if (idle_.value() > 0) watch_idle();
}

void End::watch_idle() {
  loop().input_at(last_byte_ + idle_, Kind::closed, link_->id, 1, [network = &network_, id = link_->id, side = side_] {
    End* const end = network->find(id, side);
    if (end == nullptr || end->state_ == State::closed) return;
    const MonoTime now = network->net_.run().now();
    if (end->silence_) end->last_byte_ = now;
    if (now >= end->last_byte_ + end->idle_) {
      end->close(false);
    } else {
      end->watch_idle();
    }
  });
}

}  // namespace millrace::sim
