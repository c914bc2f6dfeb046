#pragma once

#include <cstddef>
#include <vector>

#include "runtime/address.h"
#include "runtime/engine.h"
#include "runtime/network.h"

namespace millrace::runtime {

// A connection that is being opened: the addresses of the endpoint are tried in turn.
class ShardNetwork::Connecting final : private Watch {
 public:
  Connecting(ShardNetwork& network, ports::Endpoint endpoint, ConnectDone done);
  ~Connecting() override;

  // Looks the name up (as a job, unless it is an address) and begins.
  void start();

 private:
  friend class ShardNetwork;
  void resolved(Result<std::vector<Address>> addresses);
  void try_next(Error last);
  void on_ready(Readiness changed) override;

  ShardNetwork& network_;
  ports::Endpoint endpoint_;
  ConnectDone done_;
  std::vector<Address> addresses_;
  std::size_t next_ = 0;
  int fd_ = -1;                 // while one is tried, and when it has worked
  Error error_ = Error::none;   // once all have failed
};

}  // namespace millrace::runtime
