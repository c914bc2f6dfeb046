#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "ports/net.h"
#include "runtime/backend.h"
#include "runtime/idle_list.h"
#include "runtime/listener.h"

namespace millrace::runtime {

class ShardNetwork;

// A TCP connection. It remembers what the system said about readiness, so a connection with nothing to do costs no
// system call: reading stops at the first short read, and what is sent leaves at the end of the turn. Holds no buffers
// of its own.
class TcpConnection final : public ports::Connection, private Watch, private IdleEntry {
 public:
  // Takes over `fd`. `listener`: which counts this connection, or none.
  TcpConnection(ShardNetwork& network, int fd, ports::Endpoint peer, ports::Endpoint local,
                std::shared_ptr<Listener> listener, IdleList* idle);
  ~TcpConnection() override;

  Result<std::size_t> read(MutableBytes into) override;
  void send(std::vector<ports::Piece> pieces) override;
  std::uint64_t unsent() const override { return unsent_; }
  void pause_reading() override { paused_ = true; }
  void resume_reading() override;
  void close(bool graceful) override;
  void expect_silence(bool silence) override;
  const ports::Endpoint& peer() const override { return peer_; }
  const ports::Endpoint& local() const override { return local_; }

 private:
  friend class ShardNetwork;

  void on_ready(Readiness changed) override;
  void on_idle() override;

  // The steps of a turn, called by the network.
  bool wants_reading() const { return readable_ && !paused_ && !closing_ && !dead_; }
  bool wants_flush() const { return writable_ && unsent_ > 0 && !dead_; }
  // Sends what the system takes. True if that was all there is.
  bool flush();

  enum class Progress : std::uint8_t { some, full, failed };
  Progress send_memory(std::uint64_t& sent);
  Progress send_file(std::uint64_t& sent);
  void advance(std::uint64_t bytes);
  void touch();
  void drop();
  void die();
  void discard_unread();

  ShardNetwork& network_;
  const int fd_;
  bool readable_ = false;  // unless the system has said since that nothing is there
  bool writable_ = false;
  bool peer_done_ = false;
  bool paused_ = false;
  bool silence_ = false;
  bool closing_ = false;     // gracefully: nothing is read any more
  bool dropped_ = false;     // closed at once, by us
  bool dead_ = false;        // waits for on_closed
  bool read_queued_ = false;   // in the network's lists
  bool flush_queued_ = false;
  bool reading_watched_ = true;
  std::uint32_t unwanted_ = 0;  // changes seen since the pause began
  std::uint32_t index_ = 0;     // among the network's connections
  std::size_t out_at_ = 0;           // the first piece of out_ that has not left
  std::uint64_t out_done_ = 0;       // how much of it has
  std::vector<ports::Piece> out_;
  std::uint64_t unsent_ = 0;
  IdleList* idle_;  // none: never idle
  std::shared_ptr<Listener> listener_;
  std::unique_ptr<ports::ConnectionHandler> handler_;
  const ports::Endpoint peer_;
  const ports::Endpoint local_;
};

}  // namespace millrace::runtime
