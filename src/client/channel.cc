#include "client/channel.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "client/limits.h"

namespace millrace::client {

void Channel::send(Buffer frame) {
  std::vector<ports::Piece> pieces;
  pieces.push_back(ports::Piece::of(std::move(frame)));
  connection_.send(std::move(pieces));
}

void Channel::abandon(bool graceful) {
  user_ = nullptr;
  connection_.close(graceful);
}

void Channel::on_readable() {
  std::size_t budget = kReadPerTurnBytes / kScratchBytes;
  while (user_ != nullptr && budget-- > 0 && read_once()) {
  }
}

// A long answer is read straight into its buffer; short ones come several at a time through the scratch.
bool Channel::read_once() {
  const bool direct = in_body_ && frame_size_ - filled_ >= kScratchBytes;
  if (direct && filled_ == frame_.size()) make_room(1);
  if (!direct) scratch_.resize(kScratchBytes);
  const auto got = connection_.read(direct ? frame_.writable().subspan(filled_) : MutableBytes(scratch_));
  if (!got) {
    if (got.error() == ::millrace::Error::closed) connection_.close(false);
    return false;
  }
  if (!direct) return take_scratch(Bytes(scratch_.data(), *got));
  filled_ += *got;
  deliver_if_whole();
  return true;
}

bool Channel::take_scratch(Bytes bytes) {
  while (!bytes.empty() && user_ != nullptr) {
    if (!in_body_) {
      const std::size_t take = std::min(bytes.size(), sizeof length_ - length_filled_);
      std::memcpy(length_ + length_filled_, bytes.data(), take);
      length_filled_ += take;
      bytes = bytes.subspan(take);
      if (length_filled_ < sizeof length_) break;
      const auto size = load_be<std::int32_t>(length_);
      if (size < 4 || !begin_frame(static_cast<std::size_t>(size))) {
        broken(::millrace::Error::corrupt);
        return false;
      }
    }
    const std::size_t take = std::min(bytes.size(), frame_size_ - filled_);
    make_room(take);
    if (take > 0) std::memcpy(frame_.data() + filled_, bytes.data(), take);
    filled_ += take;
    bytes = bytes.subspan(take);
    deliver_if_whole();
  }
  return true;
}

bool Channel::begin_frame(std::size_t size) {
  if (size > kMaxAnswerBytes) return false;
  in_body_ = true;
  frame_size_ = size;
  filled_ = 0;
  frame_ = Buffer::allocate(std::min(size, kFirstAnswerBytes));
  return true;
}

// The memory grows with what arrives. Precondition: no more than the frame has.
void Channel::make_room(std::size_t bytes) {
  if (filled_ + bytes <= frame_.size()) return;
  Buffer larger = Buffer::allocate(std::min(frame_size_, std::max(frame_.size() * kAnswerGrowth, filled_ + bytes)));
  std::memcpy(larger.data(), frame_.data(), filled_);
  frame_ = std::move(larger);
}

void Channel::deliver_if_whole() {
  if (!in_body_ || filled_ < frame_size_) return;
  Buffer whole = std::move(frame_);
  frame_ = Buffer();
  in_body_ = false;
  length_filled_ = 0;
  if (user_ != nullptr) user_->on_answer(std::move(whole));
}

void Channel::broken(::millrace::Error why) {
  why_ = why;
  connection_.close(false);
}

void Channel::on_closed() {
  if (user_ != nullptr) std::exchange(user_, nullptr)->on_channel_gone(why_);
}

}  // namespace millrace::client
