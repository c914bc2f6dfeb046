#include "client/producer/queues.h"

#include <algorithm>
#include <utility>

namespace millrace::client {

void PartitionQueue::put_back(BatchPtr batch) {
  auto at = waiting.begin();
  while (at != waiting.end() && (*at)->order <= batch->order && (*at)->numbered) ++at;
  waiting.insert(at, std::move(batch));
}

void PartitionQueue::forget_in_flight(const BatchPtr& batch) {
  std::erase(in_flight, batch);
}

void PartitionQueue::restart_sequences() {
  next_sequence = 0;
  acked_sequence = -1;
  for (const BatchPtr& batch : waiting) {
    batch->attempts = 0;
    batch->numbered = false;
  }
}

void TopicQueues::grow(std::size_t count) {
  while (partitions.size() < count) {
    auto queue = std::make_unique<PartitionQueue>();
    queue->topic = name;
    queue->partition = static_cast<std::int32_t>(partitions.size());
    partitions.push_back(std::move(queue));
  }
}

}  // namespace millrace::client
