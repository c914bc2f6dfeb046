#include "runtime/uring_backend.h"

#include <liburing.h>
#include <poll.h>
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/assert.h"
#include "runtime/limits.h"
#include "runtime/watch_table.h"

namespace millrace::runtime {
namespace {

constexpr std::uint64_t kPollToken = std::uint64_t{1} << 63;  // else the token is a FileCall's address, or 0
constexpr std::uint64_t kNobody = 0;

// The system may map a ring where another thread's ring was; the thread sanitizer does not see the calls by which it
// does, and is told here that all use of one ring comes before all use of the next.
#ifdef __SANITIZE_THREAD__
void ring_begins() { __tsan_acquire(reinterpret_cast<void*>(&io_uring_queue_exit)); }
void ring_ends() { __tsan_release(reinterpret_cast<void*>(&io_uring_queue_exit)); }
#else
void ring_begins() {}
void ring_ends() {}
#endif

unsigned poll_bits(Readiness interest) {
  unsigned bits = 0;
  if ((interest & kReadable) != 0) bits |= POLLIN | POLLRDHUP;
  if ((interest & kWritable) != 0) bits |= POLLOUT;
  return bits;
}

Readiness readiness(int result) {
  if (result < 0) return kBroken;
  const auto bits = static_cast<unsigned>(result);
  Readiness ready = 0;
  if ((bits & (POLLIN | POLLRDHUP | POLLHUP)) != 0) ready |= kReadable;
  if ((bits & POLLOUT) != 0) ready |= kWritable;
  if ((bits & (POLLRDHUP | POLLHUP)) != 0) ready |= kPeerDone;
  if ((bits & (POLLERR | POLLNVAL)) != 0) ready |= kBroken;
  return ready;
}

class UringBackend final : public Backend {
 public:
  UringBackend() = default;
  ~UringBackend() override {
    if (!open_) return;
    ring_ends();
    io_uring_queue_exit(&ring_);
  }

  // 0, or minus errno.
  int open() {
    // The newest kernels skip interrupts and locks when one thread owns the ring; older ones refuse the flags.
    const unsigned flags[] = {IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, IORING_SETUP_COOP_TASKRUN, 0};
    int result = -ENOSYS;
    for (const unsigned flag : flags) {
      io_uring_params params{};
      params.flags = flag | IORING_SETUP_CLAMP;
      result = io_uring_queue_init_params(kRingEntries, &ring_, &params);
      if (result == -EINVAL) continue;
      if (result != 0) return result;
      open_ = true;
      ring_begins();
      // Waiting with a time limit without a timer operation, and no completion lost when many come at once (5.11).
      const unsigned needed = IORING_FEAT_EXT_ARG | IORING_FEAT_NODROP;
      return (params.features & needed) == needed ? 0 : -ENOSYS;
    }
    return result;
  }

  const char* name() const override { return "io_uring"; }

  void watch(int fd, Readiness interest, Watch& watch) override {
    table_.add(watch, fd, interest);
    arm(watch);
  }
  void change(Watch& watch, Readiness interest) override {
    auto& entry = table_.of(watch);
    if (entry.interest == interest) return;
    // Under a new name: what the old poll still reports finds nobody.
    const int fd = entry.fd;
    unwatch(watch);
    this->watch(fd, interest, watch);
  }
  void unwatch(Watch& watch) override {
    io_uring_sqe* sqe = next();
    io_uring_prep_poll_remove(sqe, kPollToken | table_.token(watch));
    sqe->user_data = kNobody;
    table_.remove(watch);
    // The descriptor may be closed, and its number given anew, right after this: a poll that was prepared in the same
    // turn must have found the old file by then.
    if (unsubmitted_polls_ > 0) submit();
  }

