#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "runtime/pool.h"
#include "runtime/wake.h"

namespace millrace::runtime {

// What can be known of a descriptor that is watched. Bits.
using Readiness = std::uint32_t;
inline constexpr Readiness kReadable = 1;
inline constexpr Readiness kWritable = 2;
inline constexpr Readiness kPeerDone = 4;  // the peer will send no more; reading shows where the stream ends
inline constexpr Readiness kBroken = 8;    // the descriptor has an error

// A descriptor that a loop watches. Belongs to the loop's thread.
class Watch {
 public:
  virtual ~Watch() = default;
  virtual void on_ready(Readiness changed) = 0;

 protected:
  Watch() = default;
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  friend class WatchTable;
  std::uint32_t slot_ = 0xffffffff;
};

// One system call on a file, made somewhere and reported to the loop.
class FileCall {
 public:
  virtual ~FileCall() = default;
  enum class Kind : std::uint8_t { read, write, sync };
  Kind kind = Kind::read;
  int fd = -1;
  std::uint64_t position = 0;
  const iovec* pieces = nullptr;  // must live until on_result
  unsigned count = 0;             // of pieces, at most IOV_MAX

  // The number of bytes, or minus errno. On the loop's thread.
  virtual void on_result(std::int64_t result) = 0;

 protected:
  FileCall() = default;
  FileCall(const FileCall&) = delete;
  FileCall& operator=(const FileCall&) = delete;
};

// How one loop waits for the system. Belongs to the loop's thread and must be made on it.
class Backend {
 public:
  virtual ~Backend() = default;
  // "io_uring" or "epoll".
  virtual const char* name() const = 0;

  // Reports changes of readiness of `fd` (edges: what is ready already counts as the first change). Errors are always
  // reported, `interest` is of kReadable and kWritable.
  virtual void watch(int fd, Readiness interest, Watch& watch) = 0;
  virtual void change(Watch& watch, Readiness interest) = 0;
  // No call comes any more. To be done before the descriptor is closed.
  virtual void unwatch(Watch& watch) = 0;

  // Begins `call`; completes in a later dispatch().
  virtual void begin(FileCall& call) = 0;
  // File calls begun and not completed.
  virtual std::size_t calls_in_flight() const = 0;

  // Gives the system what was begun and waits until something happens, at most `timeout`; negative: without limit.
  virtual void wait(Nanos timeout) = 0;
  // Makes the calls for what the last wait() found.
  virtual void dispatch() = 0;
};

enum class BackendKind : std::uint8_t { automatic, io_uring, epoll };

// Whether this process may use io_uring; if not, `why` says what stands against it.
bool io_uring_works(std::string& why);
// Precondition: kind is not automatic. Error::unsupported where the system refuses. `pool` makes epoll's file calls,
// `inbox` brings their results back.
Result<std::unique_ptr<Backend>> make_backend(BackendKind kind, Pool& pool, Inbox& inbox);

}  // namespace millrace::runtime
