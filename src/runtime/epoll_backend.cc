#include "runtime/epoll_backend.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include "base/assert.h"
#include "runtime/limits.h"
#include "runtime/watch_table.h"

namespace millrace::runtime {
namespace {

std::uint32_t epoll_bits(Readiness interest) {
  std::uint32_t bits = EPOLLET;
  if ((interest & kReadable) != 0) bits |= EPOLLIN | EPOLLRDHUP;
  if ((interest & kWritable) != 0) bits |= EPOLLOUT;
  return bits;
}

Readiness readiness(std::uint32_t bits) {
  Readiness ready = 0;
  if ((bits & (EPOLLIN | EPOLLRDHUP | EPOLLHUP)) != 0) ready |= kReadable;
  if ((bits & EPOLLOUT) != 0) ready |= kWritable;
  if ((bits & (EPOLLRDHUP | EPOLLHUP)) != 0) ready |= kPeerDone;
  if ((bits & EPOLLERR) != 0) ready |= kBroken;
  return ready;
}

std::int64_t execute(const FileCall& call) {
  for (;;) {
    std::int64_t result = 0;
    const auto position = static_cast<off_t>(call.position);
    switch (call.kind) {
      case FileCall::Kind::read:
        result = ::preadv(call.fd, call.pieces, static_cast<int>(call.count), position);
        break;
      case FileCall::Kind::write:
        result = ::pwritev(call.fd, call.pieces, static_cast<int>(call.count), position);
        break;
      case FileCall::Kind::sync:
        result = ::fdatasync(call.fd);
        break;
    }
    if (result >= 0) return result;
    if (errno != EINTR) return -errno;
  }
}

class EpollBackend final : public Backend {
 public:
  EpollBackend(int fd, Pool& pool, Inbox& inbox) : fd_(fd), pool_(pool), inbox_(inbox) {}
  ~EpollBackend() override { ::close(fd_); }

  const char* name() const override { return "epoll"; }

  void watch(int fd, Readiness interest, Watch& watch) override {
    table_.add(watch, fd, interest);
    control(EPOLL_CTL_ADD, watch);
  }
  void change(Watch& watch, Readiness interest) override {
    if (table_.of(watch).interest == interest) return;
    table_.of(watch).interest = interest;
    control(EPOLL_CTL_MOD, watch);
  }
  void unwatch(Watch& watch) override {
    control(EPOLL_CTL_DEL, watch);
    table_.remove(watch);
  }

  void begin(FileCall& call) override {
    ++in_flight_;
    pool_.post([this, &call] {
      const std::int64_t result = execute(call);
      inbox_.post([this, &call, result] {
        --in_flight_;
        call.on_result(result);
      });
    });
  }
  std::size_t calls_in_flight() const override { return in_flight_; }

  void wait(Nanos timeout) override {
    // Rounded up, since waking before a timer is due would only make the loop turn once more.
    const std::int64_t millis = (timeout.value() + 999'999) / 1'000'000;
    const int wait = timeout.value() < 0 ? -1 : static_cast<int>(millis > INT_MAX ? INT_MAX : millis);
    found_ = ::epoll_wait(fd_, events_.data(), kEventsPerTurn, wait);
    if (found_ < 0) {
      MR_ASSERT(errno == EINTR);
      found_ = 0;
    }
  }
  void dispatch() override {
    for (int i = 0; i < found_; ++i) {
      const epoll_event& event = events_[static_cast<std::size_t>(i)];
      if (Watch* watch = table_.find(event.data.u64)) watch->on_ready(readiness(event.events));
    }
    found_ = 0;
  }

 private:
  void control(int operation, Watch& watch) {
    epoll_event event{};
    event.events = epoll_bits(table_.of(watch).interest);
    event.data.u64 = table_.token(watch);
    MR_ASSERT(::epoll_ctl(fd_, operation, table_.of(watch).fd, &event) == 0);
  }

  const int fd_;
  Pool& pool_;
  Inbox& inbox_;
  WatchTable table_;
  std::array<epoll_event, kEventsPerTurn> events_{};
  int found_ = 0;
  std::size_t in_flight_ = 0;
};

}  // namespace

Result<std::unique_ptr<Backend>> make_epoll_backend(Pool& pool, Inbox& inbox) {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) return Error::unsupported;
  return std::unique_ptr<Backend>(std::make_unique<EpollBackend>(fd, pool, inbox));
}

}  // namespace millrace::runtime
