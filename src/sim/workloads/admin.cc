#include <string>

#include "protocol/errc.h"
#include "protocol/gen/create_topics.h"
#include "sim/workloads/client.h"

namespace millrace::sim {
namespace {

// Asks for the topics until the broker says that they are there. Other clients wait until they see them.
class Admin final : public ports::App {
 public:
  Admin(ports::Shard& shard, Stage& stage, Prng prng)
      : shard_(shard),
        stage_(stage),
        prng_(prng),
        session_(shard, prng.fork(1), "admin", {stage.broker, stage.port}, stage.traffic.patience) {}
  void start() override { step(); }
  void stop(Task stopped) override { stopped(); }

 private:
  void step() {
    session_.open([this](bool open) {
      if (open) return create();
      again();
    });
  }
  void again() {
    const Millis delay(1 + static_cast<std::int64_t>(prng_.below(200)));
    shard_.timers.at(shard_.clock.now() + delay, [this] { step(); });
  }

  void create() {
    protocol::CreateTopicsRequest request;
    for (const auto& topic : stage_.traffic.topics) {
      protocol::CreateTopicsRequest::CreatableTopic wanted;
      wanted.name = topic.name;
      wanted.num_partitions = topic.partitions;
      wanted.replication_factor = 1;
      for (const auto& [key, value] : topic.configs) wanted.configs.push_back({key, std::string_view(value)});
      request.topics.push_back(std::move(wanted));
    }
    request.timeout_ms = 5'000;
    session_.call<protocol::CreateTopicsResponse>(
        request, Millis(5'000), [this](const protocol::CreateTopicsResponse* answer) {
          bool done = answer != nullptr && answer->topics.size() == stage_.traffic.topics.size();
          if (answer != nullptr) {
            for (const auto& topic : answer->topics) done = done && settled(topic);
          }
          if (!done) again();
        });
  }

  bool settled(const protocol::CreateTopicsResponse::CreatableTopicResult& topic) {
    const auto code = protocol::from_wire(topic.error_code);
    if (code == protocol::Errc::none) {
      for (const auto& wanted : stage_.traffic.topics) {
        if (wanted.name == topic.name) stage_.history.saw_topic(wanted.name, topic.topic_id, wanted.partitions);
      }
      return true;
    }
    if (code == protocol::Errc::topic_already_exists) return true;
    // While the node has not registered its life yet, there is nowhere to put a replica.
    if (!protocol::retriable(code) && code != protocol::Errc::invalid_replication_factor) {
      stage_.history.fail("creation of a topic is refused with " + std::string(protocol::name(code)));
    }
    return false;
  }

  ports::Shard& shard_;
  Stage& stage_;
  Prng prng_;
  Session session_;
};

}  // namespace

std::unique_ptr<ports::App> make_admin(ports::Shard& shard, Stage& stage, Prng prng) {
  return std::make_unique<Admin>(shard, stage, prng);
}

}  // namespace millrace::sim
