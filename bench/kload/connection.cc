#include "kload/connection.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "kload/wire.h"

namespace kload {
namespace {

constexpr int kMetadataTries = 200;
constexpr int kTopicExists = 36;
constexpr int kReplicaNotAvailable = 9;

std::vector<std::pair<std::string, std::string>> pairs(const std::string& words) {
  std::vector<std::pair<std::string, std::string>> found;
  std::stringstream stream(words);
  for (std::string word; std::getline(stream, word, ',');) {
    const auto equals = word.find('=');
    if (equals != std::string::npos) found.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return found;
}

// False as long as a partition has no leader.
bool parse_metadata(const Bytes& bytes, Leaders& found) {
  Reader answer(bytes);
  answer.take(2 * 4);
  for (int brokers = answer.i32(); brokers > 0; --brokers) {
    const int id = answer.i32();
    const std::string host = answer.text();
    found.nodes[id] = {host, std::to_string(answer.i32())};
    answer.text();
  }
  answer.text();
  answer.i32();
  bool whole = true;
  for (int topics = answer.i32(); topics > 0; --topics) {
    whole = answer.i16() == 0 && whole;
    answer.text();
    answer.i8();
    const int partitions = answer.i32();
    found.of_partition.assign(static_cast<std::size_t>(partitions), -1);
    whole = partitions > 0 && whole;
    for (int i = 0; i < partitions; ++i) {
      const int error = answer.i16();
      whole = (error == 0 || error == kReplicaNotAvailable) && whole;
      const int id = answer.i32();
      found.of_partition[static_cast<std::size_t>(id)] = answer.i32();
      for (int list = 0; list < 2; ++list) {
        for (int replicas = answer.i32(); replicas > 0; --replicas) answer.i32();
      }
    }
  }
  return whole && std::all_of(found.of_partition.begin(), found.of_partition.end(),
                              [&found](int leader) { return found.nodes.count(leader) > 0; });
}

}  // namespace

Connection::Connection(const std::string& host, const std::string& port) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) die("resolve " + host);
  for (const addrinfo* one = found; one != nullptr && fd_ < 0; one = one->ai_next) {
    fd_ = ::socket(one->ai_family, SOCK_STREAM, 0);
    if (::connect(fd_, one->ai_addr, one->ai_addrlen) == 0) break;
    ::close(fd_);
    fd_ = -1;
  }
  freeaddrinfo(found);
  if (fd_ < 0) die("connect " + host + ":" + port);
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Connection::~Connection() { ::close(fd_); }

void Connection::send(const char* from, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(fd_, from, size, MSG_NOSIGNAL);
    if (sent <= 0) die("send");
    from += sent;
    size -= static_cast<std::size_t>(sent);
  }
}

void Connection::receive(char* into, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::recv(fd_, into, size, 0);
    if (got <= 0) die("connection closed by broker");
    into += got;
    size -= static_cast<std::size_t>(got);
  }
}

Bytes Connection::frame() {
  std::uint32_t size = 0;
  receive(reinterpret_cast<char*>(&size), sizeof size);
  Bytes bytes(ntohl(size), 0);
  receive(bytes.data(), bytes.size());
  return bytes;
}

bool Connection::readable(std::int64_t patience_ns) const {
  pollfd asked{fd_, POLLIN, 0};
  const timespec patience{patience_ns / 1'000'000'000, patience_ns % 1'000'000'000};
  return ::ppoll(&asked, 1, &patience, nullptr) > 0;
}

Leaders leaders(const Options& options, const std::string& topic) {
  const auto [host, port] = options.bootstrap();
  Writer body;
  body.i32(1);
  body.text(topic);
  body.i8(0);
  for (int tries = 0; tries < kMetadataTries; ++tries) {
    Leaders found;
    if (parse_metadata(Connection(host, port).ask(request(3, 4, 1, body.bytes)), found)) return found;
    ::usleep(100000);
  }
  die("no metadata for " + topic);
}

void create_topic(const Options& options, const std::string& topic, int partitions) {
  const auto [host, port] = options.bootstrap();
  const auto configs = pairs(options.text("configs", ""));
  Writer body;
  body.i32(1);
  body.text(topic);
  body.i32(partitions);
  body.i16(static_cast<std::int16_t>(options.whole("rf", 1)));
  body.i32(0);
  body.i32(static_cast<std::int32_t>(configs.size()));
  for (const auto& [name, value] : configs) {
    body.text(name);
    body.text(value);
  }
  body.i32(30000);
  body.i8(0);
  const Bytes bytes = Connection(host, port).ask(request(19, 4, 1, body.bytes));
  Reader answer(bytes);
  answer.take(2 * 4);
  for (int topics = answer.i32(); topics > 0; --topics) {
    answer.text();
    const int error = answer.i16();
    const std::string message = answer.text();
    if (error != 0 && error != kTopicExists) die("create topic: error " + std::to_string(error) + " " + message);
    if (error == 0) ::sleep(2);
  }
}

}  // namespace kload