  void begin(FileCall& call) override {
    ++in_flight_;
    io_uring_sqe* sqe = next();
    switch (call.kind) {
      case FileCall::Kind::read:
        io_uring_prep_readv(sqe, call.fd, call.pieces, call.count, call.position);
        break;
      case FileCall::Kind::write:
        io_uring_prep_writev(sqe, call.fd, call.pieces, call.count, call.position);
        break;
      case FileCall::Kind::sync:
        io_uring_prep_fsync(sqe, call.fd, IORING_FSYNC_DATASYNC);
        break;
    }
    sqe->user_data = reinterpret_cast<std::uint64_t>(&call);
  }
  std::size_t calls_in_flight() const override { return in_flight_; }

  void wait(Nanos timeout) override {
    unsubmitted_polls_ = 0;
    if (timeout.value() == 0) {
      check(io_uring_submit_and_get_events(&ring_));
      return;
    }
    io_uring_cqe* first = nullptr;
    __kernel_timespec limit{timeout.value() / 1'000'000'000, timeout.value() % 1'000'000'000};
    check(io_uring_submit_and_wait_timeout(&ring_, &first, 1, timeout.value() < 0 ? nullptr : &limit, nullptr));
  }

  void dispatch() override {
    // Taken out of the ring first: the calls may submit, and so find more.
    found_.clear();
    unsigned head = 0;
    io_uring_cqe* cqe = nullptr;
    io_uring_for_each_cqe(&ring_, head, cqe) found_.push_back({cqe->user_data, cqe->res, cqe->flags});
    io_uring_cq_advance(&ring_, static_cast<unsigned>(found_.size()));
    for (const Completion& completion : found_) deliver(completion);
  }

 private:
  struct Completion {
    std::uint64_t token;
    int result;
    unsigned flags;
  };

  void deliver(const Completion& completion) {
    if (completion.token == kNobody) return;
    if ((completion.token & kPollToken) == 0) {
      --in_flight_;
      reinterpret_cast<FileCall*>(completion.token)->on_result(completion.result);
      return;
    }
    Watch* watch = table_.find(completion.token & ~kPollToken);
    if (watch == nullptr) return;
    // A poll that the system ended for reasons of its own is set up again, unless there is nothing left to wait for.
    const bool over = completion.result < 0 || (completion.result & (POLLERR | POLLHUP | POLLNVAL)) != 0;
    if ((completion.flags & IORING_CQE_F_MORE) == 0 && !over) arm(*watch);
    watch->on_ready(readiness(completion.result));
  }

  void arm(Watch& watch) {
    const auto& entry = table_.of(watch);
    io_uring_sqe* sqe = next();
    io_uring_prep_poll_multishot(sqe, entry.fd, poll_bits(entry.interest));
    sqe->user_data = kPollToken | table_.token(watch);
    ++unsubmitted_polls_;
  }

  io_uring_sqe* next() {
    io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
    while (sqe == nullptr) {
      submit();
      sqe = io_uring_get_sqe(&ring_);
    }
    return sqe;
  }
  void submit() {
    unsubmitted_polls_ = 0;
    check(io_uring_submit(&ring_));
  }
  // Time limits, signals and a full completion queue are part of the game: the next turn goes on. Anything else means
  // that the ring cannot be used any more.
  static void check(int result) {
    MR_ASSERT(result >= 0 || result == -ETIME || result == -EINTR || result == -EAGAIN || result == -EBUSY);
  }

  io_uring ring_{};
  bool open_ = false;
  WatchTable table_;
  std::vector<Completion> found_;
  std::size_t in_flight_ = 0;
  unsigned unsubmitted_polls_ = 0;
};

}  // namespace

Result<std::unique_ptr<Backend>> make_uring_backend(std::string& why) {
  auto backend = std::make_unique<UringBackend>();
  const int result = backend->open();
  if (result != 0) {
    why = std::strerror(-result);
    return Error::unsupported;
  }
  return std::unique_ptr<Backend>(std::move(backend));
}

}  // namespace millrace::runtime
