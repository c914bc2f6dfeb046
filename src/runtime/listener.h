#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ports/net.h"
#include "runtime/listen_options.h"

namespace millrace::runtime {

class ShardNetwork;

// One listening socket, which the shard that asked first owns and accepts on, for all shards that listen on the same
// endpoint. Counts the open connections. Thread safe.
class Listener {
 public:
  Listener(ports::Endpoint endpoint, const ports::ListenLimits& bounds, int descriptor, std::uint16_t real_port,
           ShardNetwork& opener)
      : requested(std::move(endpoint)), idle_timeout(bounds.idle_timeout), fd(descriptor), port(real_port),
        owner_(opener), limits_(bounds) {}
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  const ports::Endpoint requested;
  const Millis idle_timeout;
  const int fd;
  const std::uint16_t port;

  // Any thread.
  ports::ListenLimits limits();
  void set_limits(const ports::ListenLimits& limits);

  // The shard that accepts.
  ShardNetwork& owner() const { return owner_; }
  // False if the shard takes part already, or if all shards have left.
  bool join(ShardNetwork& network);
  // True if nobody is left: the owner is to stop accepting.
  bool leave(ShardNetwork& network);

  enum class Refusal : std::uint8_t { none, nobody, all, address };
  struct Admission {
    Refusal refusal = Refusal::none;
    ShardNetwork* network = nullptr;  // where the connection is to live
  };
  // Counts a connection from `host` in, for the shard with the fewest connections; or tells which bound forbids it.
  Admission admit(const std::string& host);
  // Counts it out again.
  void release(ShardNetwork& network, const std::string& host);

 private:
  struct Member {
    ShardNetwork* network;
    std::uint32_t open = 0;
    bool listening = true;
  };
  ShardNetwork& owner_;
  std::mutex mutex_;
  ports::ListenLimits limits_;  // these under mutex_
  std::vector<Member> members_;
  std::size_t turn_ = 0;         // the member that is asked first among equals
  std::uint32_t total_ = 0;
  std::map<std::string, std::uint32_t> by_address_;
};

// The listeners of a process. Thread safe.
class ListenerTable {
 public:
  explicit ListenerTable(const ListenOptions& options) : options_(options) {}

  struct Joined {
    std::shared_ptr<Listener> listener;
    bool owner = false;  // this call opened the socket
  };
  // Joins the listener for `endpoint` or opens one. Errors as ports::Network::listen.
  Result<Joined> join(const ports::Endpoint& endpoint, const ports::ListenLimits& limits, ShardNetwork& network);
  // Forgets a listener that everybody has left.
  void remove(const Listener& listener);

 private:
  const ListenOptions options_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Listener>> listeners_;  // under mutex_
};

}  // namespace millrace::runtime
