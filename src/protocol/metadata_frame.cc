#include "protocol/metadata_frame.h"

#include <array>
#include <utility>

#include "base/varint.h"
#include "protocol/message.h"

namespace millrace::protocol {

namespace {

using DecodeInto = Status (*)(Reader&, std::int16_t, MetadataRecord&);
struct Known {
  std::uint32_t type;
  DecodeInto decode_into;
};

template <std::size_t I>
Status decode_into(Reader& in, std::int16_t version, MetadataRecord& out) {
  return decode(in, version, out.emplace<I>());
}

template <std::size_t... I>
constexpr auto known_records(std::index_sequence<I...>) {
  return std::array{Known{std::variant_alternative_t<I, MetadataRecord>::kType, &decode_into<I>}...};
}

constexpr auto kKnown = known_records(std::make_index_sequence<std::variant_size_v<MetadataRecord>>());

}  // namespace

Result<MetadataRecord> decode_metadata(Bytes value) {
  Reader in(value);
  const std::uint32_t frame_version = in.uvarint();
  const std::uint32_t type = in.uvarint();
  const std::uint32_t version = in.uvarint();
  MR_TRY(in.status());
  if (frame_version != kMetadataFrameVersion || version > INT16_MAX) return Error::unsupported;
  for (const Known& known : kKnown) {
    if (known.type != type) continue;
    MetadataRecord record;
    MR_TRY(known.decode_into(in, static_cast<std::int16_t>(version), record));
    if (in.remaining() != 0) return Error::corrupt;
    return record;
  }
  return Error::unsupported;
}

Buffer encode_metadata(const MetadataRecord& record, std::int16_t version) {
  return std::visit(
      [version](const auto& body) {
        const auto type = static_cast<std::uint32_t>(body.kType);
        const auto body_version = static_cast<std::uint32_t>(version);
        const std::size_t front = uvarint_size(kMetadataFrameVersion) + uvarint_size(type) + uvarint_size(body_version);
        Buffer buffer = Buffer::allocate(front + encoded_size(body, version));
        Writer out(buffer.writable());
        out.uvarint(kMetadataFrameVersion);
        out.uvarint(type);
        out.uvarint(body_version);
        encode(out, version, body);
        return buffer;
      },
      record);
}

std::int16_t metadata_type(const MetadataRecord& record) {
  return std::visit([](const auto& body) { return body.kType; }, record);
}

std::int16_t metadata_max_version(const MetadataRecord& record) {
  return std::visit([](const auto& body) { return body.kMaxVersion; }, record);
}

}  // namespace millrace::protocol
