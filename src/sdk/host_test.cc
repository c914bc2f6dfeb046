#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "millrace/producer.h"

// A client is a guest in somebody else's process.
namespace millrace::client {
namespace {

ProducerConfig config() { return ProducerConfig().bootstrap_servers("127.0.0.1:1"); }  // nobody listens there

// What systemd would hear.
class Listener {
 public:
  Listener() : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    const std::string name = "millrace-host-test-" + std::to_string(::getpid());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());  // an abstract name: no file
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
  }
  ~Listener() {
    ::unsetenv("NOTIFY_SOCKET");
    ::close(fd_);
  }
  std::string heard() const {
    char buffer[100];
    const ssize_t got = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
    return got < 0 ? std::string() : std::string(buffer, static_cast<std::size_t>(got));
  }

 private:
  int fd_;
};

// Or systemd would take the end of a client for that of its program, and kill the program after a while.
TEST(Host, SystemdHearsNothingOfAClient) {
  const Listener systemd;
  {
    auto producer = Producer::create(config());
    ASSERT_TRUE(producer);
    ASSERT_TRUE(producer->close(std::chrono::milliseconds(1'000)));
  }
  EXPECT_EQ(systemd.heard(), "");
}

// A soft limit on files for a test, and what was before afterwards.
class FileLimit {
 public:
  explicit FileLimit(rlim_t files) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit less{files, before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &less), 0);
  }
  ~FileLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(Host, TheLimitOfOpenFilesIsTheProgramsOwn) {
  const FileLimit limit(200);
  ASSERT_TRUE(Producer::create(config()));
  rlimit now{};
  ::getrlimit(RLIMIT_NOFILE, &now);
  EXPECT_EQ(now.rlim_cur, 200U);
}

TEST(Host, WithoutDescriptorsNoClientIsMadeAndTheErrorSaysSo) {
  const FileLimit limit(100);
  std::vector<int> all;
  for (int fd = ::open("/dev/null", O_RDONLY); fd >= 0; fd = ::open("/dev/null", O_RDONLY)) all.push_back(fd);
  // From none left to as many as a client needs: each time a client or an error, and never anything worse.
  bool made = false;
  for (int left = 0; left < 40 && !all.empty(); ++left) {
    const auto producer = Producer::create(config());
    made = producer.ok();
    if (!producer) {
      EXPECT_TRUE(producer.error().is(Cause::wrong_state));
      EXPECT_NE(producer.error().message.find("descriptors"), std::string::npos) << producer.error().message;
    }
    if (left == 0) {
      EXPECT_FALSE(made);
    }
    ::close(all.back());
    all.pop_back();
  }
  EXPECT_TRUE(made);
  for (const int fd : all) ::close(fd);
}

}  // namespace
}  // namespace millrace::client
