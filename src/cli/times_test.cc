#include "cli/times.h"

#include <gtest/gtest.h>

namespace millrace::cli {
namespace {

TEST(ParseDatetime, ReadsDatesTimesAndZones) {
  EXPECT_EQ(parse_datetime("1970-01-02"), 86'400'000);
  EXPECT_EQ(parse_datetime("2024-02-29T12:30:15.250"), 1'709'209'815'250);
  EXPECT_EQ(parse_datetime("2024-02-29T12:30:15.250+02:00"), 1'709'202'615'250);
  EXPECT_EQ(parse_datetime("2024-02-29T12:30:15Z"), 1'709'209'815'000);
}

TEST(ParseDatetime, RefusesDaysThatDoNotExistAndGarbage) {
  for (const char* text : {"2023-02-29", "2024-13-01", "2024-01-01T25:00:00", "yesterday", "", "2024-01-01x"}) {
    EXPECT_FALSE(parse_datetime(text).has_value()) << text;
  }
}

TEST(ParseDuration, ReadsIsoAndShortForms) {
  EXPECT_EQ(parse_duration("P1DT2H3M4.5S"), 93'784'500);
  EXPECT_EQ(parse_duration("PT90S"), 90'000);
  EXPECT_EQ(parse_duration("250ms"), 250);
  EXPECT_EQ(parse_duration("2d"), 172'800'000);
  for (const char* text : {"P", "PT", "1", "5w", "P1H", ""}) EXPECT_FALSE(parse_duration(text).has_value()) << text;
}

}  // namespace
}  // namespace millrace::cli
