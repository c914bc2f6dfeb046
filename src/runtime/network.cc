#include "runtime/network.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/assert.h"
#include "runtime/accepting.h"
#include "runtime/connecting.h"
#include "runtime/descriptor.h"
#include "runtime/limits.h"

namespace millrace::runtime {
namespace {

ports::Endpoint local_of(int fd) {
  Address address;
  ::getsockname(fd, address.raw(), &address.size);
  return endpoint_of(address);
}

// Within one machine there is no link whose rate is to be found out, and congestion control that paces what is sent
// (bbr, on some systems the default) makes both ends wait for timers. Reno does not pace, and every system allows it.
void unpace_within_host(int fd, const ports::Endpoint& local) {
  Address peer;
  if (::getpeername(fd, peer.raw(), &peer.size) != 0 || endpoint_of(peer).host != local.host) return;
  constexpr std::string_view kUnpaced = "reno";
  ::setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, kUnpaced.data(), kUnpaced.size());
}

}  // namespace

ShardNetwork::ShardNetwork(Engine& engine, ListenerTable& listeners) : engine_(engine), table_(listeners) {}

ShardNetwork::~ShardNetwork() = default;

Result<std::uint16_t> ShardNetwork::listen(const ports::Endpoint& endpoint, const ports::ListenLimits& limits,
                                           ports::Acceptor& acceptor) {
  auto joined = table_.join(endpoint, limits, *this);
  if (!joined) return joined.error();
  const std::uint16_t port = joined->listener->port;
  memberships_.push_back({joined->listener, &acceptor});
  if (joined->owner) accepting_.push_back(std::make_unique<Accepting>(engine_, std::move(joined->listener)));
  return port;
}

void ShardNetwork::set_limits(const ports::ListenLimits& limits) {
  for (const Membership& membership : memberships_) membership.listener->set_limits(limits);
}

void ShardNetwork::stop_listening() {
  for (const Membership& membership : std::exchange(memberships_, {})) leave(membership.listener);
}

void ShardNetwork::stop_listening_for(ports::Acceptor& acceptor) {
  std::erase_if(memberships_, [&](const Membership& membership) {
    if (membership.acceptor != &acceptor) return false;
    leave(membership.listener);
    return true;
  });
}

void ShardNetwork::leave(const std::shared_ptr<Listener>& listener) {
  if (!listener->leave(*this)) return;
  table_.remove(*listener);
  listener->owner().engine_.inbox.post([listener] { listener->owner().stop_accepting(*listener); });
}

void ShardNetwork::stop_accepting(const Listener& listener) {
  std::erase_if(accepting_, [&](const auto& entry) { return &entry->listener() == &listener; });
}

void ShardNetwork::post_accepted(int fd, const Address& peer, std::shared_ptr<Listener> listener) {
  engine_.inbox.post([this, socket = Descriptor(fd), from = std::make_unique<Address>(peer),
                      listener = std::move(listener)]() mutable { accepted(socket.take(), *from, listener); });
}

void ShardNetwork::accepted(int fd, const Address& peer, const std::shared_ptr<Listener>& listener) {
  const auto membership = std::find_if(memberships_.begin(), memberships_.end(),
                                       [&](const Membership& entry) { return entry.listener == listener; });
  if (membership == memberships_.end() || engine_.leaving) {
    listener->release(*this, endpoint_of(peer).host);
    ::close(fd);
    return;
  }
  const Millis timeout = listener->idle_timeout;
  IdleList* idle = timeout.value() > 0 ? &idle_list(timeout) : nullptr;
  TcpConnection& connection = add(fd, endpoint_of(peer), listener, idle);
  connection.handler_ = membership->acceptor->accept(connection);
  if (!connection.handler_) connection.close(false);
}

TcpConnection& ShardNetwork::add(int fd, ports::Endpoint peer, std::shared_ptr<Listener> listener, IdleList* idle) {
  ports::Endpoint local = local_of(fd);
  unpace_within_host(fd, local);
  connections_.push_back(
      std::make_unique<TcpConnection>(*this, fd, std::move(peer), std::move(local), std::move(listener), idle));
  connections_.back()->index_ = static_cast<std::uint32_t>(connections_.size() - 1);
  return *connections_.back();
}

IdleList& ShardNetwork::idle_list(Millis timeout) {
  for (const auto& list : idle_lists_) {
    if (list->name() == timeout) return *list;
  }
  idle_lists_.push_back(std::make_unique<IdleList>(engine_.timers, engine_.clock, timeout,
                                                   timeout == kClosing ? kClosingTimeout : timeout));
  return *idle_lists_.back();
}

void ShardNetwork::connect(const ports::Endpoint& endpoint, ConnectDone done) {
  connecting_.push_back(std::make_unique<Connecting>(*this, endpoint, std::move(done)));
  connecting_.back()->start();
}

void ShardNetwork::finish_connecting(Connecting& connecting) {
  const auto place = std::find_if(connecting_.begin(), connecting_.end(),
                                  [&](const auto& entry) { return entry.get() == &connecting; });
  MR_ASSERT(place != connecting_.end());
  const std::unique_ptr<Connecting> ended = std::move(*place);
  connecting_.erase(place);
  if (ended->fd_ < 0) {
    ended->done_(ended->error_);
    return;
  }
  backend().unwatch(*ended);
  TcpConnection& connection = add(std::exchange(ended->fd_, -1), ended->endpoint_, nullptr, nullptr);
  connection.handler_ = ended->done_(&connection);
  if (!connection.handler_) connection.close(false);
}

void ShardNetwork::queue_read(TcpConnection& connection) {
  if (std::exchange(connection.read_queued_, true)) return;
  reads_.push_back(&connection);
}

void ShardNetwork::queue_flush(TcpConnection& connection) {
  if (std::exchange(connection.flush_queued_, true)) return;
  flushes_.push_back(&connection);
}

void ShardNetwork::run_reads() {
  std::swap(reads_, running_);
  for (TcpConnection* connection : running_) {
    connection->read_queued_ = false;
    if (!connection->handler_ || !connection->wants_reading()) continue;
    connection->handler_->on_readable();
    if (connection->wants_reading()) queue_read(*connection);
  }
  running_.clear();
}

void ShardNetwork::run_writes() {
  std::swap(flushes_, running_);
  for (TcpConnection* connection : running_) {
    connection->flush_queued_ = false;
    if (!connection->wants_flush()) continue;
    if (connection->flush()) {
      if (connection->handler_) connection->handler_->on_sent();
    } else if (connection->wants_flush()) {
      queue_flush(*connection);
    }
  }
  running_.clear();
  bury();
}

void ShardNetwork::bury() {
  if (dead_.empty()) return;
  const auto is_dead = [](const TcpConnection* connection) { return connection->dead_; };
  const auto dead = std::exchange(dead_, {});
  for (TcpConnection* connection : dead) {
    if (!connection->handler_) continue;
    connection->handler_->on_closed();
    connection->handler_ = nullptr;
  }
  std::erase_if(reads_, is_dead);
  std::erase_if(flushes_, is_dead);
  for (TcpConnection* connection : dead) {
    const std::uint32_t index = connection->index_;
    std::swap(connections_[index], connections_.back());
    connections_[index]->index_ = index;
    connections_.pop_back();
  }
}

void ShardNetwork::close_all() {
  stop_listening();
  connecting_.clear();
  for (std::size_t i = 0; i < connections_.size(); ++i) connections_[i]->die();
  bury();
  accepting_.clear();
}

}  // namespace millrace::runtime
