#include "broker/frame_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "broker/limits.h"

namespace millrace::broker {
namespace {

constexpr std::size_t kMax = 104'857'600;

bool accept_zero(const void*, Bytes beginning) {
  return beginning.size() == 4 && load_be<std::int16_t>(beginning.data()) == 0;
}

std::string framed(std::string body) {
  std::string length(4, '\0');
  store_be(reinterpret_cast<std::byte*>(length.data()), static_cast<std::int32_t>(body.size()));
  return length + body;
}

Error feed_text(FrameReader& reader, std::string_view text) {
  Bytes input = as_bytes(text);
  while (!input.empty()) {
    if (const auto fed = reader.feed(input); !fed) return fed.error();
    if (reader.complete()) break;
  }
  return Error::none;
}

TEST(FrameReader, FramesComeOutWholeHoweverTheyArrive) {
  const std::string stream = framed(std::string(4, '\0') + "first") + framed(std::string(4, '\0') + "second");
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    FrameReader reader(kMax, accept_zero, nullptr);
    std::vector<std::string> frames;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      Bytes input = as_bytes(std::string_view(stream).substr(at, step));
      while (!input.empty()) {
        ASSERT_TRUE(reader.feed(input).ok());
        if (reader.complete()) frames.emplace_back(as_text(reader.take().bytes()));
      }
    }
    ASSERT_EQ(frames.size(), 2U) << "step " << step;
    EXPECT_EQ(frames[1], std::string(4, '\0') + "second");
  }
}

TEST(FrameReader, LengthsThatCannotBeAreRefusedAtOnceAndHoldNothing) {
  for (const std::string& bytes :
       {std::string("\xff\xff\xff\xff", 4), std::string("\x80\0\0\0", 4), std::string("\x7f\xff\xff\xff", 4),
        std::string("GET / HTTP/1.1\r\n"), std::string("\x16\x03\x01\x00\xc8", 5)}) {
    FrameReader reader(kMax, accept_zero, nullptr);
    EXPECT_EQ(feed_text(reader, bytes), Error::too_large);
    EXPECT_EQ(reader.allocated(), 0U);
  }
}

TEST(FrameReader, AFrameIsRefusedByItsBeginningBeforeTheRestComes) {
  FrameReader reader(kMax, accept_zero, nullptr);
  EXPECT_EQ(feed_text(reader, std::string("\0\x10\0\0\x7f\xff\0\0", 8)), Error::corrupt);
  FrameReader empty(kMax, accept_zero, nullptr);
  EXPECT_EQ(feed_text(empty, std::string(4, '\0')), Error::corrupt);
}

TEST(FrameReader, MemoryFollowsWhatHasArrivedNotWhatIsClaimed) {
  FrameReader reader(kMax, accept_zero, nullptr);
  std::string begin("\x06\x40\0\0", 4);  // 100 MiB
  EXPECT_EQ(feed_text(reader, begin + std::string(100, '\0')), Error::none);
  EXPECT_LE(reader.allocated(), kFirstBufferUnproven);
  EXPECT_EQ(feed_text(reader, std::string(100'000, '\0')), Error::none);
  EXPECT_LE(reader.allocated(), 2 * 100'100U + kFirstBufferUnproven);
}

TEST(FrameReader, LongFramesAreReceivedStraightIntoTheirBuffer) {
  FrameReader reader(kMax, accept_zero, nullptr);
  reader.prove();
  const std::string frame = framed(std::string(300'000, '\0'));
  EXPECT_TRUE(reader.direct().empty()) << "no frame is under way";
  EXPECT_EQ(feed_text(reader, std::string_view(frame).substr(0, 100)), Error::none);
  const MutableBytes direct = reader.direct();
  ASSERT_EQ(direct.size(), 300'000U - 96);
  EXPECT_TRUE(reader.received(direct.size()).ok());
  ASSERT_TRUE(reader.complete());
  EXPECT_EQ(reader.take().size(), 300'000U);
  EXPECT_EQ(reader.allocated(), 0U) << "between frames nothing is held";
}

}  // namespace
}  // namespace millrace::broker
