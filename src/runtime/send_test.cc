#include <gtest/gtest.h>

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>

#include "runtime/testing/echo.h"

namespace millrace::runtime {
namespace {

// Does what the test says with its connection.
class Scripted final : public ports::ConnectionHandler {
 public:
  explicit Scripted(Counts& counts) : counts_(counts) { ++counts_.open; }
  void on_readable() override {
    if (readable) readable();
  }
  void on_sent() override { ++counts_.sent; }
  void on_closed() override {
    --counts_.open;
    ++counts_.closed;
  }
  std::function<void()> readable;

 private:
  Counts& counts_;
};

class SendTest : public NetworkTest {
 protected:
  // Listens, connects a client and keeps the server's end for the test.
  Client open(TestNode& node, int receive_buffer = 0) {
    acceptor_ = std::make_unique<TestAcceptor>([this](ports::Connection& connection) {
      connection_ = &connection;
      auto handler = std::make_unique<Scripted>(counts_);
      handler_ = handler.get();
      return handler;
    });
    const std::uint16_t port = listen(node, *acceptor_);
    Client client(port, receive_buffer);
    node.eventually(0, [this] { return connection_ != nullptr; });
    return client;
  }
  static ports::Piece text_piece(std::string_view text) { return ports::Piece::of(Buffer::copy_of(as_bytes(text))); }
  static std::vector<ports::Piece> one(std::string_view text) {
    std::vector<ports::Piece> pieces;
    pieces.push_back(text_piece(text));
    return pieces;
  }
  // A file with this text, and its shared handle.
  std::shared_ptr<ports::File> file_with(TestNode& node, const std::string& text) {
    char path[] = "/tmp/millrace-send-XXXXXX";
    const int fd = ::mkstemp(path);
    EXPECT_EQ(static_cast<ssize_t>(text.size()), ::write(fd, text.data(), text.size()));
    ::close(fd);
    std::shared_ptr<ports::File> file;
    node.until_done(0, [&](ports::Shard& shard, std::function<void()> done) {
      shard.files.open(path, ports::OpenMode::read, [&file, done](Result<std::shared_ptr<ports::File>> opened) {
        file = *opened;
        done();
      });
    });
    ::unlink(path);
    return file;
  }

