#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace millrace::cli {

// The hash of a string that is ASCII, and of a partition, as Kafka's classes have them.
std::uint32_t java_hash(std::string_view key);
std::uint32_t java_hash(std::string_view topic, std::int32_t partition);
// The place of a key with that hash in a java.util.HashMap of so many buckets.
std::size_t java_bucket(std::uint32_t hash, std::size_t buckets);
// The buckets of a HashMap that was made for `expected` keys (0: of the size that is usual) and has got `keys`.
std::size_t java_buckets(std::size_t expected, std::size_t keys);

// Puts `items`, which are in the order in which they were added, into the one in which a HashMap goes through them:
// Kafka's tools print some lists in that order. `hash_of`: of an item's key.
template <typename Item, typename Hash>
void order_as_java(std::vector<Item>& items, std::size_t expected, Hash hash_of) {
  const std::size_t buckets = java_buckets(expected, items.size());
  std::ranges::stable_sort(items, {}, [&](const Item& item) { return java_bucket(hash_of(item), buckets); });
}

}  // namespace millrace::cli
