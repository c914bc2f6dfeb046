#include "runtime/shard_file.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/assert.h"
#include "runtime/blocking_files.h"
#include "runtime/descriptor.h"
#include "runtime/errors.h"
#include "runtime/limits.h"

namespace millrace::runtime {
struct ShardFile::Operation final : FileCall {
  enum class State : std::uint8_t { waiting, running, complete };

  Operation(ShardFile& owner, What kind_of, FilePosition at) : file(owner), operation(kind_of), from(at.value()) {}
  void on_result(std::int64_t result) override;
  // Begins the system call for what is left; false if nothing is.
  bool begin_rest();

  ShardFile& file;
  What operation;
  State state = State::waiting;
  Error result = Error::none;
  std::uint64_t from;
  std::uint64_t done_bytes = 0;
  std::uint64_t total = 0;
  std::vector<Buffer> buffers;
  std::vector<iovec> vectors;     // what is left of the buffers, from `next_vector`
  std::size_t next_vector = 0;
  Done done;
  ReadDone read_done;
  std::unique_ptr<Operation> next;
};

bool ShardFile::Operation::begin_rest() {
  if (done_bytes == total && operation != What::sync) return false;
  kind = operation == What::read ? FileCall::Kind::read
                                 : (operation == What::write ? FileCall::Kind::write : FileCall::Kind::sync);
  fd = file.fd_;
  position = from + done_bytes;
  pieces = vectors.data() + next_vector;
  count = static_cast<unsigned>(std::min(vectors.size() - next_vector, kMaxGather));
  file.engine_.backend->begin(*this);
  return true;
}

void ShardFile::Operation::on_result(std::int64_t got) {
  if (got == 0 && operation == What::read) total = done_bytes;  // the end of the file
  if (got == 0 && operation == What::write) got = -EIO;         // no progress without a reason
  if (got == -EINTR || got == -EAGAIN) {
    begin_rest();
    return;
  }
  if (got < 0) return file.finish(*this, operation == What::sync ? Error::io : file_error(static_cast<int>(-got)));
  if (operation == What::sync) return file.finish(*this, Error::none);
  auto left = static_cast<std::uint64_t>(got);
  done_bytes += left;
  while (left > 0) {
    iovec& vector = vectors[next_vector];
    const std::size_t part = std::min<std::uint64_t>(left, vector.iov_len);
    vector.iov_base = static_cast<std::byte*>(vector.iov_base) + part;
    vector.iov_len -= part;
    left -= part;
    if (vector.iov_len == 0) ++next_vector;
  }
  if (!begin_rest()) file.finish(*this, Error::none);
}

ShardFile::ShardFile(Engine& engine, int fd) : engine_(engine), file_pool_(engine.file_pool), fd_(fd) {}

ShardFile::~ShardFile() {
  // Closing can wait for the disk (the last name of a large file may be gone), so it is not done on a shard.
  file_pool_.post([descriptor = Descriptor(fd_)] {});
}

void ShardFile::write(FilePosition at, std::vector<Buffer> pieces, Done done) {
  auto operation = std::make_unique<Operation>(*this, What::write, at);
  operation->buffers = std::move(pieces);
  operation->done = std::move(done);
  for (Buffer& piece : operation->buffers) {
    if (piece.empty()) continue;
    operation->vectors.push_back({piece.data(), piece.size()});
    operation->total += piece.size();
  }
  add(std::move(operation));
}

void ShardFile::sync(Done done) {
  auto operation = std::make_unique<Operation>(*this, What::sync, FilePosition(0));
  operation->done = std::move(done);
  add(std::move(operation));
}

void ShardFile::read(FilePosition at, std::size_t size, ReadDone done) {
  auto operation = std::make_unique<Operation>(*this, What::read, at);
  operation->buffers.push_back(Buffer::allocate(size));
  operation->read_done = std::move(done);
  operation->total = size;
  operation->vectors.push_back({operation->buffers.front().data(), size});
  add(std::move(operation));
}

Result<std::size_t> ShardFile::read_cached(FilePosition at, MutableBytes into) {
  const iovec vector{into.data(), into.size()};
  int flags = RWF_NOWAIT;
  for (;;) {
    const ssize_t got = ::preadv2(fd_, &vector, 1, static_cast<off_t>(at.value()), flags);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno == EOPNOTSUPP && flags != 0) {
      // A file system that cannot tell what is in memory (tmpfs is one) is read in any case: who is told to wait reads
      // the bytes in and asks here again, and would never get an answer.
      flags = 0;
      continue;
    }
    if (errno != EINTR) return file_error(errno);
  }
}

void ShardFile::resize(FilePosition size, Done done) {
  auto operation = std::make_unique<Operation>(*this, What::resize, size);
  operation->done = std::move(done);
  add(std::move(operation));
}

// In a thread of its own: the call waits where the disk's queue is full.
void ShardFile::begin_writeback(FilePosition from, std::uint64_t size) {
  ++engine_.calls_in_pool;
  engine_.file_pool.post([this, self = shared_from_this(), from, size]() mutable {
    static_cast<void>(::sync_file_range(fd_, static_cast<off64_t>(from.value()), static_cast<off64_t>(size),
                                        SYNC_FILE_RANGE_WRITE));
    engine_.inbox.post([&engine = engine_, self = std::move(self)] { --engine.calls_in_pool; });
  });
}

