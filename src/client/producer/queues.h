#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/metadata.h"
#include "client/producer/batch.h"
#include "client/producer/sticky.h"

namespace millrace::client {

// The batches of one partition: those that wait, in order, and those that a broker has not answered yet.
struct PartitionQueue {
  std::string topic;
  std::int32_t partition = 0;
  std::deque<BatchPtr> waiting;    // those that are tried again come first, in their old order
  std::vector<BatchPtr> in_flight;
  std::int32_t next_sequence = 0;
  std::int32_t acked_sequence = -1;  // the last one that a broker has confirmed; -1 none

  // Puts a batch that is to be tried again where it was.
  void put_back(BatchPtr batch);
  void forget_in_flight(const BatchPtr& batch);
  // Begins anew: every waiting batch gets its sequences again, from 0, when it is next sent.
  void restart_sequences();
};

// A record whose partition cannot be chosen before more is known of its topic.
struct Parked {
  KeptRecord record;
  DeliveryCallback delivery;
  MonoTime deadline;
  std::uint64_t number = 0;  // records of one producer are numbered as they are parked
};

// One topic's partitions, as far as records have gone there.
struct TopicQueues {
  std::string name;
  std::vector<std::unique_ptr<PartitionQueue>> partitions;
  StickyChoice sticky;
  std::deque<Parked> parked;
  MonoTime last_used;
  ClusterViewPtr seen;                  // where `view` is from
  const TopicView* view = nullptr;      // null: not known there
  std::vector<std::int32_t> available;  // partitions that have a leader there

  // Makes queues up to this number of partitions.
  void grow(std::size_t count);
};

}  // namespace millrace::client
