// What Kafka's clients say of an error: the exception's name, and its words where the broker sent none.
#include <algorithm>
#include <array>

#include "cli/scripts/script.h"

namespace millrace::cli {
namespace {

struct JavaError {
  std::string_view code;
  std::string_view name;   // empty: made of the code
  std::string_view words;
};

constexpr auto kErrors = std::to_array<JavaError>({
    {"UNKNOWN_SERVER_ERROR", "UnknownServerException",
     "The server experienced an unexpected error when processing the request."},
    {"UNKNOWN_TOPIC_OR_PARTITION", "", "This server does not host this topic-partition."},
    {"LEADER_NOT_AVAILABLE", "",
     "There is no leader for this topic-partition as we are in the middle of a leadership election."},
    {"REQUEST_TIMED_OUT", "TimeoutException", "The request timed out."},
    {"BROKER_NOT_AVAILABLE", "", "The broker is not available."},
    {"COORDINATOR_LOAD_IN_PROGRESS", "", "The coordinator is loading and hence can't process requests."},
    {"COORDINATOR_NOT_AVAILABLE", "", "The coordinator is not available."},
    {"NOT_COORDINATOR", "", "This is not the correct coordinator."},
    {"INVALID_TOPIC_EXCEPTION", "", "The request attempted to perform an operation on an invalid topic."},
    {"INVALID_GROUP_ID", "", "The group id is invalid."},
    {"UNKNOWN_MEMBER_ID", "", "The coordinator is not aware of this member."},
    {"REBALANCE_IN_PROGRESS", "", "The group is rebalancing, so a rejoin is needed."},
    {"TOPIC_AUTHORIZATION_FAILED", "TopicAuthorizationException", "Topic authorization failed."},
    {"GROUP_AUTHORIZATION_FAILED", "GroupAuthorizationException", "Group authorization failed."},
    {"CLUSTER_AUTHORIZATION_FAILED", "ClusterAuthorizationException", "Cluster authorization failed."},
    {"UNSUPPORTED_VERSION", "", "The version of API is not supported."},
    {"TOPIC_ALREADY_EXISTS", "TopicExistsException", "Topic with this name already exists."},
    {"INVALID_PARTITIONS", "", "Number of partitions is below 1."},
    {"INVALID_REPLICATION_FACTOR", "", "Replication factor is below 1 or larger than the number of available brokers."},
    {"INVALID_REPLICA_ASSIGNMENT", "", "Replica assignment is invalid."},
    {"INVALID_CONFIG", "InvalidConfigurationException", "Configuration is invalid."},
    {"NOT_CONTROLLER", "", "This is not the correct controller for this cluster."},
    {"INVALID_REQUEST", "",
     "This most likely occurs because of a request being malformed by the client library or the message was "
     "sent to an incompatible broker. See the broker logs for more details."},
    {"POLICY_VIOLATION", "", "Request parameters do not satisfy the configured policy."},
    {"SECURITY_DISABLED", "", "Security features are disabled."},
    {"OFFSET_OUT_OF_RANGE", "", "The requested offset is not within the range of offsets maintained by the server."},
    {"KAFKA_STORAGE_ERROR", "KafkaStorageException", "Disk error when trying to access log file on the disk."},
    {"LOG_DIR_NOT_FOUND", "", "The user-specified log directory is not found in the broker config."},
    {"REPLICA_NOT_AVAILABLE", "",
     "The replica is not available for the requested topic-partition. Produce/Fetch requests and other requests "
     "intended only for the leader or follower return NOT_LEADER_OR_FOLLOWER if the broker is not a replica of "
     "the topic-partition."},
    {"REASSIGNMENT_IN_PROGRESS", "", "A partition reassignment is in progress."},
    {"NON_EMPTY_GROUP", "GroupNotEmptyException", "The group is not empty."},
    {"GROUP_ID_NOT_FOUND", "", "The group id does not exist."},
    {"TOPIC_DELETION_DISABLED", "", "Topic deletion is disabled."},
    {"PREFERRED_LEADER_NOT_AVAILABLE", "", "The preferred leader was not available."},
    {"ELIGIBLE_LEADERS_NOT_AVAILABLE", "", "Eligible topic partition leaders are not available."},
    {"ELECTION_NOT_NEEDED", "", "Leader election not needed for topic partition."},
    {"NO_REASSIGNMENT_IN_PROGRESS", "", "No partition reassignment is in progress."},
    {"GROUP_SUBSCRIBED_TO_TOPIC", "",
     "Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to it."},
    {"THROTTLING_QUOTA_EXCEEDED", "", "The throttling quota has been exceeded."},
    {"RESOURCE_NOT_FOUND", "", "A request illegally referred to a resource that does not exist."},
    {"DUPLICATE_RESOURCE", "", "A request illegally referred to the same resource twice."},
    {"UNACCEPTABLE_CREDENTIAL", "", "Requested credential would not meet criteria for acceptability."},
    {"INVALID_UPDATE_VERSION", "", "The given update version was invalid."},
    {"FEATURE_UPDATE_FAILED", "", "Unable to update finalized features due to an unexpected server error."},
    {"UNKNOWN_TOPIC_ID", "", "This server does not host this topic ID."},
    {"BROKER_ID_NOT_REGISTERED", "", "The given broker ID was not registered."},
    {"MISMATCHED_ENDPOINT_TYPE", "", "The request was sent to an endpoint of the wrong type."},
    {"UNSUPPORTED_ENDPOINT_TYPE", "", "This endpoint type is not supported yet."},
    {"VOTER_NOT_FOUND", "", "The voter is not part of the set of voters."},
    {"DUPLICATE_VOTER", "", "The voter is already part of the set of voters."},
    {"INVALID_VOTER_KEY", "", "The voter key doesn't match the receiving replica's key."},
    {"NOT_LEADER_OR_FOLLOWER", "",
     "For requests intended only for the leader, this error indicates that the broker is not the current "
     "leader. For requests intended for any replica, this error indicates that the broker is not a replica of "
     "the topic partition."},
});

const JavaError* find_error(std::string_view code) {
  const auto at = std::ranges::find(kErrors, code, &JavaError::code);
  return at == kErrors.end() ? nullptr : &*at;
}

}  // namespace

std::string plain_message(const client::Error& error) {
  if (!error.detail.empty()) return error.detail;
  const JavaError* known = error.is(client::Cause::broker) ? find_error(error.name()) : nullptr;
  return known == nullptr ? error.message : std::string(known->words);
}

std::string java_name(const client::Error& error) {
  const std::string package = "org.apache.kafka.common.errors.";
  if (error.is(client::Cause::timed_out)) return package + "TimeoutException";
  if (const JavaError* known = find_error(error.name()); known != nullptr && !known->name.empty()) {
    return package + std::string(known->name);
  }
  std::string name = package;
  bool first = true;
  for (const char c : error.name()) {
    if (c == '_') {
      first = true;
      continue;
    }
    name += first ? c : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    first = false;
  }
  return name.ends_with("Exception") ? name : name + "Exception";
}

}  // namespace millrace::cli
