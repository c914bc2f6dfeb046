#pragma once

#include <map>
#include <string_view>

#include "client/consumer/group_offsets.h"
#include "millrace/record.h"
#include "millrace/result.h"
#include "millrace/topic_partition.h"

// What a program hands in, looked at before brokers see it: Cause::invalid_argument with the name of the call, for what
// could never be right, and what a request cannot carry would spoil those of others. Which letters the name of a topic
// may have is the brokers' to say.
namespace millrace::client {

// Neither empty nor longer than any topic's name.
Status check_topic(std::string_view call, std::string_view topic);
// The same, and a number from 0.
Status check_partition(std::string_view call, const TopicPartition& partition);
// Positions to commit: such partitions, offsets from 0, leader epochs from 0.
Status check_offsets(std::string_view call, const Offsets& offsets);
// Times from 0: the special ones of the protocol have calls of their own.
Status check_times(std::string_view call, const std::map<TopicPartition, std::int64_t>& times);
// A topic's name, and a timestamp from 0.
Status check_record(const Record& record);

}  // namespace millrace::client
