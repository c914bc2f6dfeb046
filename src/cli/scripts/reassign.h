#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/scripts/script.h"

// The parts of kafka-reassign-partitions.
namespace millrace::cli {

using Replicas = std::vector<std::int32_t>;
using Assignment = std::map<client::TopicPartition, Replicas>;
using Directories = std::map<client::BrokerReplica, std::string>;

// What a reassignment file asks for, in its order.
struct ReassignmentFile {
  std::vector<std::pair<client::TopicPartition, Replicas>> partitions;
  Directories directories;  // where replicas are to stand; those that may stand anywhere are left out

  Assignment assignment() const { return {partitions.begin(), partitions.end()}; }
};
Result<ReassignmentFile, std::string> parse_reassignment(const std::string& text);
// As above, refused where it is empty or names something twice: what --execute demands.
Result<ReassignmentFile, std::string> parse_execution(const std::string& text);
// The topics of a file for --generate.
Result<std::vector<std::string>, std::string> parse_topics(const std::string& text);

// The file that would make this assignment; directories that are not given are "any".
std::string reassignment_json(const Assignment& assignment, const Directories& directories);

// Replicas for each partition of a topic, spread over brokers (with racks, when every broker has one) as Kafka places
// the replicas of a new topic, beginning with the first broker. Precondition: 0 < `replicas` <= brokers.
std::vector<Replicas> spread(const std::vector<client::Node>& brokers, std::size_t partitions, std::size_t replicas,
                             bool racks);

// "orders-0-1": the replica on broker 1.
std::string text_of(const client::BrokerReplica& replica);

}  // namespace millrace::cli
