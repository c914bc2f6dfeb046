#include "runtime/tcp_connection.h"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "runtime/limits.h"
#include "runtime/network.h"
#include "runtime/shard_file.h"

namespace millrace::runtime {

TcpConnection::TcpConnection(ShardNetwork& network, int fd, ports::Endpoint peer, ports::Endpoint local,
                             std::shared_ptr<Listener> listener, IdleList* idle)
    : network_(network),
      fd_(fd),
      idle_(idle),
      listener_(std::move(listener)),
      peer_(std::move(peer)),
      local_(std::move(local)) {
  network_.backend().watch(fd_, kReadable | kWritable, *this);
  touch();
}

TcpConnection::~TcpConnection() {
  if (idle_ != nullptr) idle_->remove(*this);
  network_.backend().unwatch(*this);
  discard_unread();
  if (dropped_) {
    // To dissolve a connection is to reset it, whoever else in the system still holds its file.
    const sockaddr nobody{AF_UNSPEC, {}};
    ::connect(fd_, &nobody, sizeof nobody);
  }
  ::shutdown(fd_, SHUT_RDWR);
  ::close(fd_);
  if (listener_) listener_->release(network_, peer_.host);
}

Result<std::size_t> TcpConnection::read(MutableBytes into) {
  if (dead_) return Error::closed;
  if (!readable_ || into.empty()) return Error::would_block;
  for (;;) {
    const ssize_t got = ::recv(fd_, into.data(), into.size(), MSG_DONTWAIT);
    if (got > 0) {
      // All was taken if there was less than asked for; what comes later is announced again. Only the end of the
      // stream, if it was announced already, is not.
      if (static_cast<std::size_t>(got) < into.size() && !peer_done_) readable_ = false;
      touch();
      return static_cast<std::size_t>(got);
    }
    if (got == 0) {
      readable_ = false;
      return Error::closed;
    }
    if (errno == EINTR) continue;
    readable_ = false;
    if (errno == EAGAIN) return Error::would_block;
    die();
    return Error::closed;
  }
}

void TcpConnection::send(std::vector<ports::Piece> pieces) {
  if (dead_ || closing_) return;
  for (ports::Piece& piece : pieces) {
    const std::uint64_t size = piece.size();
    if (size == 0) continue;
    unsent_ += size;
    out_.push_back(std::move(piece));
  }
  if (unsent_ > 0) network_.queue_flush(*this);
}

void TcpConnection::resume_reading() {
  paused_ = false;
  unwanted_ = 0;
  if (dead_ || closing_) return;
  if (!reading_watched_) {
    reading_watched_ = true;
    network_.backend().change(*this, kReadable | kWritable);
  }
  if (readable_) network_.queue_read(*this);
}

void TcpConnection::close(bool graceful) {
  if (dead_) return;
  if (!graceful) return drop();
  if (closing_) return;
  closing_ = true;
  if (unsent_ == 0) return die();
  if (idle_ != nullptr) idle_->remove(*this);
  idle_ = &network_.closing_list();
  idle_->touch(*this);
}

void TcpConnection::expect_silence(bool silence) {
  silence_ = silence;
  touch();
}

void TcpConnection::on_ready(Readiness changed) {
  if (dead_) return;
  if ((changed & kBroken) != 0) return die();
  if ((changed & kPeerDone) != 0) peer_done_ = true;
  if ((changed & kReadable) != 0) {
    readable_ = true;
    if (paused_ || closing_) {
      // Most pauses end before this is worth two system calls.
      if (++unwanted_ >= kUnwantedChanges && reading_watched_) {
        reading_watched_ = false;
        network_.backend().change(*this, kWritable);
      }
    } else {
      network_.queue_read(*this);
    }
  }
  if ((changed & kWritable) != 0) {
    writable_ = true;
    if (unsent_ > 0) network_.queue_flush(*this);
  }
}

void TcpConnection::on_idle() {
  if (closing_ || !silence_) die();
}

bool TcpConnection::flush() {
  std::uint64_t sent = 0;
  while (unsent_ > 0 && sent < kMaxSentPerTurn) {
    const Progress progress = out_[out_at_].file ? send_file(sent) : send_memory(sent);
    if (progress == Progress::some) continue;
    if (progress == Progress::failed) die();
    writable_ = false;
    break;
  }
  if (sent > 0) touch();
  if (unsent_ > 0) return false;
  if (closing_) die();
  return !dead_;
}

TcpConnection::Progress TcpConnection::send_memory(std::uint64_t& sent) {
  std::array<iovec, kMaxGather> vectors;
  std::size_t count = 0;
  std::size_t at = out_at_;
  std::uint64_t skip = out_done_;
  for (; at < out_.size() && count < kMaxGather && !out_[at].file; ++at) {
    vectors[count++] = {out_[at].memory.data() + skip, out_[at].memory.size() - skip};
    skip = 0;
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  // More follows: the system need not send a packet that is not full.
  const int more = at < out_.size() ? MSG_MORE : 0;
  const ssize_t put = ::sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL | more);
  if (put < 0) {
    if (errno == EINTR) return Progress::some;
    return errno == EAGAIN ? Progress::full : Progress::failed;
  }
  sent += static_cast<std::uint64_t>(put);
  advance(static_cast<std::uint64_t>(put));
  return Progress::some;
}

TcpConnection::Progress TcpConnection::send_file(std::uint64_t& sent) {
  const ports::Piece& piece = out_[out_at_];
  const auto& file = static_cast<const ShardFile&>(*piece.file);
  auto position = static_cast<off_t>(piece.position.value() + out_done_);
  const std::uint64_t wanted = std::min(piece.length - out_done_, kMaxSentPerTurn);
  const ssize_t put = ::sendfile(fd_, file.descriptor(), &position, wanted);
  if (put < 0) {
    if (errno == EINTR) return Progress::some;
    return errno == EAGAIN ? Progress::full : Progress::failed;
  }
  // The file ends before the range: what was promised cannot be sent, and the stream cannot go on without it.
  if (put == 0) return Progress::failed;
  sent += static_cast<std::uint64_t>(put);
  advance(static_cast<std::uint64_t>(put));
  return Progress::some;
}

void TcpConnection::advance(std::uint64_t bytes) {
  unsent_ -= bytes;
  while (bytes > 0) {
    ports::Piece& piece = out_[out_at_];
    const std::uint64_t part = std::min(bytes, piece.size() - out_done_);
    out_done_ += part;
    bytes -= part;
    if (out_done_ == piece.size()) {
      piece = {};  // what has left is given back at once
      out_done_ = 0;
      ++out_at_;
    }
  }
  if (out_at_ == out_.size()) {
    out_at_ = 0;
    out_.clear();
    if (out_.capacity() > 8) out_.shrink_to_fit();
  } else if (out_at_ >= kMaxGather) {
    out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(out_at_));
    out_at_ = 0;
  }
}

void TcpConnection::touch() {
  if (idle_ != nullptr && !dead_) idle_->touch(*this);
}

// With a reset: else the system would go on offering the peer what it has not acknowledged, for minutes if the network
// is cut, and an abandoned request would be carried out after whatever was asked instead of it.
void TcpConnection::drop() {
  dropped_ = true;
  die();
}

void TcpConnection::die() {
  if (dead_) return;
  dead_ = true;
  if (idle_ != nullptr) idle_->remove(*this);
  network_.queue_burial(*this);
}

void TcpConnection::discard_unread() {
  // The system answers bytes that nobody has read with a reset, which may overtake and destroy what was sent last.
  if (!closing_) return;
  std::array<std::byte, 4096> scratch;
  std::size_t total = 0;
  while (total < kMaxDiscarded) {
    const ssize_t got = ::recv(fd_, scratch.data(), scratch.size(), MSG_DONTWAIT);
    if (got <= 0) break;
    total += static_cast<std::size_t>(got);
  }
}

}  // namespace millrace::runtime
