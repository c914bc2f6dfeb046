#include "broker/coordinator_log.h"

#include <cstring>
#include <utility>
#include <vector>

#include "ports/timers.h"

namespace millrace::broker {
namespace {

// Pieces of memory and of files, put together into one buffer.
struct Gathering {
  Buffer whole;
  std::size_t left = 0;
  Error failed = Error::none;
  coordinator::PartitionLog::ReadDone done;
  std::shared_ptr<bool> alive;

  void one_less() {
    if (--left > 0 || !*alive) return;
    if (failed != Error::none) return done(failed);
    done(std::move(whole));
  }
};

coordinator::WriteError as_write_error(replica::AppendError error) {
  switch (error) {
    case replica::AppendError::not_leader: return coordinator::WriteError::not_leader;
    case replica::AppendError::not_enough_replicas: return coordinator::WriteError::not_enough_replicas;
    case replica::AppendError::timed_out: return coordinator::WriteError::timed_out;
    default: return coordinator::WriteError::storage;
  }
}

}  // namespace

void CoordinatorLog::read(Offset from, std::uint64_t max_bytes, ReadDone done) {
  auto plan = partition_.log().read(from, end(), max_bytes, true);
  if (!plan && plan.error() == Error::would_block) {
    return partition_.log().when_readable([this, alive = alive_, from, max_bytes, done = std::move(done)]() mutable {
      if (*alive) read(from, max_bytes, std::move(done));
    });
  }
  auto gathering = std::make_shared<Gathering>();
  gathering->done = std::move(done);
  gathering->alive = alive_;
  gathering->left = 1;
  if (!plan) {
    gathering->failed = plan.error();
  } else {
    gathering->whole = Buffer::allocate(plan->size);
    std::size_t at = 0;
    for (ports::Piece& piece : plan->pieces) {
      const std::size_t size = piece.size();
      std::byte* to = gathering->whole.data() + at;
      at += size;
      if (piece.file == nullptr) {
        std::memcpy(to, piece.memory.data(), size);
        continue;
      }
      ++gathering->left;
      auto file = piece.file;
      file->read(piece.position, size, [gathering, file, to, size](Result<Buffer> bytes) {
        if (!bytes) {
          gathering->failed = bytes.error();
        } else if (bytes->size() != size) {
          gathering->failed = Error::corrupt;
        } else {
          std::memcpy(to, bytes->data(), size);
        }
        gathering->one_less();
      });
    }
  }
  partition_.shard().timers.at_turn_end([gathering] { gathering->one_less(); });
}

void CoordinatorLog::append(Buffer batch, AppendDone done) {
  partition_.append(
      std::move(batch), replica::Acks::all, MonoTime(INT64_MAX),
      [alive = alive_, done = std::move(done)](Result<replica::Appended, replica::AppendError> result) mutable {
        if (!*alive) return;
        if (!result) return done(as_write_error(result.error()));
        done({});
      });
}

void CoordinatorLog::when_committed(Offset offset, Callback<void(bool)> done) {
  partition_.when_committed(offset, [alive = alive_, done = std::move(done)](bool committed) mutable {
    if (*alive) done(committed);
  });
}

}  // namespace millrace::broker
