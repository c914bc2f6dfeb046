#include "cli/render.h"

#include <gtest/gtest.h>

#include <array>

namespace millrace::cli {
namespace {

constexpr auto kColumns = std::to_array<Column>({{"topic", Type::text, "its name"},
                                                 {"lag", Type::whole, "records"},
                                                 {"in_sync", Type::wholes, "brokers"},
                                                 {"internal", Type::flag, "Kafka's own"}});
constexpr auto kOne = std::to_array<Column>({{"id", Type::text, "its id"}, {"load", Type::real, "share"}});
constexpr TableSpec kTopics{"topics", kColumns};
constexpr TableSpec kCluster{"cluster", kOne, Shape::one};

Table topics() {
  Table table(kTopics);
  table.add({"a, \"b\"", whole(7), std::vector<std::int32_t>{1, 2}, false});
  table.add({"long\nname", Cell(), std::vector<std::int32_t>{}, true});
  return table;
}
Report report() {
  Table cluster(kCluster);
  cluster.add({"x", 1.5});
  return {"topic test", {std::move(cluster), topics()}};
}

TEST(Render, JsonIsAVersionedEnvelopeWithOneKeyPerTable) {
  EXPECT_EQ(render(report(), Format::json), R"({
  "command": "topic test",
  "version": 1,
  "cluster": {
    "id": "x",
    "load": 1.5
  },
  "topics": [
    {
      "topic": "a, \"b\"",
      "lag": 7,
      "in_sync": [
        1,
        2
      ],
      "internal": false
    },
    {
      "topic": "long\nname",
      "lag": null,
      "in_sync": [],
      "internal": true
    }
  ]
}
)");
}

TEST(Render, YamlHasTheSameTreeWithScalarsAsJsonWritesThem) {
  EXPECT_EQ(render(report(), Format::yaml), R"(command: "topic test"
version: 1
cluster:
  id: "x"
  load: 1.5
topics:
  - topic: "a, \"b\""
    lag: 7
    in_sync: [1,2]
    internal: false
  - topic: "long\nname"
    lag: null
    in_sync: []
    internal: true
)");
}

TEST(Render, CsvQuotesWhatWouldBreakAFieldAndLeavesNothingEmpty) {
  EXPECT_EQ(render(report(), Format::csv),
            "id,load\nx,1.5\n\n"
            "topic,lag,in_sync,internal\n\"a, \"\"b\"\"\",7,\"1,2\",false\n\"long\nname\",,,true\n");
}

TEST(Render, ATableAlignsNumbersRightAndShowsNoControlCharacters) {
  EXPECT_EQ(render({"topic test", {topics()}}, Format::table),
            "TOPIC      LAG  IN-SYNC  INTERNAL\n"
            "a, \"b\"       7  1,2      no\n"
            "long?name    -  -        yes\n");
}

TEST(Render, SeveralTablesHaveNamesAndOneOfOneRowIsLines) {
  EXPECT_TRUE(render(report(), Format::table).starts_with("cluster\nID    x\nLOAD  1.5\n\ntopics\nTOPIC "));
}

TEST(Render, LinesAreCutAtTheWidthOfATerminalOnly) {
  const auto cut = render({"t", {topics()}}, Format::table, {12, false});
  EXPECT_EQ(cut.substr(0, cut.find('\n')), "TOPIC      \u2026");
  EXPECT_EQ(render({"t", {topics()}}, Format::csv, {12, true}), render({"t", {topics()}}, Format::csv));
}

TEST(Render, OnlyHeadingsAreColouredAndOnlyOnWish) {
  EXPECT_TRUE(render({"t", {topics()}}, Format::table, {0, true}).starts_with("\033[1mTOPIC"));
  EXPECT_EQ(render(report(), Format::json, {0, true}).find('\033'), std::string::npos);
}

}  // namespace
}  // namespace millrace::cli