void ShardFile::add(std::unique_ptr<Operation> operation) {
  Operation* added = operation.get();
  if (last_ == nullptr) {
    first_ = std::move(operation);
    self_ = shared_from_this();
  } else {
    last_->next = std::move(operation);
  }
  last_ = added;
  if (waiting_ == nullptr) waiting_ = added;
  advance();
}

bool ShardFile::may_start(What kind) const {
  switch (kind) {
    case What::sync:
      return true;
    case What::read:
      return changing_ == 0;
    case What::write:
    case What::resize:
      return changing_ == 0 && reading_ == 0;
  }
  return false;
}

void ShardFile::advance() {
  while (waiting_ != nullptr && may_start(waiting_->operation)) {
    Operation& operation = *waiting_;
    waiting_ = operation.next.get();
    if (operation.operation == What::read) ++reading_;
    if (operation.operation == What::write || operation.operation == What::resize) ++changing_;
    operation.state = Operation::State::running;
    start(operation);
  }
}

void ShardFile::start(Operation& operation) {
  const bool refused = broken_ && (operation.operation == What::write || operation.operation == What::sync);
  if (!refused && operation.operation == What::resize) {
    ++engine_.calls_in_pool;
    engine_.file_pool.post([this, &operation] {
      int code = 0;
      while (::ftruncate(fd_, static_cast<off_t>(operation.from)) != 0) {
        code = errno;
        if (code != EINTR) break;
        code = 0;
      }
      engine_.inbox.post([this, &operation, code] {
        --engine_.calls_in_pool;
        finish(operation, code == 0 ? Error::none : file_error(code));
      });
    });
    return;
  }
  if (!refused && operation.operation == What::write && write_here(operation)) return;
  if (!refused && operation.begin_rest()) return;
  // Nothing to do: complete, but not inside this call.
  engine_.later([this, &operation, refused] { finish(operation, refused ? Error::io : Error::none); });
}

// Makes the call on this thread, as a write into the page cache is a copy that takes less than handing it to a thread
// of the system does. False if it should go that way all the same: it is large, or such calls have had to wait lately
// (for the disk, when too much of memory is dirty).
bool ShardFile::write_here(Operation& operation) {
  if (operation.total == 0 || operation.total > kMaxWriteHere || operation.vectors.size() > kMaxGather) return false;
  const MonoTime begin = TurnClock::read();
  if (begin < engine_.writes_wait_until) return false;
  ssize_t put = 0;
  do {
    put = ::pwritev(fd_, operation.vectors.data(), static_cast<int>(operation.vectors.size()),
                    static_cast<off_t>(operation.from));
  } while (put < 0 && errno == EINTR);
  const MonoTime end = TurnClock::read();
  if (end - begin > kSlowWrite.value()) engine_.writes_wait_until = end + kSlowWritePause.value();
  const std::int64_t result = put < 0 ? -errno : put;
  engine_.later([&operation, result] { operation.on_result(result); });
  return true;
}

void ShardFile::finish(Operation& operation, Error result) {
  operation.state = Operation::State::complete;
  operation.result = result;
  if (operation.operation == What::read) --reading_;
  if (operation.operation == What::write || operation.operation == What::resize) --changing_;
  if (result == Error::io && operation.operation == What::write) broken_ = true;
  if (result != Error::none && operation.operation == What::sync) broken_ = sync_failed_ = true;
  const auto keep = self_;
  if (!engine_.leaving) advance();
  deliver();
}

void ShardFile::deliver() {
  while (first_ && (first_->state == Operation::State::complete ||
                    (engine_.leaving && first_->state == Operation::State::waiting))) {
    const std::unique_ptr<Operation> operation = std::move(first_);
    first_ = std::move(operation->next);
    if (!first_) last_ = nullptr;
    if (waiting_ == operation.get()) waiting_ = first_.get();
    if (!engine_.leaving) complete(*operation);
  }
  if (!first_) self_ = nullptr;
}

void ShardFile::complete(Operation& operation) {
  const bool changes = operation.operation == What::write || operation.operation == What::sync;
  // The system reports a failed sync once:
  //   1. two syncs run side by side   2. the disk fails   3. only one of them sees it
  // so what is not yet reported fails with it. A failed write takes only those with it that were begun after it.
  const bool lost = changes && (sync_failed_ || write_failed_);
  const Error result = lost ? Error::io : operation.result;
  if (operation.operation == What::write && result == Error::io) write_failed_ = true;
  if (operation.operation == What::read) {
    if (result != Error::none) return operation.read_done(result);
    return operation.read_done(operation.buffers.front().slice(0, operation.done_bytes));
  }
  operation.done(result == Error::none ? Status() : Status(result));
}

void ShardFiles::open(const std::string& path, ports::OpenMode mode, OpenDone done) {
  auto call = std::make_unique<OpenDone>(std::move(done));
  ++engine_.calls_in_pool;
  engine_.file_pool.post([&engine = engine_, path, mode, call = std::move(call)]() mutable {
    auto fd = open_descriptor(path, mode);
    engine.inbox.post([&engine, fd, call = std::move(call)] {
      --engine.calls_in_pool;
      if (engine.leaving) {
        if (fd) ::close(*fd);
      } else if (fd) {
        (*call)(std::shared_ptr<ports::File>(std::make_shared<ShardFile>(engine, *fd)));
      } else {
        (*call)(fd.error());
      }
    });
  });
}

}  // namespace millrace::runtime
