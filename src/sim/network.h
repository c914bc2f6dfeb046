#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "ports/net.h"
#include "sim/end.h"
#include "sim/net.h"

namespace millrace::sim {

// The network as one shard has it, in one life of its node.
class Network final : public ports::Network {
 public:
  Network(Net& net, Loop& loop) : net_(net), loop_(loop) {}
  ~Network() override;

  Result<std::uint16_t> listen(const ports::Endpoint& endpoint, const ports::ListenLimits& limits,
                               ports::Acceptor& acceptor) override;
  void set_limits(const ports::ListenLimits& limits) override;
  void stop_listening() override;
  void stop_listening_for(ports::Acceptor& acceptor) override;
  void connect(const ports::Endpoint& endpoint, ConnectDone done) override;

  // The node is dead: its ends are gone without a word of its own. Handlers are destroyed; connections stay valid, and
  // do nothing, until this object is.
  void die(Farewell farewell);
  std::size_t open_connections() const { return ends_.size(); }

 private:
  friend class Net;
  friend class End;
  struct Arrival {
    std::shared_ptr<Link> link;
    ports::Endpoint peer;
    ports::Endpoint local;
  };
  void accept(ports::Acceptor& acceptor, Net::Port port, const Arrival& arrival);
  void begin_connect(std::uint64_t link, const ports::Endpoint& endpoint, ConnectDone done);
  void finish_connect(const Arrival& arrival, Error error, ConnectDone done);
  End& add(const Arrival& arrival, int side);
  // The end has said on_closed: forgets it.
  void remove(std::uint64_t link, int side);
  End* find(std::uint64_t link, int side);

  Net& net_;
  Loop& loop_;
  std::uint16_t next_port_ = 40'000;
  std::vector<Net::Port> listening_;
  std::map<std::pair<std::uint64_t, int>, std::unique_ptr<End>> ends_;
};

}  // namespace millrace::sim
