#pragma once

#include <cstdint>
#include <memory>

#include "ports/timers.h"
#include "runtime/engine.h"
#include "runtime/listener.h"
#include "runtime/network.h"

namespace millrace::runtime {

// Takes connections from a listening socket and hands them to the shards that listen on it.
class ShardNetwork::Accepting final : private Watch {
 public:
  Accepting(Engine& engine, std::shared_ptr<Listener> listener);
  ~Accepting() override;

  const Listener& listener() const { return *listener_; }

 private:
  void on_ready(Readiness changed) override;
  void accept_some();
  bool accept_one();
  // Takes the connection that waits and drops it, with the descriptor kept for this.
  void shed();
  void refused(Listener::Refusal refusal, const std::string& host);
  void report();
  void again(Millis delay);

  Engine& engine_;
  const std::shared_ptr<Listener> listener_;
  int spare_;
  ports::TimerId retry_;
  std::uint64_t refused_total_ = 0;    // since the last report
  std::uint64_t refused_address_ = 0;
  std::uint64_t refused_descriptors_ = 0;
  std::string last_address_;
  ports::TimerId report_;
  bool quiet_ = false;  // a report was made less than kReportInterval ago
};

}  // namespace millrace::runtime
