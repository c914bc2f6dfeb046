#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/uuid.h"
#include "ports/shard.h"
#include "sim/client/session.h"
#include "sim/workloads/traffic.h"

namespace millrace::sim {

// What every client of the workload has in common: it keeps a session open, knows the topics' ids, and then does its
// work, step by step; after anything that went wrong it begins again a little later.
class Client : public ports::App {
 public:
  Client(ports::Shard& shard, Stage& stage, Prng prng, const std::string& name);

  void start() override { step(); }
  void stop(Task stopped) override { stopped(); }

 protected:
  // Called when the session is open and the topics are known; ends with again_after() or a call that leads to it.
  virtual void work() = 0;
  // The connection is gone: what was asked on it has been answered with null.
  virtual void reconnected() {}

  // Calls work() again, after making sure of the session.
  void again_after(Millis delay);
  // Has the topics looked up again before the next work().
  void forget_topics() { known_ = false; }
  Uuid id_of(const std::string& topic) const { return ids_.at(topic); }
  const std::string& topic_named(Uuid id) const;
  Millis up_to(Millis most) { return Millis(1 + static_cast<std::int64_t>(prng_.below(most.value() + 1ULL))); }

  ports::Shard& shard_;
  Stage& stage_;
  Prng prng_;
  Session session_;

 private:
  void step();
  void look_up();

  std::map<std::string, Uuid> ids_;
  bool known_ = false;
  bool scheduled_ = false;
  std::uint64_t connection_ = 0;
};

// Creates the topics of the workload.
std::unique_ptr<ports::App> make_admin(ports::Shard& shard, Stage& stage, Prng prng);

}  // namespace millrace::sim
