#include "sim/testing/echo.h"

#include <array>
#include <string>
#include <utility>

namespace millrace::sim {
namespace {

class EchoHandler final : public ports::ConnectionHandler {
 public:
  explicit EchoHandler(ports::Connection& connection) : connection_(connection) {}
  void on_readable() override {
    std::array<std::byte, 300> bytes;
    const auto got = connection_.read(bytes);
    if (!got) {
      if (got.error() == Error::closed) connection_.close(true);
      return;
    }
    connection_.send({ports::Piece::of(Buffer::copy_of(Bytes(bytes).first(*got)))});
  }
  void on_sent() override {}
  void on_closed() override {}

 private:
  ports::Connection& connection_;
};

class EchoServer final : public ports::App, public ports::Acceptor {
 public:
  explicit EchoServer(ports::Shard& shard) : shard_(shard) {}
  void start() override { MR_ASSERT(shard_.network.listen({"", kEchoPort}, {}, *this).ok()); }
  void stop(Task stopped) override {
    shard_.network.stop_listening();
    stopped();
  }
  std::unique_ptr<ports::ConnectionHandler> accept(ports::Connection& connection) override {
    return std::make_unique<EchoHandler>(connection);
  }

 private:
  ports::Shard& shard_;
};

std::byte pattern(std::uint64_t at) { return static_cast<std::byte>(at * 31 + (at >> 8)); }

class EchoClient final : public ports::App {
 public:
  EchoClient(ports::Shard& shard, const char* host, std::uint64_t bytes, EchoResult& result)
      : shard_(shard), host_(host), bytes_(bytes), result_(result) {}
  void start() override { connect(); }
  void stop(Task stopped) override { stopped(); }

 private:
  class Handler final : public ports::ConnectionHandler {
   public:
    Handler(EchoClient& client, ports::Connection& connection) : client_(client), connection_(connection) {
      Buffer buffer = Buffer::allocate(client.bytes_);
      for (std::uint64_t i = 0; i < client.bytes_; ++i) buffer.writable()[i] = pattern(i);
      connection_.send({ports::Piece::of(std::move(buffer))});
    }
    void on_readable() override {
      std::array<std::byte, 1000> bytes;
      const auto got = connection_.read(bytes);
      if (!got) {
        if (got.error() == Error::closed) connection_.close(false);
        return;
      }
      for (std::size_t i = 0; i < *got; ++i) {
        auto& count = bytes[i] == pattern(seen_++) ? client_.result_.echoed : client_.result_.wrong;
        ++count;
      }
    }
    void on_sent() override {}
    void on_closed() override {
      if (seen_ < client_.bytes_) client_.reconnect();
    }

   private:
    EchoClient& client_;
    ports::Connection& connection_;
    std::uint64_t seen_ = 0;
  };

  void connect() {
    shard_.network.connect({host_, kEchoPort},
                           [this](Result<ports::Connection*> connection) -> std::unique_ptr<ports::ConnectionHandler> {
                             if (!connection) {
                               reconnect();
                               return nullptr;
                             }
                             ++result_.connections;
                             result_.echoed = 0;
                             return std::make_unique<Handler>(*this, **connection);
                           });
  }
  void reconnect() {
    shard_.timers.at(shard_.clock.now() + Millis(20), [this] { connect(); });
  }

  ports::Shard& shard_;
  const std::string host_;
  const std::uint64_t bytes_;
  EchoResult& result_;
};

}  // namespace

std::unique_ptr<ports::App> echo_server(ports::Shard& shard) { return std::make_unique<EchoServer>(shard); }

std::unique_ptr<ports::App> echo_client(ports::Shard& shard, const char* host, std::uint64_t bytes,
                                        EchoResult& result) {
  return std::make_unique<EchoClient>(shard, host, bytes, result);
}

}  // namespace millrace::sim
