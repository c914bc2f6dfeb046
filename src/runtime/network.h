#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ports/net.h"
#include "runtime/address.h"
#include "runtime/engine.h"
#include "runtime/idle_list.h"
#include "runtime/listener.h"
#include "runtime/tcp_connection.h"

namespace millrace::runtime {

// The connections of one shard.
class ShardNetwork final : public ports::Network {
 public:
  ShardNetwork(Engine& engine, ListenerTable& listeners);
  ~ShardNetwork() override;

  Result<std::uint16_t> listen(const ports::Endpoint& endpoint, const ports::ListenLimits& limits,
                               ports::Acceptor& acceptor) override;
  void set_limits(const ports::ListenLimits& limits) override;
  void stop_listening() override;
  void stop_listening_for(ports::Acceptor& acceptor) override;
  void connect(const ports::Endpoint& endpoint, ConnectDone done) override;

  // The steps of a turn: on_readable where something can be read, ...
  void run_reads();
  // ... sending and on_sent, on_closed.
  void run_writes();
  // Whether one of them would do something.
  bool pending() const { return !reads_.empty() || !flushes_.empty() || !dead_.empty(); }
  // Stops listening and ends every connection: on_closed, with what was not sent lost.
  void close_all();

  // Any thread, through the inbox: takes over a connection that listener's owner has accepted.
  void post_accepted(int fd, const Address& peer, std::shared_ptr<Listener> listener);

  // For the connections of this shard.
  Backend& backend() { return *engine_.backend; }
  IdleList& closing_list() { return idle_list(kClosing); }
  void queue_read(TcpConnection& connection);
  void queue_flush(TcpConnection& connection);
  void queue_burial(TcpConnection& connection) { dead_.push_back(&connection); }

 private:
  class Accepting;
  class Connecting;
  static constexpr Millis kClosing{-1};  // names the list of closing connections

  struct Membership {
    std::shared_ptr<Listener> listener;
    ports::Acceptor* acceptor;
  };

  void accepted(int fd, const Address& peer, const std::shared_ptr<Listener>& listener);
  void leave(const std::shared_ptr<Listener>& listener);
  void stop_accepting(const Listener& listener);
  TcpConnection& add(int fd, ports::Endpoint peer, std::shared_ptr<Listener> listener, IdleList* idle);
  IdleList& idle_list(Millis timeout);
  void bury();
  void finish_connecting(Connecting& connecting);

  Engine& engine_;
  ListenerTable& table_;
  std::vector<Membership> memberships_;
  std::vector<std::unique_ptr<Accepting>> accepting_;    // the listeners whose sockets this shard owns
  std::vector<std::unique_ptr<Connecting>> connecting_;
  std::vector<std::unique_ptr<IdleList>> idle_lists_;  // one per timeout in use
  std::vector<std::unique_ptr<TcpConnection>> connections_;
  std::vector<TcpConnection*> reads_;
  std::vector<TcpConnection*> flushes_;
  std::vector<TcpConnection*> dead_;
  std::vector<TcpConnection*> running_;  // the list that is being gone through
};

}  // namespace millrace::runtime
