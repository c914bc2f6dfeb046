#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/bytes.h"
#include "base/callback.h"
#include "ports/shard.h"

namespace millrace::sim {

// One connection of a simulated client: frames out, frames in, each answer handed to its request in the order of
// sending. Owned by the network, as every handler.
class Channel final : public ports::ConnectionHandler {
 public:
  // The frame without its length; null if the connection broke. Never called from inside call().
  using Answer = Callback<void(const Bytes*)>;

  // `gone` is called once, when the connection no longer takes calls.
  Channel(ports::Shard& shard, ports::Connection& connection, Task gone)
      : shard_(shard), connection_(connection), gone_(std::move(gone)) {}
  ~Channel() override;

  void call(Buffer frame, Millis patience, Answer answer);
  void tell(Buffer frame) { connection_.send({ports::Piece::of(std::move(frame))}); }
  void close();

  void on_readable() override;
  void on_sent() override {}
  void on_closed() override;

 private:
  struct Pending {
    Answer answer;
    ports::TimerId timer;
  };
  bool take_frame();

  ports::Shard& shard_;
  ports::Connection& connection_;
  Task gone_;
  std::deque<Pending> pending_;
  std::vector<std::byte> in_;
};

}  // namespace millrace::sim
