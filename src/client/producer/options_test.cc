#include "client/producer/options.h"

#include <gtest/gtest.h>

namespace millrace::client {
namespace {

Result<ProducerOptions> options_with(std::string name, std::string value) {
  Config config;
  config.set_text("bootstrap.servers", "a:1");
  config.set_text(std::move(name), std::move(value));
  const auto settings = Settings::read(config::Scope::producer, config);
  if (!settings) return settings.error();
  return producer_options(*settings);
}

TEST(ProducerOptions, KafkasRoundRobinIsTakenByItsName) {
  const auto options = options_with("partitioner.class", "org.apache.kafka.clients.producer.RoundRobinPartitioner");
  ASSERT_TRUE(options.ok()) << options.error().text();
  const std::vector<std::int32_t> available{0, 1};
  std::vector<std::int32_t> chosen;
  for (int i = 0; i < 3; ++i) chosen.push_back(options->partitioner->partition({"t", "k", {}, 2, available}));
  EXPECT_EQ(chosen, (std::vector<std::int32_t>{0, 1, 0}));
}

TEST(ProducerOptions, AClassThatCannotBeLoadedIsRefusedByName) {
  const auto options = options_with("partitioner.class", "com.example.Own");
  ASSERT_FALSE(options.ok());
  EXPECT_TRUE(options.error().is(Cause::invalid_config));
  EXPECT_TRUE(options.error().message.starts_with("partitioner.class=com.example.Own: ")) << options.error().message;
}

}  // namespace
}  // namespace millrace::client
