#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"

namespace millrace::broker {

// Cuts a byte stream into frames: a big-endian length of four bytes, then so many bytes. The bytes of a frame end up in
// one buffer of their own. Nothing is allocated for a length that is only claimed: the buffer begins small and doubles
// as bytes arrive. Between frames it holds no memory.
class FrameReader {
 public:
  // Judges a frame by its first bytes (at most 4, fewer if the frame is shorter): false ends the connection before the
  // rest is received.
  using Accepts = bool (*)(const void* context, Bytes beginning);

  // `max_frame` bounds the length of a frame in bytes.
  FrameReader(std::size_t max_frame, Accepts accepts, const void* context)
      : max_frame_(max_frame), accepts_(accepts), context_(context) {}

  // Where to receive directly, when a long part of a frame is missing; empty: receive elsewhere and feed it. May
  // allocate.
  MutableBytes direct();
  // `size` bytes were received into direct().
  Status received(std::size_t size);

  // Takes bytes from the beginning of `input`, which it shortens by what it took; stops after a whole frame. Call it
  // until `input` is empty, taking frames in between. Error::too_large for a length below 0 or above the bound,
  // Error::corrupt for a beginning that is not accepted: the stream is of no use afterwards.
  Status feed(Bytes& input);

  // Whether a frame is complete; then it must be taken before more is fed.
  bool complete() const { return in_body_ && filled_ == frame_size_; }
  // The complete frame, without its length.
  Buffer take();

  // Bytes of memory held for the frame under way.
  std::size_t allocated() const { return buffer_.size(); }
  // From now on buffers begin larger: the peer has shown that it speaks the protocol.
  void prove() { proven_ = true; }

 private:
  Status begin_body();
  Status check_beginning();
  void make_room(std::size_t more);

  std::size_t max_frame_;
  Accepts accepts_;
  const void* context_;
  bool proven_ = false;
  bool in_body_ = false;
  bool checked_ = false;
  std::byte length_[4];
  std::size_t length_filled_ = 0;
  std::size_t frame_size_ = 0;
  std::size_t filled_ = 0;
  Buffer buffer_;
};

}  // namespace millrace::broker
