#include <cstdlib>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/prng.h"
#include "protocol/json.h"
#include "protocol/testing/round_trip.h"
#include "protocol/testing/vectors.h"

namespace millrace::protocol {
namespace {

using testing::Vector;

// tests/vectors/messages.tsv, or the file that the environment variable MILLRACE_VECTORS names.
const std::vector<Vector>& vectors() {
  static const std::vector<Vector> all = [] {
    const char* other = std::getenv("MILLRACE_VECTORS");
    std::vector<std::string> problems;
    auto read = testing::load_vectors(other != nullptr ? other : MILLRACE_VECTORS_FILE, problems);
    for (const std::string& problem : problems) ADD_FAILURE() << problem;
    return read;
  }();
  return all;
}

std::string place(const Vector& vector) {
  return "line " + std::to_string(vector.line) + ": " + std::string(vector.message->name) + " version " +
         std::to_string(vector.version);
}

// On the heap with exactly its size, so that a sanitizer sees a read behind it.
std::vector<std::byte> exact(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

// Whether the typed codec and the interpreter both take the bytes, or both refuse them.
void expect_agreement(const Vector& vector, Bytes bytes) {
  const std::vector<std::byte> copy = exact(bytes);
  const auto typed = testing::round_trip(*vector.message, vector.version, copy);
  const auto text = to_json(*vector.message, vector.version, copy);
  ASSERT_EQ(typed.ok(), text.ok()) << place(vector) << ", " << bytes.size() << " bytes";
  if (typed.ok()) {
    ASSERT_EQ(typed->bytes_left, text->bytes_left) << place(vector);
  }
}

TEST(Vectors, ThereAreSome) { EXPECT_FALSE(vectors().empty()); }

TEST(Vectors, TypedDecodeAndEncodeGiveTheSameBytes) {
  for (const Vector& vector : vectors()) {
    const auto result = testing::round_trip(*vector.message, vector.version, exact(vector.bytes));
    ASSERT_TRUE(result.ok()) << place(vector) << ": " << to_string(result.error());
    EXPECT_EQ(result->bytes_left, 0U) << place(vector);
    EXPECT_TRUE(result->copied == vector.bytes) << place(vector);
    EXPECT_TRUE(result->gathered == vector.bytes) << place(vector);
    EXPECT_TRUE(result->fits) << place(vector);
  }
}

TEST(Vectors, BytesPrintTheJsonOfTheLastColumn) {
  for (const Vector& vector : vectors()) {
    const auto text = to_json(*vector.message, vector.version, exact(vector.bytes));
    ASSERT_TRUE(text.ok()) << place(vector) << ": " << text.error().text;
    EXPECT_EQ(text->bytes_left, 0U) << place(vector);
    EXPECT_EQ(nlohmann::json::parse(text->json), nlohmann::json::parse(vector.json)) << place(vector);
  }
}

TEST(Vectors, JsonGivesTheBytes) {
  for (const Vector& vector : vectors()) {
    // The last column does not hold the contents of record batches: where there are some, our own JSON does.
    const auto whole = to_json(*vector.message, vector.version, vector.bytes, RecordsAs::base64);
    ASSERT_TRUE(whole.ok()) << place(vector);
    const bool same = nlohmann::json::parse(whole->json) == nlohmann::json::parse(vector.json);
    const auto bytes = from_json(*vector.message, vector.version, same ? vector.json : whole->json);
    ASSERT_TRUE(bytes.ok()) << place(vector) << ": " << bytes.error().text;
    EXPECT_TRUE(*bytes == vector.bytes) << place(vector);
  }
}

TEST(Vectors, BytesBehindTheBodyAreLeftAlone) {
  for (const Vector& vector : vectors()) {
    std::vector<std::byte> longer = vector.bytes;
    longer.insert(longer.end(), 3, std::byte{0xff});
    const auto result = testing::round_trip(*vector.message, vector.version, longer);
    ASSERT_TRUE(result.ok()) << place(vector);
    EXPECT_EQ(result->bytes_left, 3U) << place(vector);
  }
}

TEST(Vectors, EveryTruncationIsRefusedWithoutReadingBehindIt) {
  for (const Vector& vector : vectors()) {
    for (std::size_t size = 0; size < vector.bytes.size(); ++size) {
      const auto cut = exact(Bytes(vector.bytes).first(size));
      const auto typed = testing::round_trip(*vector.message, vector.version, cut);
      ASSERT_FALSE(typed.ok()) << place(vector) << " cut to " << size;
    }
  }
}

TEST(Vectors, InterpreterAgreesOnTruncatedBytes) {
  for (const Vector& vector : vectors()) {
    const std::size_t step = vector.bytes.size() / 16 + 1;
    for (std::size_t size = 0; size < vector.bytes.size(); size += step) {
      expect_agreement(vector, Bytes(vector.bytes).first(size));
    }
  }
}

TEST(Vectors, InterpreterAgreesOnDamagedBytes) {
  Prng random(20260101);
  for (const Vector& vector : vectors()) {
    for (int round = 0; round < 16 && !vector.bytes.empty(); ++round) {
      std::vector<std::byte> damaged = vector.bytes;
      for (std::uint64_t flips = 1 + random.below(3); flips > 0; --flips) {
        damaged[random.below(damaged.size())] = static_cast<std::byte>(random.next());
      }
      expect_agreement(vector, damaged);
    }
  }
}

}  // namespace
}  // namespace millrace::protocol
