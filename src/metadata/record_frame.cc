#include "metadata/record_frame.h"

#include "base/varint.h"

namespace millrace::metadata {

inline constexpr std::uint32_t kFrameVersion = 1;

Result<Frame> parse_frame(Bytes value) {
  Frame frame;
  std::uint32_t frame_version = 0;
  std::uint32_t version = 0;
  for (std::uint32_t* field : {&frame_version, &frame.type, &version}) {
    const std::size_t size = get_uvarint(value, *field);
    if (size == 0) return Error::truncated;
    value = value.subspan(size);
  }
  if (frame_version != kFrameVersion) return Error::unsupported;
  if (frame.type > 0x7fff || version > 0x7fff) return Error::corrupt;
  frame.version = static_cast<std::int16_t>(version);
  frame.message = value;
  return frame;
}

Buffer detail::frame_of(std::int16_t type, std::int16_t version, std::size_t message_size, std::size_t& message_at) {
  const auto raw_type = static_cast<std::uint64_t>(type);
  const auto raw_version = static_cast<std::uint64_t>(version);
  message_at = uvarint_size(kFrameVersion) + uvarint_size(raw_type) + uvarint_size(raw_version);
  Buffer value = Buffer::allocate(message_at + message_size);
  std::byte* to = value.data();
  to += put_uvarint(to, kFrameVersion);
  to += put_uvarint(to, raw_type);
  put_uvarint(to, raw_version);
  return value;
}

}  // namespace millrace::metadata
