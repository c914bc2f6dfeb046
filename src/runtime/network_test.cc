#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>

#include "runtime/testing/client.h"
#include "runtime/testing/test_node.h"

namespace millrace::runtime {
namespace {

// Sends back what it receives; counts what happens.
struct Counts {
  std::atomic<int> open{0};
  std::atomic<int> accepted{0};
  std::atomic<int> closed{0};
  std::atomic<int> sent{0};
  std::atomic<std::uint64_t> received{0};
};

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

INSTANTIATE_TEST_SUITE_P(Backends, NetworkTest, testing::Values(BackendKind::epoll, BackendKind::io_uring),
                         [](const auto& variant) { return backend_name(variant.param); });

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  return text;
}

TEST_P(NetworkTest, WhatIsLeftUnreadIsAnnouncedAgain) {
  auto acceptor = echo(3);
  TestNode node(GetParam());
  Client client(listen(node, acceptor));
  const std::string text = pattern(1000);
  ASSERT_TRUE(client.write(text));
  EXPECT_EQ(text, client.read(text.size()));
}

TEST_P(NetworkTest, MegabytesComeBackWhole) {
  auto acceptor = echo(65'536);
  TestNode node(GetParam());
  Client client(listen(node, acceptor));
  const std::string text = pattern(20'000'000);
  std::thread writer([&] { EXPECT_TRUE(client.write(text)); });
  EXPECT_TRUE(text == client.read(text.size()));
  writer.join();
}

TEST_P(NetworkTest, EndOfStreamBehindUnreadBytesIsSeen) {
  auto acceptor = echo(64);
  TestNode node(GetParam());
  Client client(listen(node, acceptor));
  const std::string text = pattern(10'000);
  ASSERT_TRUE(client.write(text));
  client.finish_writing();
  EXPECT_EQ(text, client.read(text.size()));
  EXPECT_TRUE(client.at_end());
  node.eventually(0, [&] { return counts_.closed == 1; });
}

TEST_P(NetworkTest, ManyConnectionsAreSpreadEvenly) {
  constexpr int kConnections = 1000;
  std::atomic<int> per_shard[2] = {0, 0};
  TestNode node(GetParam(), 2);
  std::vector<std::unique_ptr<TestAcceptor>> acceptors;
  for (int i = 0; i < 2; ++i) {
    acceptors.push_back(std::make_unique<TestAcceptor>([&, i](ports::Connection& connection) {
      ++per_shard[i];
      return std::make_unique<Echo>(connection, counts_, 4096);
    }));
  }
  std::uint16_t port = 0;
  for (std::uint32_t i = 0; i < 2; ++i) {
    node.on(i, [&](ports::Shard& shard) { port = *shard.network.listen({"127.0.0.1", 0}, {}, *acceptors[i]); });
  }
  std::vector<Client> clients;
  for (int i = 0; i < kConnections; ++i) clients.emplace_back(port);
  for (Client& client : clients) ASSERT_TRUE(client.write("hello"));
  for (Client& client : clients) ASSERT_EQ("hello", client.read(5));
  EXPECT_EQ(kConnections / 2, per_shard[0]);
  EXPECT_EQ(kConnections / 2, per_shard[1]);
  clients.clear();
  node.eventually(0, [&] { return counts_.closed == kConnections; });
}

}  // namespace
}  // namespace millrace::runtime
