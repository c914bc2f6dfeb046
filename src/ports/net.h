#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/callback.h"
#include "base/ids.h"
#include "base/result.h"
#include "ports/file.h"

namespace millrace::ports {

struct Endpoint {
  std::string host;  // a name or an address; "" or "0.0.0.0" is every interface
  std::uint16_t port = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// A part of what is sent: bytes in memory, or a range of a file that goes out without passing through us. A range of a
// file must hold its bytes until they are sent: the file is kept open, and its owner neither cuts nor rewrites the
// range as long as the reference lives.
struct Piece {
  Buffer memory;
  std::shared_ptr<File> file;  // set: `length` bytes from `position`; `memory` is unused
  FilePosition position;
  std::uint64_t length = 0;

  static Piece of(Buffer buffer) { return {std::move(buffer), nullptr, FilePosition(0), 0}; }
  static Piece of(std::shared_ptr<File> file, FilePosition position, std::uint64_t length) {
    return {Buffer(), std::move(file), position, length};
  }
  std::uint64_t size() const { return file ? length : memory.size(); }
};

// One TCP connection, owned by the network of its shard. It lives until its handler's on_closed returns.
class Connection {
 public:
  virtual ~Connection() = default;
  // Takes what has arrived, at most into.size() bytes: how many (at least 1), Error::would_block if there is nothing
  // now (on_readable comes later), Error::closed at the end of the stream.
  virtual Result<std::size_t> read(MutableBytes into) = 0;
  // Sends the pieces in order behind everything sent before. Never fails at once: a broken connection is reported by
  // on_closed. The caller watches unsent() and stops accepting work for this peer when it grows.
  virtual void send(std::vector<Piece> pieces) = 0;
  // Bytes given to send() that the system has not taken yet.
  virtual std::uint64_t unsent() const = 0;
  // While paused, on_readable is not called and the peer feels back-pressure. A connection begins not paused.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;
  // Closes once all that was sent has left (`graceful`), or at once, dropping it (a reset). on_closed follows, later.
  virtual void close(bool graceful) = 0;
  // While set, the idle timeout does not apply: the peer waits for us, not we for it.
  virtual void expect_silence(bool silence) = 0;
  virtual const Endpoint& peer() const = 0;
  virtual const Endpoint& local() const = 0;
};

// What a protocol does with a connection. All calls come from the connection's shard, never from inside a call to it.
class ConnectionHandler {
 public:
  virtual ~ConnectionHandler() = default;
  // Something has arrived, or the stream has ended. Called again in a later turn as long as there is something unread.
  virtual void on_readable() = 0;
  // Everything given to send() has left.
  virtual void on_sent() = 0;
  // The connection is gone, whoever closed it. Called once, last; the handler is destroyed after it.
  virtual void on_closed() = 0;
};

// Makes the handler for each connection that a listener accepts on this shard.
class Acceptor {
 public:
  virtual ~Acceptor() = default;
  virtual std::unique_ptr<ConnectionHandler> accept(Connection& connection) = 0;
};

struct ListenLimits {
  std::uint32_t max_connections = 0xffffffff;              // of this listener, over all shards
  std::uint32_t max_connections_per_address = 0xffffffff;  // over all shards
  std::map<std::string, std::uint32_t> max_from_address;   // instead of that, for these addresses
  Millis idle_timeout{600'000};                            // without a byte in or out; 0 or less: none
};

// The network as a shard sees it.
class Network {
 public:
  virtual ~Network() = default;
  // Accepts connections for `endpoint` on this shard. Every shard listens on the same endpoint; connections are spread
  // evenly over those that do. Returns the port (chosen by the system for port 0). Error::refused names a port in use
  // or a forbidden one, Error::not_found a host that does not resolve. `acceptor` must outlive the network.
  virtual Result<std::uint16_t> listen(const Endpoint& endpoint, const ListenLimits& limits, Acceptor& acceptor) = 0;
  // The bounds on connections of every listener of this shard are these from now on, on all shards; open connections
  // stay, and so do idle timeouts.
  virtual void set_limits(const ListenLimits& /*limits*/) {}
  // Stops accepting on every listener of this shard; open connections go on.
  virtual void stop_listening() = 0;
  // The same for what this acceptor listens on. It may be listened on again once every shard has stopped.
  virtual void stop_listening_for(Acceptor& acceptor) = 0;

  using ConnectDone = Callback<std::unique_ptr<ConnectionHandler>(Result<Connection*>)>;
  // Opens a connection. `done` returns its handler; with an error (or to give up) it returns nothing.
  virtual void connect(const Endpoint& endpoint, ConnectDone done) = 0;
};

}  // namespace millrace::ports
