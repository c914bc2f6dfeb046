#include "protocol/writer.h"

#include <gtest/gtest.h>

#include "protocol/frame.h"
#include "protocol/gen/fetch.h"
#include "protocol/gen/metadata.h"
#include "protocol/gen/offset_commit.h"
#include "protocol/limits.h"

namespace millrace::protocol {
namespace {

FetchResponse two_partitions(Bytes first, std::uint32_t id, std::uint64_t size) {
  FetchResponse response;
  auto& topic = response.responses.emplace_back();
  topic.partitions.resize(2);
  topic.partitions[0].records = RecordsRef(first);
  topic.partitions[1].records = RecordsRef::external(id, size);
  return response;
}

TEST(Frame, RecordsAreNotCopiedAndRangesKeepTheirPlace) {
  const std::string text(100, 'r');
  const OutFrame frame = response_frame(7, 17, two_partitions(as_bytes(text), 42, 1'000'000));
  std::uint64_t sum = 0;
  std::vector<const Piece*> outside;
  for (const Piece& piece : frame.pieces) {
    sum += piece.size();
    if (piece.external_size != 0 || piece.bytes.data() == as_bytes(text).data()) outside.push_back(&piece);
  }
  EXPECT_EQ(sum, frame.size);
  EXPECT_EQ(load_be<std::int32_t>(frame.head.data()), static_cast<std::int32_t>(frame.size - kLengthBytes));
  ASSERT_EQ(outside.size(), 2U);
  EXPECT_EQ(outside[0]->bytes.size(), 100U);
  EXPECT_EQ(outside[1]->external_id, 42U);
  EXPECT_EQ(outside[1]->external_size, 1'000'000U);
  EXPECT_LT(frame.head.size(), 200U);
}

TEST(Frame, RangesReadLikeBytesOfTheirSize) {
  const std::string text(300, 'r');
  const OutFrame frame = response_frame(7, 17, two_partitions(as_bytes(text), 42, 300));
  std::vector<std::byte> whole;
  for (const Piece& piece : frame.pieces) {
    const Bytes part = piece.external_size != 0 ? as_bytes(text) : piece.bytes;
    whole.insert(whole.end(), part.begin(), part.end());
  }
  Reader in(Bytes(whole).subspan(kLengthBytes));
  ResponseHeader header;
  ASSERT_TRUE(decode_response_header(in, 1, 17, header).ok());
  EXPECT_EQ(header.correlation_id, 7);
  FetchResponse response;
  ASSERT_TRUE(decode(in, 17, response).ok());
  EXPECT_EQ(in.remaining(), 0U);
  EXPECT_EQ(as_text(response.responses[0].partitions[1].records->in_memory), text);
}

TEST(Frame, RequestsComeBackWithTheirHeader) {
  MetadataRequest body;
  const RequestHeader header{
      .request_api_key = 3, .request_api_version = 12, .correlation_id = 9, .client_id = "somebody"};
  const Buffer frame = request_frame(header, body);
  Reader in(frame.bytes().subspan(kLengthBytes));
  RequestHeader read;
  ASSERT_TRUE(decode_request_header(in, read).ok());
  EXPECT_EQ(read.client_id, "somebody");
  EXPECT_EQ(read.correlation_id, 9);
  ASSERT_TRUE(decode(in, 12, body).ok());
  EXPECT_EQ(in.remaining(), 0U);
}

TEST(Frame, ApiVersionsIsAlwaysAnsweredWithTheFirstHeader) {
  EXPECT_EQ(response_header_version(18, 0), 0);
  EXPECT_EQ(response_header_version(18, 4), 0);
  EXPECT_EQ(request_header_version(18, 4), 2);
  EXPECT_EQ(request_header_version(18, 2), 1);
  EXPECT_EQ(response_header_version(1, 11), 0);
  EXPECT_EQ(response_header_version(1, 12), 1);
}

TEST(Writer, StringsBeyondTheLimitAreCutAndSaid) {
  const std::string text(40000, 's');
  OffsetCommitRequest request;
  request.group_id = text;
  EXPECT_EQ(representable(request, 8).error(), Error::too_large);
  const Buffer body = encode_body(request, 8);
  OffsetCommitRequest read;
  ASSERT_TRUE(decode_body(body.bytes(), 8, read).ok());
  EXPECT_EQ(read.group_id.size(), kMaxStringBytes);
}

TEST(Representable, OnlyDroppableFieldsMayGetLost) {
  OffsetCommitRequest request;
  request.generation_id_or_member_epoch = 5;
  EXPECT_TRUE(representable(request, 2).ok());
  request.retention_time_ms = 1000;  // droppable
  EXPECT_TRUE(representable(request, 9).ok());
  request.group_instance_id = "i";  // versions 7+, not droppable
  EXPECT_TRUE(representable(request, 7).ok());
  EXPECT_EQ(representable(request, 6).error(), Error::unsupported);
  EXPECT_EQ(representable(request, 11).error(), Error::unsupported);
}

TEST(Representable, NullMustBeAllowedInTheVersion) {
  MetadataRequest request;
  request.topics.reset();
  EXPECT_TRUE(representable(request, 1).ok());
  EXPECT_FALSE(representable(request, 0).ok());
  EXPECT_EQ(encode_body(request, 0).size(), 4U);
}

}  // namespace
}  // namespace millrace::protocol
