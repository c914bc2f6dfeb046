#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "record/batch_builder.h"

namespace millrace::record {
namespace {

struct Case {
  std::optional<Bytes> key;
  std::optional<Bytes> value;
  std::vector<Header> headers;
};

std::vector<Case> cases() {
  const std::string_view large = "a value that is longer than what fits into a length of one byte, so two of them";
  return {{std::nullopt, std::nullopt, {}},
          {as_bytes("k"), as_bytes(large), {}},
          {as_bytes(""), as_bytes("v"), {{as_bytes("h"), as_bytes("x")}, {as_bytes("null"), std::nullopt}}}};
}

TEST(Body, BatchOfBodiesIsTheBatchOfTheirRecords) {
  BatchBuilder whole({});
  BatchBuilder parts({});
  std::int64_t time = 1'700'000'000'000;
  for (const Case& one : cases()) {
    whole.add(WallTime(time), one.key, one.value, one.headers);
    std::vector<std::byte> body(body_size(one.key, one.value, one.headers));
    EXPECT_EQ(put_body(body.data(), one.key, one.value, one.headers), body.data() + body.size());
    parts.add_body(WallTime(time), body);
    time += 100;
  }
  EXPECT_EQ(as_text(whole.build().bytes()), as_text(parts.build().bytes()));
}

TEST(Body, ShowsItsKeyAndItsValue) {
  for (const Case& one : cases()) {
    std::vector<std::byte> body(body_size(one.key, one.value, one.headers));
    put_body(body.data(), one.key, one.value, one.headers);
    const auto key = key_of_body(body);
    ASSERT_EQ(key.has_value(), one.key.has_value());
    if (key) {
      EXPECT_EQ(as_text(*key), as_text(*one.key));
    }
    const auto value = value_of_body(body);
    ASSERT_EQ(value.has_value(), one.value.has_value());
    if (value) {
      EXPECT_EQ(as_text(*value), as_text(*one.value));
    }
  }
}

}  // namespace
}  // namespace millrace::record
