#include <gtest/gtest.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "runtime/testing/echo.h"
#include "runtime/testing/sockets.h"

namespace millrace::runtime {
namespace {

class ListenTest : public NetworkTest {};

INSTANTIATE_TEST_SUITE_P(Backends, ListenTest, testing::Values(BackendKind::epoll, BackendKind::io_uring),
                         [](const auto& variant) { return backend_name(variant.param); });

bool echoes(Client& client) { return client.write("ping") && client.read(4) == "ping"; }

TEST_P(ListenTest, BuffersAndTheBacklogAreAsTheNodeIsTold) {
  auto acceptor = echo();
  Options options;
  options.listening = {.backlog = 7, .send_buffer = 40'000, .receive_buffer = 30'000};
  TestNode node(GetParam(), 1, options);
  const std::uint16_t port = listen(node, acceptor);
  Client client(port);
  ASSERT_TRUE(echoes(client));
  const auto listening = option_at<tcp_info>(port, true, IPPROTO_TCP, TCP_INFO);
  ASSERT_TRUE(listening);
  EXPECT_EQ(listening->tcpi_sacked, 7u) << "where Linux shows the backlog of a listening socket";
  // Linux doubles what it is asked for, for its own bookkeeping.
  EXPECT_EQ(option_at<int>(port, false, SOL_SOCKET, SO_SNDBUF), 80'000);
  EXPECT_EQ(option_at<int>(port, false, SOL_SOCKET, SO_RCVBUF), 60'000);
}

TEST_P(ListenTest, ConnectionsOverTheTotalAreClosedAndThePlaceComesBack) {
  auto acceptor = echo();
  TestNode node(GetParam(), 2);
  ports::ListenLimits limits;
  limits.max_connections = 3;
  const std::uint16_t port = listen(node, acceptor, 2, limits);
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(port);
    ASSERT_TRUE(echoes(clients.back()));
  }
  EXPECT_TRUE(Client(port).at_end());
  node.eventually(0, [&] { return node.log().contains("over the limit of 3 connections"); });
  clients.pop_back();
  node.eventually(0, [&] { return counts_.closed == 1; });
  // The count falls just after on_closed.
  bool admitted = false;
  while (!admitted) {
    Client client(port);
    admitted = echoes(client);
  }
}

TEST_P(ListenTest, ConnectionsOverTheLimitOfTheirAddressAreClosed) {
  auto acceptor = echo();
  TestNode node(GetParam(), 2);
  ports::ListenLimits limits;
  limits.max_connections_per_address = 2;
  const std::uint16_t port = listen(node, acceptor, 2, limits);
  Client first(port);
  Client second(port);
  EXPECT_TRUE(echoes(first));
  EXPECT_TRUE(echoes(second));
  EXPECT_TRUE(Client(port).at_end());
  node.eventually(0, [&] { return node.log().contains("over the limit of 2 per address (last from 127.0.0.1)"); });
  EXPECT_TRUE(echoes(first));
}

TEST_P(ListenTest, IdleConnectionsAreClosedUnlessTheyWaitForUs) {
  std::vector<ports::Connection*> connections;
  TestAcceptor acceptor([&](ports::Connection& connection) {
    connections.push_back(&connection);
    // The first one has no bytes to expect: the earliest to be closed if that were not respected.
    if (connections.size() == 1) connection.expect_silence(true);
    return std::make_unique<Echo>(connection, counts_, 4096);
  });
  TestNode node(GetParam());
  ports::ListenLimits limits;
  limits.idle_timeout = Millis(20);
  const std::uint16_t port = listen(node, acceptor, 1, limits);
  Client silent(port);
  Client idle(port);
  EXPECT_TRUE(idle.at_end());
  node.eventually(0, [&] { return counts_.closed == 1; });
  EXPECT_TRUE(echoes(silent));
  node.on(0, [&](ports::Shard&) { connections[0]->expect_silence(false); });
  EXPECT_TRUE(silent.at_end());
}

TEST_P(ListenTest, PortInUseAndUnknownHostAreToldApart) {
  auto acceptor = echo();
  TestNode node(GetParam());
  const std::uint16_t port = listen(node, acceptor);
  TestNode other(GetParam());
  other.on(0, [&](ports::Shard& shard) {
    const auto taken = shard.network.listen({"127.0.0.1", port}, {}, acceptor);
    ASSERT_FALSE(taken.ok());
    EXPECT_EQ(Error::refused, taken.error());
    const auto unknown = shard.network.listen({"no-such-host.invalid", 0}, {}, acceptor);
    ASSERT_FALSE(unknown.ok());
    EXPECT_EQ(Error::not_found, unknown.error());
    const auto foreign = shard.network.listen({"192.0.2.1", 0}, {}, acceptor);
    ASSERT_FALSE(foreign.ok());
    EXPECT_EQ(Error::refused, foreign.error());
  });
}

TEST_P(ListenTest, OneShardCanListenTwice) {
  auto acceptor = echo();
  TestNode node(GetParam(), 2);
  std::uint16_t ports_seen[2][2] = {};
  for (std::uint32_t i = 0; i < 2; ++i) {
    node.on(i, [&](ports::Shard& shard) {
      for (auto& port : ports_seen[i]) port = *shard.network.listen({"127.0.0.1", 0}, {}, acceptor);
      EXPECT_EQ(Error::refused, shard.network.listen({"127.0.0.1", ports_seen[i][0]}, {}, acceptor).error());
    });
  }
  EXPECT_NE(ports_seen[0][0], ports_seen[0][1]);
  EXPECT_EQ(ports_seen[0][0], ports_seen[1][0]);
  EXPECT_EQ(ports_seen[0][1], ports_seen[1][1]);
}

TEST_P(ListenTest, EveryInterfaceServesBothProtocols) {
  auto acceptor = echo();
  TestNode node(GetParam());
  node.on(0, [&](ports::Shard& shard) {
    const auto port = shard.network.listen({"", 0}, {}, acceptor);
    ASSERT_TRUE(port.ok());
    Client client(*port);
  });
}

TEST_P(ListenTest, AfterStopListeningOpenConnectionsGoOn) {
  auto acceptor = echo();
  TestNode node(GetParam(), 2);
  const std::uint16_t port = listen(node, acceptor, 2);
  Client client(port);
  ASSERT_TRUE(echoes(client));
  node.on(0, [&](ports::Shard& shard) { shard.network.stop_listening(); });
  // The other shard still listens, on the socket of the first.
  Client second(port);
  EXPECT_TRUE(echoes(second));
  node.on(1, [&](ports::Shard& shard) { shard.network.stop_listening(); });
  while (Client::unconnected().connect(port)) {
  }
  EXPECT_TRUE(echoes(client));
  EXPECT_TRUE(echoes(second));
  // The port is free for the next node.
  TestNode next(GetParam());
  next.on(0, [&](ports::Shard& shard) { EXPECT_TRUE(shard.network.listen({"127.0.0.1", port}, {}, acceptor).ok()); });
}

TEST_P(ListenTest, OneAcceptorStopsAndTheOthersGoOn) {
  auto acceptor = echo();
  auto leaving = echo();
  TestNode node(GetParam(), 2);
  const std::uint16_t stays = listen(node, acceptor, 2);
  const std::uint16_t goes = listen(node, leaving, 2);
  Client client(goes);
  ASSERT_TRUE(echoes(client));
  for (std::uint32_t i = 0; i < 2; ++i) {
    node.on(i, [&](ports::Shard& shard) { shard.network.stop_listening_for(leaving); });
  }
  while (Client::unconnected().connect(goes)) {
  }
  EXPECT_TRUE(echoes(client));
  Client other(stays);
  EXPECT_TRUE(echoes(other));
}

TEST_P(ListenTest, WithoutFreeDescriptorsConnectionsAreShedNotStuck) {
  auto acceptor = echo();
  TestNode node(GetParam());
  const std::uint16_t port = listen(node, acceptor);
  std::vector<Client> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(Client::unconnected());
  Client later = Client::unconnected();
  rlimit before{};
  ASSERT_EQ(0, ::getrlimit(RLIMIT_NOFILE, &before));
  // The lowest free number: with this as limit, none is left.
  const int lowest = ::dup(0);
  ::close(lowest);
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(lowest);
  ASSERT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &tight));
  for (Client& client : clients) {
    EXPECT_TRUE(client.connect(port));
    EXPECT_TRUE(client.at_end());
  }
  ASSERT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &before));
  ASSERT_TRUE(later.connect(port));
  EXPECT_TRUE(echoes(later));
  node.eventually(0, [&] { return node.log().contains("without a free file descriptor"); });
}

