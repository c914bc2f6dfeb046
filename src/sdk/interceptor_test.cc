#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "millrace/producer.h"

namespace millrace::client {
namespace {

class Tracing final : public ProducerInterceptor {
 public:
  explicit Tracing(std::string name, std::vector<std::string>& told, std::mutex& mutex)
      : name_(std::move(name)), told_(told), mutex_(mutex) {}
  void on_send(Record& record) override {
    const std::lock_guard lock(mutex_);
    record.headers.push_back({"by", name_});
    told_.push_back(name_ + " sends " + std::to_string(record.headers.size()));
  }
  void on_delivery(const Result<RecordMetadata>& result) override {
    const std::lock_guard lock(mutex_);
    told_.push_back(name_ + (result.ok() ? " delivered" : " failed"));
  }

 private:
  const std::string name_;
  std::vector<std::string>& told_;
  std::mutex& mutex_;
};

TEST(Interceptors, SeeEachRecordAndItsEndInTheirOrder) {
  std::vector<std::string> told;
  std::mutex mutex;
  ProducerConfig config;
  config.bootstrap_servers("127.0.0.1:1").max_block(std::chrono::milliseconds(1));
  config.interceptor(std::make_shared<Tracing>("a", told, mutex));
  config.interceptor(std::make_shared<Tracing>("b", told, mutex));
  auto producer = Producer::create(config);
  ASSERT_TRUE(producer.ok()) << producer.error().message;
  Record record;
  record.topic = "t";
  const auto sent = producer->send(std::move(record)).get();
  EXPECT_FALSE(sent.ok());
  const std::lock_guard lock(mutex);
  EXPECT_EQ(told, (std::vector<std::string>{"a sends 1", "b sends 2", "a failed", "b failed"}));
}

}  // namespace
}  // namespace millrace::client
