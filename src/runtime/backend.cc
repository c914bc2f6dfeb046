#include "runtime/backend.h"

#include "base/assert.h"
#include "runtime/epoll_backend.h"
#include "runtime/uring_backend.h"

namespace millrace::runtime {

bool io_uring_works(std::string& why) { return make_uring_backend(why).ok(); }

Result<std::unique_ptr<Backend>> make_backend(BackendKind kind, Pool& pool, Inbox& inbox) {
  MR_ASSERT(kind != BackendKind::automatic);
  std::string why;
  return kind == BackendKind::io_uring ? make_uring_backend(why) : make_epoll_backend(pool, inbox);
}

}  // namespace millrace::runtime
