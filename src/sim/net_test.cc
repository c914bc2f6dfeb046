#include "sim/net.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "sim/world.h"

namespace millrace::sim {
namespace {

constexpr Nanos kSecond{1'000'000'000};
constexpr std::uint16_t kPort = 99;

// What one side of a connection has seen, and what it does.
struct Side {
  std::string got;
  ports::Connection* connection = nullptr;
  bool end = false;
  bool closed = false;
  bool refused = false;
  int sent = 0;
  bool reads = true;
};

class Handler final : public ports::ConnectionHandler {
 public:
  explicit Handler(Side& side) : side_(side) {}
  void on_readable() override {
    std::array<std::byte, 64> bytes;
    const auto got = side_.connection->read(bytes);
    if (got) side_.got.append(as_text(Bytes(bytes).first(*got)));
    if (!got && got.error() == Error::closed) side_.end = true;
  }
  void on_sent() override { ++side_.sent; }
  void on_closed() override {
    side_.closed = true;
    side_.connection = nullptr;
  }

 private:
  Side& side_;
};

class Listening final : public ports::App, public ports::Acceptor {
 public:
  Listening(ports::Shard& shard, Side& side, ports::ListenLimits limits)
      : shard_(shard), side_(side), limits_(limits) {}
  void start() override { ASSERT_TRUE(shard_.network.listen({"", kPort}, limits_, *this).ok()); }
  void stop(Task stopped) override { stopped(); }
  std::unique_ptr<ports::ConnectionHandler> accept(ports::Connection& connection) override {
    side_.connection = &connection;
    if (!side_.reads) connection.pause_reading();
    return std::make_unique<Handler>(side_);
  }

 private:
  ports::Shard& shard_;
  Side& side_;
  const ports::ListenLimits limits_;
};

class Connecting final : public ports::App {
 public:
  Connecting(ports::Shard& shard, Side& side) : shard_(shard), side_(side) {}
  void start() override {
    shard_.network.connect({"server", kPort},
                           [this](Result<ports::Connection*> connection) -> std::unique_ptr<ports::ConnectionHandler> {
                             side_.refused = !connection.ok();
                             if (!connection) return nullptr;
                             side_.connection = *connection;
                             return std::make_unique<Handler>(side_);
                           });
  }
  void stop(Task stopped) override { stopped(); }

 private:
  ports::Shard& shard_;
  Side& side_;
};

// A connection between two nodes, open after a second.
struct Fixture {
  explicit Fixture(const Profile& profile = Profile::calm(), ports::ListenLimits limits = {}, bool server_reads = true)
      : world({1, profile, std::nullopt, nullptr}) {
    there.reads = server_reads;
    server = &world.add_node("server", 1, each_shard([this, limits](auto& shard) -> std::unique_ptr<ports::App> {
                               return std::make_unique<Listening>(shard, there, limits);
                             }));
    client = &world.add_node("client", 1, each_shard([this](auto& shard) -> std::unique_ptr<ports::App> {
                               return std::make_unique<Connecting>(shard, here);
                             }));
    world.start(*server);
    world.start(*client);
    world.run_for(kSecond);
  }
  void send(Side& side, const std::string& text) {
    side.connection->send({ports::Piece::of(Buffer::copy_of(as_bytes(text)))});
  }
  Side here;
  Side there;
  World world;
  Node* server;
  Node* client;
};

TEST(Net, AGracefulCloseDeliversEverythingThenTheEnd) {
  Fixture f;
  f.send(f.here, std::string(100'000, 'x'));
  f.here.connection->close(true);
  f.world.run_for(kSecond);
  EXPECT_TRUE(f.here.closed);
  EXPECT_EQ(f.there.got.size(), 100'000U);
  EXPECT_TRUE(f.there.end);
  EXPECT_FALSE(f.there.closed);
  f.there.connection->close(true);
  f.world.run_for(kSecond);
  EXPECT_TRUE(f.there.closed);
}

TEST(Net, AnAbruptCloseBreaksTheOtherSide) {
  Fixture f;
  f.here.connection->close(false);
  f.world.run_for(kSecond);
  EXPECT_TRUE(f.here.closed);
  EXPECT_TRUE(f.there.closed);
}

TEST(Net, AReaderThatPausesHoldsTheSenderBack) {
  Profile profile = Profile::calm();
  profile.window_bytes = 1'000;
  Fixture f(profile, {}, false);
  f.send(f.here, std::string(50'000, 'x'));
  f.world.run_for(kSecond);
  EXPECT_EQ(f.there.got.size(), 0U);
  EXPECT_EQ(f.here.connection->unsent(), 49'000U);
  EXPECT_EQ(f.here.sent, 0);
  f.there.connection->resume_reading();
  f.world.run_for(kSecond + kSecond);
  EXPECT_EQ(f.there.got.size(), 50'000U);
  EXPECT_EQ(f.here.connection->unsent(), 0U);
  EXPECT_EQ(f.here.sent, 1);
}

TEST(Net, ANodeThatLostItsPowerSaysNothingUntilItIsBackAndSpokenTo) {
  Fixture f;
  f.server->kill(Crash::power, Farewell::silence);
  f.world.run_for(kSecond);
  EXPECT_FALSE(f.here.closed);
  f.send(f.here, "are you there");
  f.world.run_for(kSecond);
  EXPECT_FALSE(f.here.closed);
  f.world.start(*f.server);
  f.world.run_for(kSecond);
  EXPECT_TRUE(f.here.closed);
}

TEST(Net, AKilledProcessIsSeenByItsPeers) {
  Fixture reset;
  reset.server->kill(Crash::process, Farewell::reset);
  reset.world.run_for(kSecond);
  EXPECT_TRUE(reset.here.closed);
  Fixture finish;
  finish.send(finish.there, "last words");
  finish.world.run_for(Nanos(50'000));
  finish.server->kill(Crash::process, Farewell::finish);
  finish.world.run_for(kSecond);
  EXPECT_EQ(finish.here.got, "last words");
  EXPECT_TRUE(finish.here.end);
}

TEST(Net, AnIdleConnectionIsClosedUnlessSilenceIsExpected) {
  Fixture idle(Profile::calm(), {.idle_timeout = Millis(3'000)});
  idle.world.run_for(Nanos(5'000'000'000));
  EXPECT_TRUE(idle.there.closed);
  EXPECT_TRUE(idle.here.closed);
  Fixture silent(Profile::calm(), {.idle_timeout = Millis(3'000)});
  silent.there.connection->expect_silence(true);
  silent.world.run_for(Nanos(5'000'000'000));
  EXPECT_FALSE(silent.there.closed);
}

TEST(Net, AListenerTakesNoMoreThanItsLimit) {
  Fixture f(Profile::calm(), {.max_connections = 0});
  EXPECT_TRUE(f.here.refused || f.here.closed);
  EXPECT_EQ(f.there.connection, nullptr);
}

TEST(Net, AnUnknownHostAndAPortWithoutListenerAreRefused) {
  World world({1, Profile::calm(), std::nullopt, nullptr});
  Side side;
  world.start(world.add_node("client", 1, each_shard([&](auto& shard) -> std::unique_ptr<ports::App> {
                               return std::make_unique<Connecting>(shard, side);
                             })));
  world.run_for(kSecond);
  EXPECT_TRUE(side.refused);
}

TEST(Net, ConnectionsAreBrokenAndSilencedByTheNetwork) {
  Profile profile = Profile::calm();
  profile.connection_reset = 1;
  Fixture f(profile);
  f.send(f.here, "x");
  f.world.run_for(kSecond);
  EXPECT_TRUE(f.here.closed);
  EXPECT_TRUE(f.there.closed);
  profile.connection_reset = 0;
  profile.connection_silence = 1;
  Fixture silent(profile);
  silent.send(silent.here, "x");
  silent.world.run_for(kSecond);
  EXPECT_FALSE(silent.here.closed);
  EXPECT_EQ(silent.there.got, "");
}

}  // namespace
}  // namespace millrace::sim
