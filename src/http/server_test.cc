#include "http/server.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/limits.h"

namespace millrace::http {
namespace {

// A connection whose peer is the test: what it sends is put in, what it gets is collected.
class Wire final : public ports::Connection {
 public:
  Result<std::size_t> read(MutableBytes into) override {
    if (input.empty()) return at_end ? Error::closed : Error::would_block;
    const std::size_t n = std::min(input.size(), into.size());
    std::memcpy(into.data(), input.data(), n);
    input.erase(0, n);
    return n;
  }
  void send(std::vector<ports::Piece> pieces) override {
    for (const auto& piece : pieces) output += as_text(piece.memory.bytes());
  }
  std::uint64_t unsent() const override { return 0; }
  void pause_reading() override {}
  void resume_reading() override {}
  void close(bool) override { closed = true; }
  void expect_silence(bool) override {}
  const ports::Endpoint& peer() const override { return nobody; }
  const ports::Endpoint& local() const override { return nobody; }

  std::string input;
  std::string output;
  bool at_end = false;
  bool closed = false;
  ports::Endpoint nobody;
};

struct Fixture : testing::Test {
  void say(std::string_view text) {
    wire.input += text;
    handler->on_readable();
  }
  Server server{[this](Request request, Server::Reply reply) {
    seen.push_back(std::move(request));
    if (hold) {
      held.push_back(std::move(reply));
    } else {
      reply({200, "text/plain", "to " + seen.back().path, {}});
    }
  }};
  Wire wire;
  std::unique_ptr<ports::ConnectionHandler> handler = server.accept(wire);
  std::vector<Request> seen;
  std::vector<Server::Reply> held;
  bool hold = false;
};

using HttpServer = Fixture;

TEST_F(HttpServer, AnswersARequestThatComesInPieces) {
  say("GET /metrics?x=1 HT");
  EXPECT_TRUE(seen.empty());
  say("TP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].method, "GET");
  EXPECT_EQ(seen[0].path, "/metrics");
  EXPECT_EQ(seen[0].query, "x=1");
  EXPECT_EQ(wire.output,
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\nConnection: keep-alive\r\n\r\n"
            "to /metrics");
  EXPECT_FALSE(wire.closed);
}

TEST_F(HttpServer, AnswersSeveralRequestsInOrderEachAfterTheLast) {
  hold = true;
  say("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(held.size(), 1U);
  held[0]({200, "text/plain", "A", {}});
  ASSERT_EQ(held.size(), 2U);
  held[1]({200, "text/plain", "B", {}});
  EXPECT_LT(wire.output.find("\r\n\r\nA"), wire.output.find("\r\n\r\nB"));
}

TEST_F(HttpServer, ReadsABody) {
  say("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
  EXPECT_TRUE(seen.empty());
  say("lo");
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].body, "hello");
}

TEST_F(HttpServer, HeadGetsTheLengthWithoutTheBody) {
  say("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(wire.output.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_TRUE(wire.output.ends_with("\r\n\r\n"));
}

TEST_F(HttpServer, ClosesWhenThePeerAsksForIt) {
  say("GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(wire.closed);
  EXPECT_NE(wire.output.find("Connection: close"), std::string::npos);
}

TEST_F(HttpServer, RefusesWhatIsNoHttp) {
  say("\x16\x03\x01 hello there\r\n\r\n");
  EXPECT_TRUE(wire.output.starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(wire.closed);
}

TEST_F(HttpServer, RefusesAHeadOrABodyThatIsTooLarge) {
  say("GET /x HTTP/1.1\r\nHost: a\r\nX: " + std::string(kHeadMax, 'x') + "\r\n\r\n");
  EXPECT_TRUE(wire.output.starts_with("HTTP/1.1 431 "));

  Wire other;
  auto second = server.accept(other);
  other.input = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n";
  second->on_readable();
  EXPECT_TRUE(other.output.starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpServer, AReplyToAConnectionThatHasGoneIsDropped) {
  hold = true;
  say("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
  handler->on_closed();
  handler.reset();
  held[0]({});
  EXPECT_TRUE(wire.output.empty());
}

}  // namespace
}  // namespace millrace::http
