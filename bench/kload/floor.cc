// What the machine itself needs, without a broker: one thread receives, checks and writes; then it sends the same from
// the page cache.
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <random>
#include <thread>
#include <vector>

#include "kload/connection.h"
#include "kload/tally.h"
#include "kload/wire.h"

namespace kload {
namespace {

constexpr std::size_t kUnit = 65536;
constexpr std::size_t kSendUnit = 1 << 20;

struct Cost {
  double cpu_s = 0;
  double seconds = 0;
};

template <typename Work>
Cost cost_of(Work work) {
  const double cpu = thread_cpu_s();
  const std::int64_t began = now_ns();
  work();
  return {thread_cpu_s() - cpu, static_cast<double>(now_ns() - began) / 1e9};
}

int listen_somewhere(std::string& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, raw, size) != 0 || ::listen(listener, 4) != 0) die("bind");
  ::getsockname(listener, raw, &size);
  port = std::to_string(ntohs(address.sin_port));
  return listener;
}

void take_in(int peer, int file, std::size_t total) {
  std::vector<char> unit(kUnit);
  volatile std::uint32_t sum = 0;  // so that the checksums are not left out
  for (std::size_t done = 0; done < total; done += kUnit) {
    for (std::size_t got = 0; got < kUnit;) {
      const ssize_t part = ::recv(peer, unit.data() + got, kUnit - got, 0);
      if (part <= 0) die("floor recv");
      got += static_cast<std::size_t>(part);
    }
    sum = sum ^ crc32c(unit.data(), kUnit);
    if (::write(file, unit.data(), kUnit) != static_cast<ssize_t>(kUnit)) die("floor write");
  }
}

void give_out(int peer, int file, std::size_t total) {
  for (off_t at = 0; static_cast<std::size_t>(at) < total;) {
    if (::sendfile(peer, file, &at, kSendUnit) <= 0) die("floor sendfile");
  }
}

void feed(const std::string& port, std::size_t total) {
  std::vector<char> unit(kUnit);
  std::mt19937_64 dice(1);
  for (char& byte : unit) byte = static_cast<char>(dice());
  Connection connection("127.0.0.1", port);
  for (std::size_t done = 0; done < total; done += kUnit) connection.send(unit.data(), kUnit);
}

void drain(const std::string& port) {
  std::vector<char> unit(kSendUnit);
  const Connection connection("127.0.0.1", port);
  while (::recv(connection.descriptor(), unit.data(), unit.size(), 0) > 0) {
  }
}

}  // namespace

int run_floor(const Options& options) {
  const std::string path = options.text("dir", ".") + "/kload.floor";
  const std::size_t total = static_cast<std::size_t>(options.number("mbytes", 2000) * 1e6) / kUnit * kUnit;
  std::string port;
  const int listener = listen_somewhere(port);
  Cost in, out;
  std::thread server([&] {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644);
    int peer = ::accept(listener, nullptr, nullptr);
    in = cost_of([&] { take_in(peer, file, total); });
    ::close(peer);
    peer = ::accept(listener, nullptr, nullptr);
    out = cost_of([&] { give_out(peer, file, total); });
    ::close(peer);
    ::close(file);
    ::unlink(path.c_str());
  });
  feed(port, total);
  drain(port);
  server.join();
  ::close(listener);
  const double gb = static_cast<double>(total) / 1e9;
  std::printf(
      "{\"mode\":\"floor\",\"in_cpu_s_per_GB\":%.3f,\"in_MB_per_s\":%.0f,\"out_cpu_s_per_GB\":%.3f,\"out_MB_per_s\":%."
      "0f}\n",
      in.cpu_s / gb, gb * 1000 / in.seconds, out.cpu_s / gb, gb * 1000 / out.seconds);
  return 0;
}

}  // namespace kload
