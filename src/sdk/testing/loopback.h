#pragma once

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "client/testing/fake_ports.h"

namespace millrace::client::testing {

// A scripted server at a real port of this machine, for what only whole clients show: one thread that answers frame by
// frame. What a test shares with the server's answers is its own again after stop().
class Loopback {
 public:
  // Takes a port. `server` outlives this.
  explicit Loopback(FakeServer& server);
  ~Loopback() { stop(); }
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  // Answers from now on: when `server` is ready.
  void start();
  // Ends every connection.
  void stop();
  std::uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  struct Guest {
    int socket;
    std::string received;
  };
  void serve();
  void greet();
  // Reads once and answers what is whole; false when the guest has gone.
  bool attend(Guest& guest);

  FakeServer& server_;
  int listener_ = -1;
  int wake_[2] = {-1, -1};
  std::uint16_t port_ = 0;
  std::vector<Guest> guests_;
  std::thread thread_;
};

}  // namespace millrace::client::testing
