#include <gtest/gtest.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

#include <array>
#include <atomic>
#include <future>
#include <string>
#include <thread>

#include "runtime/limits.h"
#include "runtime/testing/echo.h"
#include "runtime/testing/sockets.h"

namespace millrace::runtime {
namespace {

INSTANTIATE_TEST_SUITE_P(Backends, NetworkTest, testing::Values(BackendKind::epoll, BackendKind::io_uring),
                         [](const auto& variant) { return backend_name(variant.param); });

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

TEST_P(NetworkTest, NothingPacesWhatStaysWithinTheMachine) {
  auto acceptor = echo(64);
  TestNode node(GetParam());
  const std::uint16_t port = listen(node, acceptor);
  Client client(port);
  ASSERT_TRUE(client.write("a"));
  EXPECT_EQ("a", client.read(1));
  const auto name = option_at<std::array<char, 16>>(port, false, IPPROTO_TCP, TCP_CONGESTION);
  ASSERT_TRUE(name);
  EXPECT_STREQ("reno", name->data());
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

TEST_P(NetworkTest, MoreConnectionsSpeakAtOnceThanTheRingHasPlacesFor) {
  constexpr int kConnections = 2 * static_cast<int>(kRingEntries) + 500;
  rlimit limit{};
  ASSERT_EQ(0, ::getrlimit(RLIMIT_NOFILE, &limit));
  if (limit.rlim_max < 2 * kConnections + 200) GTEST_SKIP() << "needs " << 2 * kConnections + 200 << " descriptors";
  auto acceptor = echo();
  TestNode node(GetParam());
  const std::uint16_t port = listen(node, acceptor);
  std::vector<Client> clients;
  for (int i = 0; i < kConnections; ++i) clients.emplace_back(port);
  node.eventually(0, [&] { return counts_.open == kConnections; });
  for (int round = 0; round < 2; ++round) {
    std::promise<void> release;
    std::promise<void> entered;
    // Everything arrives while the shard is held up, so that it finds it all in one turn.
    std::thread holder([&] {
      node.on(0, [&](ports::Shard&) {
        entered.set_value();
        release.get_future().wait();
      });
    });
    entered.get_future().wait();
    for (Client& client : clients) ASSERT_TRUE(client.write("hello"));
    release.set_value();
    holder.join();
    for (Client& client : clients) ASSERT_EQ("hello", client.read(5));
  }
}

}  // namespace
}  // namespace millrace::runtime
