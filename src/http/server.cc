#include "http/server.h"

#include <array>
#include <utility>

#include "http/exchange.h"
#include "http/limits.h"

namespace millrace::http {

class Server::Session final : public ports::ConnectionHandler {
 public:
  Session(Server& server, std::uint64_t id, ports::Connection& connection)
      : server_(server), id_(id), connection_(connection) {}
  ~Session() override { *alive_ = nullptr; }

  void on_readable() override {
    std::array<std::byte, 4096> room;
    while (ahead_.size() < kAheadMax) {
      const auto got = connection_.read(room);
      if (!got) {
        if (got.error() == Error::closed) {
          ended_ = true;
          if (!busy_) connection_.close(true);
        }
        break;
      }
      ahead_.append(as_text(Bytes(room).first(*got)));
    }
    if (ahead_.size() >= kAheadMax && busy_) connection_.pause_reading();
    pump();
  }
  void on_sent() override {}
  void on_closed() override { server_.sessions_.erase(id_); }

  void close() { connection_.close(false); }

 private:
  // An answer may be given from inside the request's own call, and then comes here again: the outer loop goes on.
  void pump() {
    if (pumping_) return;
    pumping_ = true;
    take_requests();
    pumping_ = false;
    if (!busy_) connection_.resume_reading();
  }

  void take_requests() {
    while (!busy_ && !closing_ && !ahead_.empty()) {
      auto step = reader_.read(as_bytes(ahead_));
      ahead_.erase(0, step.used);
      if (step.refusal != 0) {
        closing_ = true;
        send(write_response({step.refusal, "text/plain; charset=utf-8", "", {}}, false, false));
        return connection_.close(true);
      }
      if (!step.request) {
        if (step.used == 0) break;
        continue;
      }
      begin(std::move(*step.request), step.keep_alive);
    }
  }

  void begin(Request request, bool keep_alive) {
    busy_ = true;
    const bool head_only = request.method == "HEAD";
    server_.handle_(std::move(request), [alive = alive_, keep_alive, head_only](Response response) {
      if (*alive != nullptr) (*alive)->answer(response, keep_alive, head_only);
    });
  }

  void answer(const Response& response, bool keep_alive, bool head_only) {
    send(write_response(response, keep_alive && !ended_, head_only));
    busy_ = false;
    if (!keep_alive || ended_) {
      closing_ = true;
      return connection_.close(true);
    }
    pump();
  }
  void send(const std::string& text) {
    std::vector<ports::Piece> pieces;
    pieces.push_back(ports::Piece::of(Buffer::copy_of(as_bytes(text))));
    connection_.send(std::move(pieces));
  }

  Server& server_;
  std::uint64_t id_;
  ports::Connection& connection_;
  RequestReader reader_;
  std::string ahead_;
  bool busy_ = false;
  bool pumping_ = false;
  bool closing_ = false;
  bool ended_ = false;  // the peer sends nothing more
  std::shared_ptr<Session*> alive_ = std::make_shared<Session*>(this);
};

Server::~Server() = default;

std::unique_ptr<ports::ConnectionHandler> Server::accept(ports::Connection& connection) {
  const std::uint64_t id = ++last_;
  auto session = std::make_unique<Session>(*this, id, connection);
  sessions_.emplace(id, session.get());
  return session;
}

void Server::close_all() {
  const auto open = sessions_;
  for (const auto& [id, session] : open) session->close();
}

}  // namespace millrace::http
