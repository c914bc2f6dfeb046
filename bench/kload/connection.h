#pragma once

#include <vector>

#include "kload/basics.h"

namespace kload {

// A blocking connection to a broker.
class Connection {
 public:
  Connection(const std::string& host, const std::string& port);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(const char* from, std::size_t size);
  void send(const Bytes& bytes) { send(bytes.data(), bytes.size()); }
  // The next answer, without its length.
  Bytes frame();
  // Sends a request and waits for its answer.
  Bytes ask(const Bytes& request) {
    send(request);
    return frame();
  }
  // Whether something can be read, after at most so many nanoseconds.
  bool readable(std::int64_t patience_ns) const;
  int descriptor() const { return fd_; }

 private:
  void receive(char* into, std::size_t size);
  int fd_ = -1;
};

struct Node {
  std::string host, port;
};
// Who leads each partition of a topic.
struct Leaders {
  std::map<int, Node> nodes;
  std::vector<int> of_partition;
  const Node& node(int partition) const { return nodes.at(of_partition[static_cast<std::size_t>(partition)]); }
};
// Waits until each partition has a leader.
Leaders leaders(const Options& options, const std::string& topic);
// --rf, --configs; a topic that is there already is left as it is.
void create_topic(const Options& options, const std::string& topic, int partitions);

}  // namespace kload
