#include "broker/handlers/handlers.h"

#include <gtest/gtest.h>

#include "protocol/api.h"

namespace millrace::broker {
namespace {

TEST(Handlers, TheTableIsInOrderAndWithinWhatTheProtocolKnows) {
  std::int16_t last = -1;
  for (const Handler& handler : all_handlers()) {
    EXPECT_LT(last, handler.key());
    last = handler.key();
    const protocol::ApiInfo& info = protocol::api_info(handler.api);
    EXPECT_EQ(handler.min_version, info.min_version) << info.name;
    EXPECT_EQ(handler.max_version, info.stable_version()) << info.name;
    EXPECT_LE(handler.min_announced, handler.min_version) << info.name;
    EXPECT_EQ(handler.listeners & ~info.listeners, 0) << info.name << " is offered where Kafka does not offer it";
    EXPECT_NE(handler.listeners, 0) << info.name;
    EXPECT_NE(handler.handle, nullptr) << info.name;
    EXPECT_EQ(find_handler(handler.key()), &handler);
  }
}

TEST(Handlers, OnlyProduceAnnouncesVersionsThatAreNotServed) {
  for (const Handler& handler : all_handlers()) {
    EXPECT_EQ(handler.min_announced != handler.min_version, handler.api == protocol::ApiKey::produce);
  }
}

TEST(Handlers, UnknownKeysHaveNone) {
  for (const int key : {-32768, -1, 4, 5, 6, 7, 200, 999, 32767}) {
    EXPECT_EQ(find_handler(static_cast<std::int16_t>(key)), nullptr);
  }
}

TEST(Handlers, AControllersListenerOffersWhatTheQuorumAnswers) {
  NodeFacts facts;
  const Listener controller{"CONTROLLER", {}, true};
  const Listener plain{"PLAINTEXT", {}, false};
  const Handler* create = find_handler(static_cast<std::int16_t>(protocol::ApiKey::create_topics));
  EXPECT_FALSE(create->serves(controller, facts));
  facts.controller_serves.set(static_cast<std::size_t>(protocol::ApiKey::create_topics));
  EXPECT_TRUE(create->serves(controller, facts));
  EXPECT_TRUE(create->serves(plain, facts));
  EXPECT_FALSE(find_handler(static_cast<std::int16_t>(protocol::ApiKey::produce))->serves(controller, facts));
  EXPECT_FALSE(find_handler(static_cast<std::int16_t>(protocol::ApiKey::broker_heartbeat))->serves(plain, facts));
}

TEST(Handlers, WhatIsForwardedIsOfferedWhenTheQuorumAnswersIt) {
  NodeFacts facts;
  const Listener plain{"PLAINTEXT", {}, false};
  const Handler* elect = find_handler(static_cast<std::int16_t>(protocol::ApiKey::elect_leaders));
  EXPECT_FALSE(elect->serves(plain, facts));
  facts.controller_serves.set(static_cast<std::size_t>(protocol::ApiKey::elect_leaders));
  EXPECT_TRUE(elect->serves(plain, facts));
}

}  // namespace
}  // namespace millrace::broker
