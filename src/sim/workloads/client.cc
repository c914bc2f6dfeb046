#include "sim/workloads/client.h"

#include <algorithm>

#include "protocol/errc.h"
#include "protocol/gen/metadata.h"

namespace millrace::sim {

Client::Client(ports::Shard& shard, Stage& stage, Prng prng, const std::string& name)
    : shard_(shard),
      stage_(stage),
      prng_(prng),
      session_(shard, prng.fork(1), name, {stage.broker, stage.port}, stage.traffic.patience) {}

void Client::again_after(Millis delay) {
  if (scheduled_) return;
  scheduled_ = true;
  shard_.timers.at(shard_.clock.now() + delay, [this] {
    scheduled_ = false;
    step();
  });
}

void Client::step() {
  if (!session_.is_open()) {
    session_.open([this](bool open) {
      if (!open) return again_after(up_to(Millis(100)));
      step();
    });
    return;
  }
  if (connection_ != session_.connections()) {
    connection_ = session_.connections();
    known_ = false;
    reconnected();
  }
  if (known_) {
    work();
  } else {
    look_up();
  }
}

void Client::look_up() {
  protocol::MetadataRequest request;
  for (const auto& topic : stage_.traffic.topics) request.topics->push_back({Uuid{}, topic.name});
  request.allow_auto_topic_creation = false;
  session_.call<protocol::MetadataResponse>(request, Millis(0), [this](const protocol::MetadataResponse* answer) {
    bool all = answer != nullptr;
    for (const auto& wanted : stage_.traffic.topics) {
      if (answer == nullptr) break;
      const auto found = std::find_if(answer->topics.begin(), answer->topics.end(),
                                      [&](const auto& topic) { return topic.name == std::string_view(wanted.name); });
      if (found == answer->topics.end()) {
        stage_.history.fail("metadata: no word about topic " + wanted.name);
        all = false;
      } else if (found->error_code != 0) {
        all = false;
      } else {
        stage_.history.saw_topic(wanted.name, found->topic_id, static_cast<std::int32_t>(found->partitions.size()));
        if (!found->topic_id.is_zero()) ids_[wanted.name] = found->topic_id;
        all = all && ids_.contains(wanted.name);
      }
    }
    // A version without ids is asked again, on another connection, until one has them.
    if (answer != nullptr && !all && session_.version(protocol::ApiKey::metadata) < 10) session_.drop();
    known_ = all;
    again_after(all ? Millis(0) : up_to(Millis(100)));
  });
}

const std::string& Client::topic_named(Uuid id) const {
  static const std::string kNone;
  for (const auto& [name, known] : ids_) {
    if (known == id) return name;
  }
  return kNone;
}

}  // namespace millrace::sim
