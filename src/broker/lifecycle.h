#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/callback.h"
#include "base/uuid.h"
#include "broker/node_facts.h"
#include "ports/timers.h"

namespace millrace::broker {

class Broker;

// A broker's standing with the controller (KIP-631): registered, unfenced once it has caught up with the metadata, kept
// alive by heartbeats, and taken out of service in good order. On shard 0.
class Lifecycle {
 public:
  explicit Lifecycle(Broker& broker) : broker_(broker) {}
  ~Lifecycle();

  // Registers, again and again until the controller accepts it, and goes on to heartbeats. `ready` is called once, when
  // the controller lets the broker serve; an answer that no patience helps against ends the process.
  void begin(NodeFacts facts, Task ready);
  // Asks the controller to move leadership away; `done` when it has, or after kControlledShutdownPatience.
  void leave(Task done);

  // Tells the controller, from the next heartbeat on, which log directories have failed; beats at once.
  void report_dirs(std::vector<Uuid> offline);

  // -1 before the registration.
  std::int64_t epoch() const { return epoch_; }

 private:
  void register_now();
  void registered(const Buffer& answer);
  void beat();
  void beaten(const Buffer& answer);
  void after(Millis delay, void (Lifecycle::*next)());
  void left();

  Broker& broker_;
  NodeFacts facts_;
  Uuid incarnation_;
  std::int64_t epoch_ = -1;
  bool fenced_ = true;
  bool leaving_ = false;
  bool waiting_for_answer_ = false;
  Task ready_;
  Task done_;
  ports::TimerId timer_{0};
  ports::TimerId patience_{0};
  std::int16_t last_refusal_ = 0;
  std::vector<Uuid> offline_dirs_;
};

}  // namespace millrace::broker
