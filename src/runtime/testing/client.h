#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::runtime {

// A blocking TCP client on 127.0.0.1, as simple as a stranger's.
class Client {
 public:
  // `receive_buffer`: bytes, to make back-pressure felt early; 0 leaves it to the system.
  explicit Client(std::uint16_t port, int receive_buffer = 0);
  ~Client();
  Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Client& operator=(Client&&) = delete;

  // False if the connection is broken.
  bool write(std::string_view bytes);
  // Exactly `size` bytes, fewer if the stream ends.
  std::string read(std::size_t size);
  // Whether the stream ends now, without another byte.
  bool at_end() { return read(1).empty(); }
  // Whether the stream ends now with a reset.
  bool was_reset();
  void finish_writing();
  // Ends the connection with a reset.
  void reset();
  // A socket that is connected later.
  static Client unconnected(int receive_buffer = 0);
  bool connect(std::uint16_t port);
  // How many sent bytes the other end's system has not acknowledged; false if that cannot be told.
  bool bytes_under_way(int& bytes) const;

 private:
  explicit Client(int fd, std::nullptr_t) : fd_(fd) {}
  int fd_;
};

}  // namespace millrace::runtime
