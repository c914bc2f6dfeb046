#include "client/testing/fake_ports.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace millrace::client::testing {
namespace {

// What jobs find on this disk: nothing.
class NoFiles final : public ports::BlockingFiles {
 public:
  using Entries = std::vector<ports::DirectoryEntry>;
  ::millrace::Result<std::unique_ptr<ports::BlockingFile>> open(const std::string&, ports::OpenMode) override {
    return ::millrace::Error::not_found;
  }
  ::millrace::Result<Entries> list(const std::string&) override { return ::millrace::Error::not_found; }
  ::millrace::Status create_directory(const std::string&) override { return ::millrace::Error::unsupported; }
  ::millrace::Status rename(const std::string&, const std::string&) override { return ::millrace::Error::unsupported; }
  ::millrace::Status remove(const std::string&) override { return ::millrace::Error::not_found; }
  ::millrace::Status sync_directory(const std::string&) override { return ::millrace::Error::unsupported; }
  ::millrace::Status lock(const std::string&) override { return ::millrace::Error::unsupported; }
};

}  // namespace

::millrace::Result<std::size_t> FakeConnection::read(MutableBytes into) {
  if (to_client_.empty()) return hung_up_ ? ::millrace::Error::closed : ::millrace::Error::would_block;
  const std::size_t size = std::min(into.size(), to_client_.size());
  std::memcpy(into.data(), to_client_.data(), size);
  to_client_.erase(0, size);
  return size;
}

void FakeConnection::send(std::vector<ports::Piece> pieces) {
  for (const ports::Piece& piece : pieces) to_server_ += as_text(piece.memory.bytes());
}

void FakeConnection::answer(Bytes bytes) { to_client_ += as_text(bytes); }

FakePorts::~FakePorts() {
  for (auto& connection : connections_) connection->handler_.reset();
}

void FakePorts::put(const ports::Endpoint& at, FakeServer* server) { servers_[{at.host, at.port}] = server; }

void FakePorts::break_connections(const FakeServer* server) {
  for (auto& connection : connections_) {
    if (connection->server_ == server) connection->hung_up_ = true;
  }
}

ports::TimerId FakePorts::at(MonoTime when, ::millrace::Task task) {
  timers_.emplace(std::pair(when, ++last_timer_), std::move(task));
  return ports::TimerId(last_timer_);
}

void FakePorts::cancel(ports::TimerId timer) {
  const auto found = std::ranges::find_if(timers_, [&](const auto& t) { return t.first.second == timer.value(); });
  if (found != timers_.end()) timers_.erase(found);
}

void FakePorts::run(Work work, ::millrace::Task done) {
  at(now_, [work = std::move(work), done = std::move(done)]() mutable {
    NoFiles files;
    work(files);
    done();
  });
}

void FakePorts::connect(const ports::Endpoint& endpoint, ConnectDone done) {
  ++connects;
  if (black_holes_.contains({endpoint.host, endpoint.port})) {
    stuck_.push_back(std::move(done));
    return;
  }
  connecting_.emplace_back(endpoint, std::move(done));
}

bool FakePorts::serve(FakeConnection& connection) {
  if (connection.closing_) return false;
  bool did = false;
  while (connection.server_ != nullptr && !connection.hung_up_ && connection.to_server_.size() >= 4) {
    const auto size = static_cast<std::size_t>(load_be<std::int32_t>(as_bytes(connection.to_server_).data()));
    if (connection.to_server_.size() < 4 + size) break;
    const std::string frame = connection.to_server_.substr(4, size);
    connection.to_server_.erase(0, 4 + size);
    connection.server_->on_frame(connection, as_bytes(frame));
    did = true;
  }
  const bool end = connection.hung_up_ && !std::exchange(connection.told_end_, connection.hung_up_);
  if (!connection.paused_ && (!connection.to_client_.empty() || end)) {
    connection.handler_->on_readable();
    did = true;
  }
  return did;
}

bool FakePorts::step() {
  bool did = false;
  if (!timers_.empty() && timers_.begin()->first.first <= now_) {
    auto due = timers_.extract(timers_.begin());
    due.mapped()();
    did = true;
  }
  for (auto& [endpoint, done] : std::exchange(connecting_, {})) {
    did = true;
    const auto server = servers_.find({endpoint.host, endpoint.port});
    if (server == servers_.end() || server->second == nullptr) {
      (void)done(server == servers_.end() ? ::millrace::Error::not_found : ::millrace::Error::refused);
      continue;
    }
    auto connection = std::make_unique<FakeConnection>(endpoint, server->second);
    connection->handler_ = done(connection.get());
    if (connection->handler_) connections_.push_back(std::move(connection));
  }
  for (std::size_t i = 0; i < connections_.size(); ++i) did = serve(*connections_[i]) || did;
  for (auto& task : std::exchange(turn_end_, {})) {
    task();
    did = true;
  }
  for (std::size_t i = 0; i < connections_.size();) {
    if (!connections_[i]->closing_) {
      ++i;
      continue;
    }
    const auto gone = std::move(connections_[i]);
    connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(i));
    gone->handler_->on_closed();
    did = true;
  }
  return did;
}

void FakePorts::run() {
  while (step()) {
  }
}

void FakePorts::advance(Millis time) {
  const MonoTime end = now_ + time;
  run();
  while (!timers_.empty() && timers_.begin()->first.first <= end) {
    now_ = std::max(now_, timers_.begin()->first.first);
    run();
  }
  now_ = end;
  run();
}

}  // namespace millrace::client::testing
