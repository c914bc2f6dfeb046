#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "millrace/config.h"
#include "millrace/result.h"
#include "millrace/topic_partition.h"

namespace millrace::client {

// What became of one of several things asked for together: each succeeds or fails by itself.
template <typename K, typename V = void>
struct Item {
  K key;
  Result<V> result;
};
template <typename K, typename V = void>
using Items = std::vector<Item<K, V>>;

// The result for `key`, null if it was not asked for.
template <typename K, typename V, typename Key>
const Result<V>* find(const Items<K, V>& items, const Key& key) {
  for (const auto& item : items) {
    if (item.key == key) return &item.result;
  }
  return nullptr;
}

// Of one call.
struct AdminOptions {
  // How long it may take, retries included; from 1 ms. None: default.api.timeout.ms (60 s unless set).
  std::optional<std::chrono::milliseconds> timeout;
};

// Of a call that describes something.
struct DescribeOptions : AdminOptions {
  bool authorized_operations = false;  // what this user may do with it is to be told too (KIP-430)
};

// Settings of an admin client: Kafka's names, or the setters for the most used.
class AdminConfig : public CommonConfig<AdminConfig> {
 public:
  // bootstrap.controllers: instead of bootstrap.servers, for a cluster whose brokers are down (KIP-919).
  AdminConfig& bootstrap_controllers(std::string servers) { return set("bootstrap.controllers", std::move(servers)); }
  // default.api.timeout.ms: how long calls may take that name no time. From 0 ms; 60 s unless set.
  AdminConfig& default_timeout(std::chrono::milliseconds time) { return set_time("default.api.timeout.ms", time); }
};

}  // namespace millrace::client
