#include "broker/frame_reader.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "broker/limits.h"

namespace millrace::broker {

MutableBytes FrameReader::direct() {
  if (!in_body_ || frame_size_ - filled_ < kDirectReadBytes) return {};
  if (filled_ == buffer_.size()) make_room(1);
  return buffer_.writable().subspan(filled_);
}

Status FrameReader::received(std::size_t size) {
  MR_ASSERT(in_body_ && size <= buffer_.size() - filled_);
  filled_ += size;
  return check_beginning();
}

Status FrameReader::feed(Bytes& input) {
  MR_ASSERT(!complete());
  if (!in_body_) {
    const std::size_t take = std::min(input.size(), kFrameHeaderBytes - length_filled_);
    std::memcpy(length_ + length_filled_, input.data(), take);
    length_filled_ += take;
    input = input.subspan(take);
    if (length_filled_ < kFrameHeaderBytes) return {};
    MR_TRY(begin_body());
  }
  const std::size_t take = std::min(input.size(), frame_size_ - filled_);
  if (take > 0) {
    if (take > buffer_.size() - filled_) make_room(take);
    std::memcpy(buffer_.data() + filled_, input.data(), take);
    filled_ += take;
    input = input.subspan(take);
  }
  return check_beginning();
}

Buffer FrameReader::take() {
  MR_ASSERT(complete());
  Buffer frame = buffer_.size() == frame_size_ ? buffer_ : buffer_.slice(0, frame_size_);
  buffer_ = Buffer();
  in_body_ = checked_ = false;
  length_filled_ = frame_size_ = filled_ = 0;
  return frame;
}

Status FrameReader::begin_body() {
  const auto length = load_be<std::int32_t>(length_);
  if (length < 0 || static_cast<std::size_t>(length) > max_frame_) return Error::too_large;
  in_body_ = true;
  frame_size_ = static_cast<std::size_t>(length);
  filled_ = 0;
  return {};
}

Status FrameReader::check_beginning() {
  const std::size_t needed = std::min<std::size_t>(4, frame_size_);
  if (checked_ || !in_body_ || filled_ < needed) return {};
  checked_ = true;
  if (!accepts_(context_, Bytes(buffer_.data(), needed))) return Error::corrupt;
  return {};
}

void FrameReader::make_room(std::size_t more) {
  const std::size_t first = proven_ ? kFirstBufferProven : kFirstBufferUnproven;
  const std::size_t wanted = std::max({filled_ + more, std::min(first, frame_size_), 2 * buffer_.size()});
  Buffer larger = Buffer::allocate(std::min(wanted, frame_size_));
  if (filled_ > 0) std::memcpy(larger.data(), buffer_.data(), filled_);
  buffer_ = std::move(larger);
}

}  // namespace millrace::broker
