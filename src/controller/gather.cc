#include "controller/gather.h"

#include <cstring>
#include <memory>
#include <utility>

namespace millrace::controller {
namespace {

// Keeps itself alive until it is done.
class Gathering : public std::enable_shared_from_this<Gathering> {
 public:
  Gathering(log::ReadPlan plan, Callback<void(Result<Buffer>)> done)
      : pieces_(std::move(plan.pieces)), gathered_(Buffer::allocate(plan.size)), done_(std::move(done)) {}

  void go_on() {
    for (; at_ < pieces_.size(); ++at_) {
      const ports::Piece& part = pieces_[at_];
      if (part.file) {
        part.file->read(part.position, part.length, [self = shared_from_this()](Result<Buffer> bytes) {
          if (!bytes.ok()) return self->done_(bytes.error());
          if (!self->take(bytes->bytes())) return self->done_(Error::truncated);
          ++self->at_;
          self->go_on();
        });
        return;
      }
      if (!take(part.memory.bytes())) return done_(Error::truncated);
    }
    done_(gathered_.slice(0, filled_));
  }

 private:
  bool take(Bytes bytes) {
    if (bytes.size() != pieces_[at_].size() || bytes.size() > gathered_.size() - filled_) return false;
    if (!bytes.empty()) std::memcpy(gathered_.data() + filled_, bytes.data(), bytes.size());
    filled_ += bytes.size();
    return true;
  }

  std::vector<ports::Piece> pieces_;
  Buffer gathered_;
  Callback<void(Result<Buffer>)> done_;
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
};

}  // namespace

void gather(log::ReadPlan plan, Callback<void(Result<Buffer>)> done) {
  std::make_shared<Gathering>(std::move(plan), std::move(done))->go_on();
}

}  // namespace millrace::controller
