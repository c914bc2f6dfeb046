#pragma once

#include <unistd.h>

#include <utility>

namespace millrace::runtime {

// Closes a file descriptor unless it was taken: for descriptors that travel in calls which may never be made.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.take()) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int take() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

}  // namespace millrace::runtime
