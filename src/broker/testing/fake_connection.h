#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ports/net.h"

namespace millrace::broker::testing {

// The other end of a connection, in the test's hand. What is sent must be in memory.
class FakeConnection final : public ports::Connection {
 public:
  Result<std::size_t> read(MutableBytes into) override {
    if (arrived.empty()) return ended ? Error::closed : Error::would_block;
    const std::size_t size = std::min(into.size(), arrived.size());
    std::copy_n(arrived.begin(), size, reinterpret_cast<char*>(into.data()));
    arrived.erase(0, size);
    return size;
  }
  void send(std::vector<ports::Piece> pieces) override {
    for (const auto& piece : pieces) sent += as_text(piece.memory.bytes());
  }
  std::uint64_t unsent() const override { return backlog; }
  void pause_reading() override { paused = true; }
  void resume_reading() override { paused = false; }
  void close(bool) override { closed = true; }
  void expect_silence(bool silence) override { silent = silence; }
  const ports::Endpoint& peer() const override { return endpoint; }
  const ports::Endpoint& local() const override { return endpoint; }

  std::string arrived;
  std::string sent;
  std::uint64_t backlog = 0;
  bool ended = false;
  bool paused = false;
  bool closed = false;
  bool silent = false;
  ports::Endpoint endpoint{"127.0.0.1", 1};
};

}  // namespace millrace::broker::testing
