#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "ports/net.h"
#include "sim/net.h"

namespace millrace::sim {

// One side of a connection.
class End final : public ports::Connection {
 public:
  End(Network& network, std::shared_ptr<Link> link, int side, ports::Endpoint peer, ports::Endpoint local);

  Result<std::size_t> read(MutableBytes into) override;
  void send(std::vector<ports::Piece> pieces) override;
  std::uint64_t unsent() const override { return unsent_; }
  void pause_reading() override { paused_ = true; }
  void resume_reading() override;
  void close(bool graceful) override;
  void expect_silence(bool silence) override;
  const ports::Endpoint& peer() const override { return peer_; }
  const ports::Endpoint& local() const override { return local_; }

  // For the network of the shard.
  // The protocol has its handler; without one the connection closes.
  void begin(std::unique_ptr<ports::ConnectionHandler> handler);
  // Counts against the limits of the listener at `port`, and closes after `idle` without a byte.
  void set_listener(Net::Port port, Millis idle);
  void arrived(const Buffer& bytes, bool end);
  void peer_has_read(std::uint64_t bytes);
  void reset();
  void die(Farewell farewell);
  std::optional<Net::Port> listener() const { return listener_; }

 private:
  enum class State : std::uint8_t { open, draining, closed };

  void wake_reader();
  void wake_sender();
  void pump();
  // The next bytes to send, at most `limit`; an error if a file does not hold them.
  Result<Buffer> next_chunk(std::size_t limit);
  void finish_sending();
  void become_closed();
  void say_closed();
  void watch_idle();
  Loop& loop();

  Network& network_;
  const std::shared_ptr<Link> link_;
  const int side_;
  const ports::Endpoint peer_;
  const ports::Endpoint local_;
  std::unique_ptr<ports::ConnectionHandler> handler_;
  std::optional<Net::Port> listener_;
  State state_ = State::open;
  bool paused_ = false;
  bool read_scheduled_ = false;
  bool pump_scheduled_ = false;
  bool end_arrived_ = false;
  bool end_read_ = false;
  bool silence_ = false;
  std::deque<Buffer> in_;
  std::deque<ports::Piece> out_;
  std::uint64_t unsent_ = 0;
  Millis idle_{0};
  MonoTime last_byte_{0};
};

}  // namespace millrace::sim
