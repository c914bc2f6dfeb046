#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/testing/client.h"
#include "runtime/testing/test_node.h"

namespace millrace::runtime {

// What happened to the connections of a test.
struct Counts {
  std::atomic<int> open{0};
  std::atomic<int> accepted{0};
  std::atomic<int> closed{0};
  std::atomic<int> sent{0};
  std::atomic<std::uint64_t> received{0};
};

// Sends back what it receives, some bytes per call.
class Echo final : public ports::ConnectionHandler {
 public:
  Echo(ports::Connection& connection, Counts& counts, std::size_t read_size)
      : connection_(connection), counts_(counts), read_size_(read_size) {
    ++counts_.open;
    ++counts_.accepted;
  }
  void on_readable() override {
    // One read per call: what is left must be announced again.
    Buffer buffer = Buffer::allocate(read_size_);
    const auto got = connection_.read(buffer.writable());
    if (!got) {
      if (got.error() == Error::closed) connection_.close(true);
      return;
    }
    counts_.received += *got;
    std::vector<ports::Piece> pieces;
    pieces.push_back(ports::Piece::of(buffer.slice(0, *got)));
    connection_.send(std::move(pieces));
  }
  void on_sent() override { ++counts_.sent; }
  void on_closed() override {
    --counts_.open;
    ++counts_.closed;
  }

 private:
  ports::Connection& connection_;
  Counts& counts_;
  const std::size_t read_size_;
};

using MakeHandler = std::function<std::unique_ptr<ports::ConnectionHandler>(ports::Connection&)>;

class TestAcceptor final : public ports::Acceptor {
 public:
  explicit TestAcceptor(MakeHandler make) : make_(std::move(make)) {}
  std::unique_ptr<ports::ConnectionHandler> accept(ports::Connection& connection) override { return make_(connection); }

 private:
  MakeHandler make_;
};

// Text in which a lost or moved byte shows.
inline std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  return text;
}

// Tests of connections, over each backend.
class NetworkTest : public testing::TestWithParam<BackendKind> {
 protected:
  // Listens on every shard of the node; the port.
  std::uint16_t listen(TestNode& node, TestAcceptor& acceptor, std::uint32_t shards = 1,
                       const ports::ListenLimits& limits = {}) {
    std::uint16_t port = 0;
    for (std::uint32_t i = 0; i < shards; ++i) {
      node.on(i, [&](ports::Shard& shard) {
        const auto result = shard.network.listen({"127.0.0.1", 0}, limits, acceptor);
        ASSERT_TRUE(result.ok());
        if (port != 0) {
          EXPECT_EQ(port, *result);
        }
        port = *result;
      });
    }
    return port;
  }
  TestAcceptor echo(std::size_t read_size = 4096) {
    return TestAcceptor([this, read_size](ports::Connection& connection) {
      return std::make_unique<Echo>(connection, counts_, read_size);
    });
  }
  Counts counts_;
};

}  // namespace millrace::runtime
