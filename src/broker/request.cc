#include "broker/request.h"

#include <utility>

#include "base/assert.h"

namespace millrace::broker {

void Request::send(std::vector<ports::Piece> body) {
  answer_ = std::move(body);
  silent_ = false;
  leave();
}

void Request::send(Buffer body) {
  std::vector<ports::Piece> pieces;
  pieces.push_back(ports::Piece::of(std::move(body)));
  send(std::move(pieces));
}

void Request::send_nothing() { leave(); }

void Request::leave() {
  if (gate_ == nullptr || abandoned_) return finish();
  std::exchange(gate_, nullptr)->weigh(shared_from_this());
}

void Request::replace_answer(Buffer body) {
  answer_.clear();
  answer_.push_back(ports::Piece::of(std::move(body)));
}

void Request::pass(Millis pause) {
  pause_ = pause;
  finish();
}

void Request::hang_up() {
  hang_up_ = true;
  finish();
}

void Request::let_on() {
  MR_ASSERT(!answered_);
  holds_up_ = false;
  if (!abandoned_) on_progress_();
}

void Request::finish() {
  MR_ASSERT(!answered_);
  answered_ = true;
  on_abandoned_ = nullptr;
  if (abandoned_) {
    answer_.clear();
  } else {
    if (watch_ != nullptr) watch_->on_answered(*this);
    on_progress_();
  }
}

void Request::abandon() {
  abandoned_ = true;
  on_progress_ = nullptr;
  if (Task task = std::move(on_abandoned_)) task();
}

std::vector<ports::Piece> Request::take_answer() {
  MR_ASSERT(answered_);
  if (silent_) return {};
  const std::size_t header_size = header_.flexible_answer ? 5 : 4;
  std::uint64_t size = header_size;
  for (const auto& piece : answer_) size += piece.size();
  Buffer header = Buffer::allocate(4 + header_size);
  store_be(header.data(), static_cast<std::int32_t>(size));
  store_be(header.data() + 4, header_.correlation_id);
  if (header_.flexible_answer) header.data()[8] = std::byte{0};
  std::vector<ports::Piece> whole;
  whole.reserve(answer_.size() + 1);
  whole.push_back(ports::Piece::of(std::move(header)));
  for (auto& piece : answer_) whole.push_back(std::move(piece));
  answer_.clear();
  return whole;
}

}  // namespace millrace::broker
