#include "client/request.h"

#include "base/assert.h"

namespace millrace::client {

Frame gather(const Buffer& head, const std::vector<protocol::Piece>& parts, const std::vector<Buffer>& records) {
  Frame frame;
  frame.reserve(parts.size());
  auto next = records.begin();
  for (const protocol::Piece& part : parts) {
    const bool record = next != records.end() && next->data() == part.bytes.data();
    frame.push_back(ports::Piece::of(record ? *next++ : head.slice_of(part.bytes)));
  }
  MR_ASSERT(next == records.end());
  return frame;
}

}  // namespace millrace::client
