#include "sim/client/channel.h"

#include <array>
#include <utility>

namespace millrace::sim {

Channel::~Channel() {
  for (const auto& pending : pending_) shard_.timers.cancel(pending.timer);
}

void Channel::call(Buffer frame, Millis patience, Answer answer) {
  const auto timer = shard_.timers.at(shard_.clock.now() + patience, [this] { close(); });
  pending_.push_back({std::move(answer), timer});
  connection_.send({ports::Piece::of(std::move(frame))});
}

void Channel::close() {
  if (gone_) std::exchange(gone_, Task())();
  connection_.close(false);
}

void Channel::on_readable() {
  std::array<std::byte, 16'384> bytes;
  const auto got = connection_.read(bytes);
  if (!got) {
    if (got.error() == Error::closed) close();
    return;
  }
  in_.insert(in_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*got));
  while (take_frame()) {
  }
}

bool Channel::take_frame() {
  if (in_.size() < 4) return false;
  const auto size = static_cast<std::size_t>(load_be<std::uint32_t>(in_.data()));
  if (in_.size() < 4 + size) return false;
  MR_ASSERT(!pending_.empty());  // an answer that nobody asked for
  const Buffer frame = Buffer::copy_of(Bytes(in_).subspan(4, size));
  in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(4 + size));
  Pending first = std::move(pending_.front());
  pending_.pop_front();
  shard_.timers.cancel(first.timer);
  const Bytes body = frame.bytes();
  first.answer(&body);
  return true;
}

void Channel::on_closed() {
  if (gone_) std::exchange(gone_, Task())();
  auto pending = std::move(pending_);
  pending_.clear();
  for (auto& one : pending) {
    shard_.timers.cancel(one.timer);
    one.answer(nullptr);
  }
}

}  // namespace millrace::sim
