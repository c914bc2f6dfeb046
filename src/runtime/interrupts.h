#pragma once

#include <signal.h>

namespace millrace::runtime {

// While one lives, SIGINT and SIGTERM do not end the process: they are told by asked(), so that a program can come to
// an orderly end. Made before any thread is started, since threads inherit that these signals are held back. One
// thread.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  // Whether one of the signals has come. After a second one the process ends at once, with code 128 + signal.
  bool asked();

 private:
  sigset_t before_{};
  int fd_ = -1;
  bool asked_ = false;
};

}  // namespace millrace::runtime
