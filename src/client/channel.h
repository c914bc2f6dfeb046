#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "ports/net.h"

namespace millrace::client {

// Who uses a channel; outlives it or lets go of it with Channel::abandon().
class ChannelUser {
 public:
  virtual ~ChannelUser() = default;
  // One answer, without its length.
  virtual void on_answer(Buffer frame) = 0;
  // The connection is gone; `why` is none when the peer closed it in order. The last call.
  virtual void on_channel_gone(::millrace::Error why) = 0;
  // The network has given the connection up without a word, as it does when its shard ends. In place of the last call;
  // nothing may be begun in it.
  virtual void on_channel_destroyed() = 0;
};

// One connection: frames out, frames in. Owned by the network, as every handler.
class Channel final : public ports::ConnectionHandler {
 public:
  Channel(ports::Connection& connection, ChannelUser& user) : connection_(connection), user_(&user) {}
  ~Channel() override {
    if (user_ != nullptr) user_->on_channel_destroyed();
  }

  // Sends whole frames, their lengths included.
  void send(std::vector<ports::Piece> pieces) { connection_.send(std::move(pieces)); }
  void send(Buffer frame);
  std::uint64_t unsent() const { return connection_.unsent(); }
  // Closes and calls the user no more. `graceful`: after everything sent has left.
  void abandon(bool graceful);

  void on_readable() override;
  void on_sent() override {}
  void on_closed() override;

 private:
  // Reads once; false when there is nothing more now or the connection is over.
  bool read_once();
  bool take_scratch(Bytes bytes);
  bool begin_frame(std::size_t size);
  void make_room(std::size_t bytes);
  void deliver_if_whole();
  void broken(::millrace::Error why);

  ports::Connection& connection_;
  ChannelUser* user_;
  ::millrace::Error why_ = ::millrace::Error::none;
  std::vector<std::byte> scratch_;
  std::byte length_[4];
  std::size_t length_filled_ = 0;
  bool in_body_ = false;
  std::size_t frame_size_ = 0;
  std::size_t filled_ = 0;
  Buffer frame_;
};

}  // namespace millrace::client
