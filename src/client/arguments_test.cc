#include "client/arguments.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>

#include "client/admin/topics.h"
#include "client/testing/scripted_client.h"
#include "protocol/limits.h"

namespace millrace::client {
namespace {

std::string why(const Status& status) {
  if (status) return "";
  EXPECT_TRUE(status.error().is(Cause::invalid_argument));
  return status.error().message;
}

TEST(Arguments, TopicsAndPartitionsThatNeverAreAreNamed) {
  EXPECT_EQ(why(check_topic("f()", "orders")), "");
  EXPECT_EQ(why(check_topic("f()", std::string(249, 'x'))), "");
  EXPECT_EQ(why(check_topic("f()", "")), "f() got an empty topic name");
  EXPECT_EQ(why(check_topic("f()", std::string(250, 'x'))),
            "f() got a topic name of 250 bytes; none is longer than 249");
  EXPECT_EQ(why(check_partition("f()", {"orders", 0})), "");
  EXPECT_EQ(why(check_partition("f()", {"orders", -1})),
            "f() got partition -1 of topic orders; partitions are numbered from 0");
}

TEST(Arguments, PositionsAndTimesBeforeTheBeginningAreNamed) {
  EXPECT_EQ(why(check_offsets("f()", {{{"t", 0}, {0, 0, ""}}})), "");
  EXPECT_EQ(why(check_offsets("f()", {{{"t", 0}, {-1, {}, ""}}})), "f() got a negative offset for t-0");
  EXPECT_EQ(why(check_offsets("f()", {{{"t", 0}, {5, -3, ""}}})), "f() got a negative leader epoch for t-0");
  EXPECT_NE(why(check_offsets("f()", {{{"", 0}, {5, {}, ""}}})), "");
  EXPECT_EQ(why(check_times("f()", {{{"t", 0}, std::numeric_limits<std::int64_t>::max()}})), "");
  EXPECT_NE(why(check_times("f()", {{{"t", 0}, -1}})).find("end_offsets()"), std::string::npos);
}

TEST(Arguments, RecordsFromBefore1970AreNamed) {
  Record record;
  record.topic = "t";
  EXPECT_EQ(why(check_record(record)), "");
  record.timestamp_ms = -1;
  EXPECT_NE(why(check_record(record)).find("timestamp -1"), std::string::npos);
}

// Cut to what fits it would be another text: another topic, or a setting with another value.
TEST(Arguments, ATextThatNoRequestCarriesIsRefusedAndNotCut) {
  testing::ScriptedClient client(1);
  AdminCore core(client.ports.shard(), testing::ScriptedCluster::options(), Millis(60'000), 100);
  NewTopic topic;
  topic.name = "t";
  topic.configs["cleanup.policy"] = std::string(protocol::kMaxStringBytes + 1, 'x');
  std::optional<Error> told;
  admin::create_topics(core, {topic}, false, true, Millis(5'000), [&](const auto& created) { told = created.error(); });
  client.ports.advance(Millis(1'000));
  ASSERT_TRUE(told) << "it is told at once";
  EXPECT_TRUE(told->is(Cause::invalid_argument)) << told->text();
  EXPECT_NE(told->message.find("32767"), std::string::npos) << told->message;
}

// What is asked for it beside all other topics would fail for them too.
TEST(Arguments, ATopicThatNoRequestCarriesIsNotAskedFor) {
  testing::ScriptedClient client(1);
  client.brokers.topics = {{"t", {0}, 1, 0}};
  std::optional<Error> told;
  std::optional<bool> found;
  client.cluster.find_topic(std::string(40'000, 'x'), Millis(5'000), [&](const auto& topic) { told = topic.error(); });
  client.cluster.find_topic("t", Millis(5'000), [&](const auto& topic) { found = topic.ok(); });
  client.ports.advance(Millis(1'000));
  ASSERT_TRUE(told && told->is(Cause::invalid_argument));
  EXPECT_EQ(found, true);
}

}  // namespace
}  // namespace millrace::client
