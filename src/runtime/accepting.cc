#include "runtime/accepting.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "runtime/limits.h"

namespace millrace::runtime {
namespace {

int open_spare() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

ShardNetwork::Accepting::Accepting(Engine& engine, std::shared_ptr<Listener> listener)
    : engine_(engine), listener_(std::move(listener)), spare_(open_spare()) {
  engine_.backend->watch(listener_->fd, kReadable, *this);
}

ShardNetwork::Accepting::~Accepting() {
  engine_.timers.cancel(retry_);
  engine_.timers.cancel(report_);
  engine_.backend->unwatch(*this);
  // Frees the port now, although the listener's descriptor may live a little longer.
  ::shutdown(listener_->fd, SHUT_RDWR);
  if (spare_ >= 0) ::close(spare_);
}

void ShardNetwork::Accepting::on_ready(Readiness) { accept_some(); }

void ShardNetwork::Accepting::accept_some() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    if (!accept_one()) return;
  }
  again(Millis(0));
}

void ShardNetwork::Accepting::again(Millis delay) {
  engine_.timers.cancel(retry_);
  retry_ = engine_.timers.at(engine_.clock.now() + delay, [this] { accept_some(); });
}

bool ShardNetwork::Accepting::accept_one() {
  Address peer;
  const int fd = ::accept4(listener_->fd, peer.raw(), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    switch (errno) {
      case EAGAIN:
      case EINVAL:  // shut down
        return false;
      case EMFILE:
      case ENFILE:
        ++refused_descriptors_;
        shed();
        report();
        return spare_ >= 0;
      case ENOBUFS:
      case ENOMEM:
        again(kAcceptRetry);
        return false;
      default:
        return true;  // that connection is gone; the next one may be fine
    }
  }
  const std::string host = endpoint_of(peer).host;
  const auto admission = listener_->admit(host);
  if (admission.network == nullptr) {
    ::close(fd);
    refused(admission.refusal, host);
  } else {
    admission.network->post_accepted(fd, peer, listener_);
  }
  return true;
}

void ShardNetwork::Accepting::shed() {
  if (spare_ >= 0) {
    ::close(spare_);
    const int fd = ::accept4(listener_->fd, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) ::close(fd);
    spare_ = open_spare();
  } else {
    spare_ = open_spare();
    again(kAcceptRetry);
  }
}

void ShardNetwork::Accepting::refused(Listener::Refusal refusal, const std::string& host) {
  if (refusal == Listener::Refusal::all) ++refused_total_;
  if (refusal == Listener::Refusal::address) {
    ++refused_address_;
    last_address_ = host;
  }
  report();
}

void ShardNetwork::Accepting::report() {
  if (quiet_) return;
  std::string line;
  if (refused_total_ > 0) {
    line += fmt::format(" {} over the limit of {} connections;", refused_total_, listener_->limits().max_connections);
  }
  if (refused_address_ > 0) {
    const auto limits = listener_->limits();
    const auto own = limits.max_from_address.find(last_address_);
    line += fmt::format(" {} over the limit of {} per address (last from {});", refused_address_,
                        own != limits.max_from_address.end() ? own->second : limits.max_connections_per_address,
                        last_address_);
  }
  if (refused_descriptors_ > 0) {
    line += fmt::format(" {} without a free file descriptor (raise the process's limit);", refused_descriptors_);
  }
  if (line.empty()) return;
  line.pop_back();
  engine_.log.warning(fmt::format("Connections to {}:{} were closed at once:{}", listener_->requested.host,
                                  listener_->port, line));
  refused_total_ = refused_address_ = refused_descriptors_ = 0;
  quiet_ = true;
  report_ = engine_.timers.at(engine_.clock.now() + kReportInterval, [this] {
    quiet_ = false;
    report();
  });
}

}  // namespace millrace::runtime
