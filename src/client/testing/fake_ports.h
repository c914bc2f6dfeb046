#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/prng.h"
#include "ports/shard.h"

namespace millrace::client::testing {

class FakeConnection;

// What stands at an address of the fake network.
class FakeServer {
 public:
  virtual ~FakeServer() = default;
  // Whole frames that have arrived, without their length; may answer through the connection.
  virtual void on_frame(FakeConnection& connection, Bytes frame) = 0;
};

// The client's side of a fake connection.
class FakeConnection final : public ports::Connection {
 public:
  FakeConnection(ports::Endpoint peer, FakeServer* server) : peer_(std::move(peer)), server_(server) {}

  ::millrace::Result<std::size_t> read(MutableBytes into) override;
  void send(std::vector<ports::Piece> pieces) override;
  std::uint64_t unsent() const override { return 0; }
  void pause_reading() override { paused_ = true; }
  void resume_reading() override { paused_ = false; }
  void close(bool) override { closing_ = true; }
  void expect_silence(bool) override {}
  const ports::Endpoint& peer() const override { return peer_; }
  const ports::Endpoint& local() const override { return local_; }

  // The server's side: bytes to the client; the end of the connection.
  void answer(Bytes bytes);
  void hang_up() { hung_up_ = true; }

 private:
  friend class FakePorts;
  ports::Endpoint peer_;
  ports::Endpoint local_{"client", 1};
  FakeServer* server_;
  std::unique_ptr<ports::ConnectionHandler> handler_;
  std::string to_server_;
  std::string to_client_;
  bool paused_ = false;
  bool closing_ = false;
  bool hung_up_ = false;
  bool told_end_ = false;
};

// A shard with a clock that stands until it is moved, and a network of fake servers. One thread, no waiting.
class FakePorts final : ports::Clock,
                        ports::Random,
                        ports::Timers,
                        ports::Files,
                        ports::Jobs,
                        ports::Network,
                        ports::Mailbox,
                        ports::Logger,
                        ports::Faults,
                        ports::Process {
 public:
  FakePorts() = default;
  FakePorts(const FakePorts&) = delete;
  FakePorts& operator=(const FakePorts&) = delete;
  ~FakePorts() override;

  ports::Shard& shard() { return shard_; }
  // Puts a server at an address (null: takes it away; those connected stay). It outlives this.
  void put(const ports::Endpoint& at, FakeServer* server);
  // Connections to this address never complete.
  void black_hole(const ports::Endpoint& at) { black_holes_[{at.host, at.port}] = true; }
  // Ends every connection to the server.
  void break_connections(const FakeServer* server);
  // Does everything that is due now, until nothing happens any more.
  void run();
  // Moves the clocks in steps from timer to timer, running in between.
  void advance(Millis time);
  MonoTime time() const { return now_; }

  std::vector<std::string> lines;  // of the log
  int connects = 0;                // attempts
  std::size_t open_connections() const { return connections_.size(); }

 private:
  MonoTime now() const override { return now_; }
  WallTime wall() const override { return WallTime(1'700'000'000'000 + now_.value() / 1'000'000); }
  std::uint64_t next() override { return random_.next(); }
  std::uint64_t secure() override { return random_.next(); }
  ports::TimerId at(MonoTime when, ::millrace::Task task) override;
  void cancel(ports::TimerId timer) override;
  void at_turn_end(::millrace::Task task) override { turn_end_.push_back(std::move(task)); }
  void open(const std::string&, ports::OpenMode, OpenDone) override {}
  void run(Work work, ::millrace::Task done) override;
  ::millrace::Result<std::uint16_t> listen(const ports::Endpoint&, const ports::ListenLimits&,
                                           ports::Acceptor&) override {
    return ::millrace::Error::unsupported;
  }
  void stop_listening() override {}
  void stop_listening_for(ports::Acceptor&) override {}
  void connect(const ports::Endpoint& endpoint, ConnectDone done) override;
  bool request(ShardId, ::millrace::Task&) override { return false; }
  void reply(ShardId, ::millrace::Task) override {}
  void when_space(ShardId, ::millrace::Task) override {}
  void write(ports::Severity, std::string_view line) override { lines.emplace_back(line); }
  void reach(ports::Probe) override {}
  bool strike(ports::FaultPoint) override { return false; }
#ifdef MILLRACE_PLANTED
  bool planted(ports::Planted) override { return false; }
#endif
  void fail(std::string_view why) override { lines.emplace_back(why); }

  bool step();
  bool serve(FakeConnection& connection);

  MonoTime now_{1'000'000'000};
  Prng random_{1};
  std::map<std::pair<MonoTime, std::uint64_t>, ::millrace::Task> timers_;
  std::uint64_t last_timer_ = 0;
  std::deque<::millrace::Task> turn_end_;
  std::map<std::pair<std::string, std::uint16_t>, FakeServer*> servers_;
  std::map<std::pair<std::string, std::uint16_t>, bool> black_holes_;
  std::deque<std::pair<ports::Endpoint, ConnectDone>> connecting_;
  std::vector<ConnectDone> stuck_;
  std::vector<std::unique_ptr<FakeConnection>> connections_;
  ports::Shard shard_{ShardId(0), 1, *this, *this, *this, *this, *this, *this, *this, *this, *this, *this};
};

}  // namespace millrace::client::testing