  std::unique_ptr<TestAcceptor> acceptor_;
  ports::Connection* connection_ = nullptr;
  Scripted* handler_ = nullptr;
};

INSTANTIATE_TEST_SUITE_P(Backends, SendTest, testing::Values(BackendKind::epoll, BackendKind::io_uring),
                         [](const auto& variant) { return backend_name(variant.param); });

TEST_P(SendTest, ThousandsOfPiecesLeaveInOrder) {
  TestNode node(GetParam());
  Client client = open(node);
  std::string expected;
  node.on(0, [&](ports::Shard&) {
    std::vector<ports::Piece> pieces;
    for (std::size_t i = 0; i < 5000; ++i) {
      const std::string text = pattern(i % 700);
      expected += text;
      pieces.push_back(text_piece(text));
    }
    connection_->send(std::move(pieces));
    EXPECT_EQ(expected.size(), connection_->unsent());
  });
  EXPECT_TRUE(expected == client.read(expected.size()));
  node.eventually(0, [&] { return counts_.sent == 1 && connection_->unsent() == 0; });
}

TEST_P(SendTest, RangesOfFilesLeaveBetweenMemory) {
  TestNode node(GetParam());
  Client client = open(node);
  const std::string text = pattern(3'000'000);
  auto file = file_with(node, text);
  std::string expected;
  node.on(0, [&](ports::Shard&) {
    std::vector<ports::Piece> pieces;
    for (std::uint64_t i = 0; i < 20; ++i) {
      const std::string header = "header " + std::to_string(i) + ":";
      pieces.push_back(text_piece(header));
      pieces.push_back(ports::Piece::of(file, FilePosition(i * 100'000 + 1), 123'456));
      expected += header + text.substr(i * 100'000 + 1, 123'456);
    }
    connection_->send(std::move(pieces));
    file = nullptr;  // the pieces keep it open
  });
  EXPECT_TRUE(expected == client.read(expected.size()));
}

TEST_P(SendTest, RangeBeyondTheEndOfItsFileEndsTheConnection) {
  TestNode node(GetParam());
  Client client = open(node);
  auto file = file_with(node, "short");
  node.on(0, [&](ports::Shard&) {
    std::vector<ports::Piece> pieces;
    pieces.push_back(ports::Piece::of(file, FilePosition(0), 100));
    connection_->send(std::move(pieces));
    file = nullptr;
  });
  EXPECT_EQ("short", client.read(100));
  node.eventually(0, [&] { return counts_.closed == 1; });
  EXPECT_EQ(0, counts_.sent);
}

TEST_P(SendTest, SlowReaderIsSeenInUnsentAndGetsEverything) {
  TestNode node(GetParam());
  Client client = open(node, 65'536);
  const std::string text = pattern(30'000'000);
  node.on(0, [&](ports::Shard&) { connection_->send(one(text)); });
  // More than the system keeps for a connection: most of it stays with us.
  node.on(0, [&](ports::Shard&) {
    EXPECT_GT(connection_->unsent(), 10'000'000U);
    EXPECT_EQ(0, counts_.sent);
  });
  EXPECT_TRUE(text == client.read(text.size()));
  node.eventually(0, [&] { return counts_.sent == 1 && connection_->unsent() == 0; });
}

TEST_P(SendTest, PausedConnectionHoldsItsPeerBack) {
  TestNode node(GetParam());
  Client client = open(node);
  std::atomic<bool> resumed{false};
  std::uint64_t received = 0;
  const std::string text = pattern(30'000'000);
  node.on(0, [&](ports::Shard&) {
    connection_->pause_reading();
    handler_->readable = [&] {
      EXPECT_TRUE(resumed);
      Buffer buffer = Buffer::allocate(100'000);
      const auto got = connection_->read(buffer.writable());
      if (got) received += *got;
    };
  });
  std::thread writer([&] {
    EXPECT_TRUE(client.write(text));
    EXPECT_TRUE(resumed);  // it cannot have been taken before
  });
  // Some of it has arrived, and stays where it is.
  node.eventually(0, [&] {
    int waiting = 0;
    return client.bytes_under_way(waiting) && waiting > 0;
  });
  node.on(0, [&](ports::Shard&) {
    EXPECT_EQ(0U, received);
    resumed = true;
    connection_->resume_reading();
  });
  writer.join();
  node.eventually(0, [&] { return received == text.size(); });
}

TEST_P(SendTest, PausingInsideAReadStopsTheCallsUntilResumed) {
  TestNode node(GetParam());
  Client client = open(node);
  int calls = 0;
  std::string received;
  node.on(0, [&](ports::Shard&) {
    handler_->readable = [&] {
      ++calls;
      Buffer buffer = Buffer::allocate(4);
      const auto got = connection_->read(buffer.writable());
      if (got) received += as_text(buffer.bytes().first(*got));
      connection_->pause_reading();
    };
  });
  ASSERT_TRUE(client.write("12345678abc"));
  node.eventually(0, [&] { return calls == 1; });
  ASSERT_TRUE(client.write("def"));
  for (int turns = 0; turns < 10; ++turns) node.on(0, [&](ports::Shard&) { EXPECT_EQ(1, calls); });
  node.on(0, [&](ports::Shard&) { connection_->resume_reading(); });
  node.eventually(0, [&] { return calls == 2; });
  EXPECT_EQ("12345678", received);
  for (int i = 3; i <= 4; ++i) {
    node.on(0, [&](ports::Shard&) { connection_->resume_reading(); });
    node.eventually(0, [&] { return calls == i; });
  }
  EXPECT_EQ("12345678abcdef", received);
}

TEST_P(SendTest, GracefulCloseSendsTheRestFirst) {
  TestNode node(GetParam());
  Client client = open(node, 65'536);
  const std::string text = pattern(20'000'000);
  ASSERT_TRUE(client.write("never read"));
  node.on(0, [&](ports::Shard&) {
    connection_->send(one(text));
    connection_->close(true);
    EXPECT_EQ(0, counts_.closed);
  });
  EXPECT_TRUE(text == client.read(text.size()));
  EXPECT_TRUE(client.at_end());
  node.eventually(0, [&] { return counts_.closed == 1; });
}

TEST_P(SendTest, CloseAtOnceDropsTheRestAndSaysSoOnceLater) {
  TestNode node(GetParam());
  Client client = open(node, 65'536);
  node.on(0, [&](ports::Shard&) {
    connection_->send(one(pattern(20'000'000)));
    connection_->close(false);
    connection_->close(true);
    connection_->close(false);
    EXPECT_EQ(0, counts_.closed);  // never from inside the call
  });
  EXPECT_LT(client.read(20'000'000).size(), 20'000'000U);
  node.eventually(0, [&] { return counts_.closed == 1; });
  EXPECT_EQ(0, counts_.open);
}

TEST_P(SendTest, CloseAtOnceIsAResetAndAGracefulOneIsNot) {
  for (const bool graceful : {false, true}) {
    TestNode node(GetParam());
    Client client = open(node);
    node.on(0, [&](ports::Shard&) { connection_->close(graceful); });
    EXPECT_EQ(!graceful, client.was_reset());
    connection_ = nullptr;
  }
}

TEST_P(SendTest, ResetByThePeerEndsEvenAPausedConnection) {
  TestNode node(GetParam());
  Client client = open(node);
  node.on(0, [&](ports::Shard&) { connection_->pause_reading(); });
  ASSERT_TRUE(client.write("something"));
  client.reset();
  node.eventually(0, [&] { return counts_.closed == 1; });
}

TEST_P(SendTest, CleanStopLetsTheLastBytesLeave) {
  TestNode node(GetParam());
  const std::string text = pattern(20'000'000);
  Client client = open(node, 65'536);
  node.set_stop([&](ports::Shard& shard, Task stopped) {
    connection_->send(one(text));
    connection_->close(true);
    // Stopped when the connection is gone.
    auto wait = std::make_shared<std::function<void()>>();
    auto told = std::make_shared<Task>(std::move(stopped));
    *wait = [this, &shard, told, again = std::weak_ptr(wait)] {
      if (counts_.closed == 1) return (*told)();
      shard.timers.at(shard.clock.now() + Millis(1), [keep = again.lock()] { (*keep)(); });
    };
    (*wait)();
  });
  std::thread stopper([&] { EXPECT_EQ(0, node.stop()); });
  EXPECT_TRUE(text == client.read(text.size()));
  EXPECT_TRUE(client.at_end());
  stopper.join();
}

}  // namespace
}  // namespace millrace::runtime
