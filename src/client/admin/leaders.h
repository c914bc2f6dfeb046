#pragma once

#include <string>
#include <utility>
#include <vector>

#include "client/admin/core.h"

// Calls that go to the leaders of partitions.
namespace millrace::client::admin {

// "deleting records of t-0".
inline std::string named(const char* what, const TopicPartition& partition) {
  return std::string(what) + " " + partition.topic + "-" + std::to_string(partition.partition);
}

// Sends each leader its partitions by `send` (GatherPtr<Items>, NodeId, partitions); those without a leader fail.
template <typename V, typename Send>
void to_leaders(AdminCore& core, std::vector<TopicPartition> partitions, Millis timeout,
                Done<Items<TopicPartition, V>> done, Send send) {
  auto all = gather<Items<TopicPartition, V>>(std::move(done));
  by_leader(core, std::move(partitions), timeout,
            [all, send = std::move(send)](client::Result<ByLeader> found) mutable {
              if (!found) return all->fail(found.error());
              for (auto& item : found->failed) all->value.push_back({item.key, item.result.error()});
              for (auto& [leader, led] : found->leaders) send(all, leader, std::move(led));
            });
}

// Puts one leader's items among all; its failure is that of all its partitions.
template <typename V>
void put_items(Gather<Items<TopicPartition, V>>& all, const std::vector<TopicPartition>& led,
               client::Result<Items<TopicPartition, V>> items) {
  if (!items) {
    for (const auto& partition : led) all.value.push_back({partition, items.error()});
    return;
  }
  for (auto& item : *items) all.value.push_back(std::move(item));
}

}  // namespace millrace::client::admin
