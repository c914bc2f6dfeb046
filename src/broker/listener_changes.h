#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "broker/node_facts.h"

namespace millrace::broker {

class Broker;

// Lets listeners of clients come and go while the node runs, as its settings say (KIP-226): by their names, on every
// shard. What others are told of the node does not change, as with Kafka; nor do listeners of controllers. On shard 0.
class ListenerChanges {
 public:
  explicit ListenerChanges(Broker& broker) : broker_(broker) {}

  // The node serves, and listens on these.
  void begin(std::vector<Listener> listeners);
  // Settings may have changed. Does nothing before begin() and after end(). What cannot be done has a line in the log
  // and is tried again with the next change.
  void follow();
  void end() { running_ = false; }

 private:
  void add(const Listener& listener);
  void remove(const std::string& name);
  template <typename Work>
  void on_others(Work work);
  void one_less();

  Broker& broker_;
  std::vector<Listener> listeners_;
  std::string seen_;         // the settings that listeners_ follows
  std::size_t waiting_ = 0;  // for answers of other shards; nothing else changes meanwhile
  bool again_ = false;
  bool running_ = false;
};

}  // namespace millrace::broker
