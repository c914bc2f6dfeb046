#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ports/net.h"
#include "sim/loop.h"

namespace millrace::sim {

class Network;
class End;

// What happens to the connections of a node that dies.
enum class Farewell : std::uint8_t {
  reset,    // each peer is told soon; what was under way to it is lost
  finish,   // what the node had handed to the system still arrives, then the end of the stream
  silence,  // the peers learn nothing until they send to the node that has come back
};

// The two directions of one connection. Held by both ends and by what is under way.
struct Link {
  std::uint64_t id = 0;
  End* ends[2] = {nullptr, nullptr};  // null once that side has closed or died
  std::int32_t nodes[2] = {-1, -1};
  MonoTime arrives[2];                // when the last bytes towards each side arrive
  std::uint64_t unread[2] = {0, 0};   // sent towards each side, not taken by it yet
  bool silent = false;                // nothing arrives any more
  bool broken = false;                // reset: what is under way is lost
};

// The wires between all nodes of a run: delay, reordering between connections, arrival in pieces, bounded windows, and
// connections that break or fall silent. Names: a node is found under its own name from everywhere, and from itself
// also as "localhost", "127.0.0.1", "" and "0.0.0.0". Bytes that arrive are always the ones that were sent.
class Net {
 public:
  explicit Net(Run& run) : run_(run), prng_(run.streams.network) {}

  void add_host(std::int32_t node, const std::string& name) { hosts_[name] = node; }
  // -1 if nobody has the name.
  std::int32_t resolve(const std::string& host, std::int32_t from) const;
  const std::string& name_of(std::int32_t node) const;
  void set_up(std::int32_t node, bool up);
  // Breaks the connections that have fallen silent, so that both sides learn it.
  void end_silence();

  Run& run() { return run_; }
  Prng& prng() { return prng_; }
  Nanos latency() { return around(prng_, run_.profile.latency); }
  std::uint64_t bytes_carried() const { return bytes_carried_; }
  // Connections that were broken or silenced by the network itself.
  std::uint64_t broken() const { return broken_; }

 private:
  friend class Network;
  friend class End;
  struct Listener {
    struct Taker {
      Network* network;
      ports::Acceptor* acceptor;
    };
    std::string host;
    ports::ListenLimits limits;
    std::vector<Taker> takers;
    std::size_t next = 0;
    std::uint32_t open = 0;
    std::map<std::string, std::uint32_t> open_by_address;
  };
  using Port = std::pair<std::int32_t, std::uint16_t>;

  // Carries bytes, or the end of the stream, to `side`.
  void carry(const std::shared_ptr<Link>& link, int side, Buffer bytes, bool end);
  void arrive(const std::shared_ptr<Link>& link, int side, const Buffer& bytes, bool end);
  // Tells `side` that the connection is broken, if it still knows it.
  void tell_reset(const std::shared_ptr<Link>& link, int side);
  // A fault of the network, drawn for each chunk that `link` carries.
  void disturb(const std::shared_ptr<Link>& link);

  Run& run_;
  Prng prng_;
  std::map<std::string, std::int32_t> hosts_;
  std::map<std::int32_t, bool> up_;
  std::map<Port, Listener> listeners_;
  std::map<std::uint64_t, std::weak_ptr<Link>> links_;
  std::uint64_t next_link_ = 1;
  std::uint64_t bytes_carried_ = 0;
  std::uint64_t broken_ = 0;
};

}  // namespace millrace::sim