TEST_P(ListenTest, ConnectReachesAListenerByAddressAndByName) {
  auto acceptor = echo();
  TestNode node(GetParam(), 2);
  const std::uint16_t port = listen(node, acceptor, 1);
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    std::string answer;
    struct Asker final : ports::ConnectionHandler {
      Asker(ports::Connection& c, std::string& a, std::function<void()> d)
          : connection(c), answer(a), done(std::move(d)) {}
      void on_readable() override {
        Buffer buffer = Buffer::allocate(100);
        const auto got = connection.read(buffer.writable());
        if (got) answer += as_text(buffer.bytes().first(*got));
        if (answer.size() == 5) connection.close(true);
      }
      void on_sent() override {}
      void on_closed() override { done(); }
      ports::Connection& connection;
      std::string& answer;
      std::function<void()> done;
    };
    node.until_done(1, [&](ports::Shard& shard, std::function<void()> done) {
      shard.network.connect({host, port},
                            [&, done](Result<ports::Connection*> opened) -> std::unique_ptr<ports::ConnectionHandler> {
                              EXPECT_TRUE(opened.ok());
                              if (!opened) return nullptr;
                              std::vector<ports::Piece> pieces;
                              pieces.push_back(ports::Piece::of(Buffer::copy_of(as_bytes("hello"))));
                              (*opened)->send(std::move(pieces));
                              return std::make_unique<Asker>(**opened, answer, done);
                            });
    });
    EXPECT_EQ("hello", answer);
  }
}

TEST_P(ListenTest, ConnectTellsWhyItFailed) {
  TestNode node(GetParam());
  auto acceptor = echo();
  const std::uint16_t port = listen(node, acceptor);
  node.on(0, [&](ports::Shard& shard) { shard.network.stop_listening(); });
  const auto error_of = [&](const ports::Endpoint& endpoint) {
    Error error = Error::none;
    node.until_done(0, [&](ports::Shard& shard, std::function<void()> done) {
      shard.network.connect(endpoint, [&, done](Result<ports::Connection*> opened) {
        if (!opened) error = opened.error();
        done();
        return std::unique_ptr<ports::ConnectionHandler>();
      });
    });
    return error;
  };
  // Until the owner has closed the socket, a connection may still be let in, and is given up.
  while (error_of({"127.0.0.1", port}) == Error::none) {
  }
  EXPECT_EQ(Error::refused, error_of({"127.0.0.1", port}));
  EXPECT_EQ(Error::not_found, error_of({"no-such-host.invalid", 9092}));
}

}  // namespace
}  // namespace millrace::runtime
