#include "cli/scripts/line_reader.h"

#include <gtest/gtest.h>

namespace millrace::cli {
namespace {

using Properties = std::vector<std::pair<std::string, std::string>>;

LineReader reader_with(const Properties& properties) {
  LineReader reader;
  for (const auto& [name, text] : properties) reader.set(name, text);
  return reader;
}

std::string refusal(const LineReader& reader, const std::string& line) {
  const auto record = reader.read("t", line, 3);
  return record ? "" : record.error().text;
}

TEST(LineReader, TakesTheWholeLineAsTheValue) {
  const auto record = LineReader().read("t", "a:1\tk\tv", 1);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->topic, "t");
  EXPECT_EQ(record->key, std::nullopt);
  EXPECT_EQ(record->value, "a:1\tk\tv");
  EXPECT_TRUE(record->headers.empty());
}

TEST(LineReader, TakesHeadersKeyAndValueInThisOrder) {
  const LineReader reader = reader_with({{"parse.headers", "true"}, {"parse.key", " True"}});
  const auto record = reader.read("t", "a:1,b:,c:x:y,\tk\tv\tw", 1);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->headers, (client::Headers{{"a", "1"}, {"b", ""}, {"c", "x:y"}}));
  EXPECT_EQ(record->key, "k");
  EXPECT_EQ(record->value, "v\tw");
}

TEST(LineReader, TakesTheMarkerForNull) {
  const LineReader reader = reader_with({{"parse.headers", "true"}, {"parse.key", "true"}, {"null.marker", "NULL"}});
  const auto record = reader.read("t", "a:NULL\tNULL\tNULL", 1);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->headers, (client::Headers{{"a", std::nullopt}}));
  EXPECT_EQ(record->key, std::nullopt);
  EXPECT_EQ(record->value, std::nullopt);
  EXPECT_TRUE(reader.read("t", "NULL\tk\tv", 1)->headers.empty());
  EXPECT_EQ(refusal(reader, "NULL:1\tk\tv"),
            "Header keys should not be equal to the null marker 'NULL' as they can't be null");
}

TEST(LineReader, NamesThePartThatIsMissingUnlessErrorsAreIgnored) {
  Properties properties{{"parse.headers", "true"}, {"parse.key", "true"}, {"key.separator", "="}};
  const LineReader strict = reader_with(properties);
  EXPECT_EQ(refusal(strict, "v"), "No headers delimiter found on line number 3: 'v'");
  EXPECT_EQ(refusal(strict, "a:1\tv"), "No key separator found on line number 3: 'a:1\tv'");
  EXPECT_EQ(refusal(strict, "a\tk=v"), "No header key separator found in pair 'a' on line number 3");
  properties.emplace_back("ignore.error", "true");
  const LineReader lax = reader_with(properties);
  EXPECT_EQ(lax.read("t", "v", 1)->value, "v");
  EXPECT_EQ(lax.read("t", "a\tk=v", 1)->headers, (client::Headers{{"a", std::nullopt}}));
}

TEST(LineReader, RefusesSeparatorsThatCannotBeToldApart) {
  EXPECT_TRUE(LineReader().check().ok());
  const auto same = [](const Properties& properties) {
    const auto checked = reader_with(properties).check();
    return checked.ok() ? "" : checked.error().text;
  };
  EXPECT_EQ(same({{"headers.delimiter", ","}}), "headers.delimiter and headers.separator may not be equal");
  EXPECT_EQ(same({{"headers.key.separator", ","}}), "headers.separator and headers.key.separator may not be equal");
  EXPECT_EQ(same({{"null.marker", "\t"}}), "null.marker and key.separator may not be equal");
  EXPECT_EQ(same({{"null.marker", ":"}}), "null.marker and headers.key.separator may not be equal");
}

}  // namespace
}  // namespace millrace::cli
