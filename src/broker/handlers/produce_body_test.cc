#include "broker/handlers/produce_body.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace::broker {
namespace {

std::string text(const protocol::ProduceRequest& body) {
  std::string out;
  for (const auto& topic : body.topic_data) {
    out += std::string(topic.name) + ":";
    for (const auto& partition : topic.partition_data) {
      out += " " + std::to_string(partition.index) + "=" + std::string(as_text(partition.records.value_or(Bytes())));
    }
    out += ";";
  }
  return out;
}

TEST(ProduceBody, WhatIsNamedTwiceIsNamedOnceWithItsLastRecords) {
  protocol::ProduceRequest body;
  body.topic_data.resize(4);
  body.topic_data[0] = {"a", {}, {{1, as_bytes("x")}, {0, as_bytes("y")}}};
  body.topic_data[1] = {"b", {}, {}};
  body.topic_data[2] = {"c", {}, {{5, as_bytes("z")}, {5, std::nullopt}, {5, as_bytes("last")}}};
  body.topic_data[3] = {"a", {}, {{2, as_bytes("v")}, {1, as_bytes("w")}}};
  name_once(body);
  EXPECT_EQ(text(body), "a: 1=w 0=y 2=v;c: 5=last;");
}

TEST(ProduceBody, SameNamesOfDifferentIdsAreDifferentTopics) {
  protocol::ProduceRequest body;
  body.topic_data.resize(2);
  body.topic_data[0] = {"", Uuid{1, 1}, {{0, as_bytes("x")}}};
  body.topic_data[1] = {"", Uuid{2, 2}, {{0, as_bytes("y")}}};
  name_once(body);
  EXPECT_EQ(text(body), ": 0=x;: 0=y;");
}

TEST(ProduceBody, ATopicWithoutPartitionsIsLeftOut) {
  protocol::ProduceRequest body;
  body.topic_data.emplace_back().name = "a";
  name_once(body);
  EXPECT_EQ(text(body), "");
}

}  // namespace
}  // namespace millrace::broker
