#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "controller/decision.h"
#include "protocol/errc.h"

namespace millrace::controller {

// What the active controller serves: one file per API. `body` is the request after its header.
//
// A decision fails with the decoder's error if the body is no such request. A refusal answers the whole request with
// one error, without deciding anything; it is empty if the body is no such request.
#define MILLRACE_CONTROLLER_APIS(X)          \
  X(create_topics)                           \
  X(delete_topics)                           \
  X(create_partitions)                       \
  X(elect_leaders)                           \
  X(alter_partition_reassignments)           \
  X(list_partition_reassignments)            \
  X(incremental_alter_configs)               \
  X(alter_configs)                           \
  X(alter_client_quotas)                     \
  X(alter_user_scram_credentials)            \
  X(unregister_broker)                       \
  X(update_features)                         \
  X(create_acls)                             \
  X(delete_acls)                             \
  X(describe_quorum)                         \
  X(vote)                                    \
  X(begin_quorum_epoch)                      \
  X(end_quorum_epoch)                        \
  X(add_raft_voter)                          \
  X(remove_raft_voter)                       \
  X(update_raft_voter)                       \
  X(alter_partition)                         \
  X(assign_replicas_to_dirs)                 \
  X(broker_registration)                     \
  X(broker_heartbeat)                        \
  X(allocate_producer_ids)                   \
  X(controller_registration)

// And what it reads from the log and its snapshots for other replicas (replica_reads.h), which decides nothing.
#define MILLRACE_REPLICA_APIS(X) \
  X(fetch)                       \
  X(fetch_snapshot)

#define MILLRACE_API(name)                                                                          \
  Result<Decision> decide_##name(const Context& context, std::int16_t version, Bytes body);        \
  Buffer refuse_##name(std::int16_t version, Bytes body, protocol::Errc code);
MILLRACE_CONTROLLER_APIS(MILLRACE_API)
#undef MILLRACE_API
#define MILLRACE_API(name) Buffer refuse_##name(std::int16_t version, Bytes body, protocol::Errc code);
MILLRACE_REPLICA_APIS(MILLRACE_API)
#undef MILLRACE_API

struct Api {
  std::int16_t key;
  // Null for what is read.
  Result<Decision> (*decide)(const Context&, std::int16_t, Bytes);
  Buffer (*refuse)(std::int16_t, Bytes, protocol::Errc);
};

// Null for an API that the controller does not serve.
const Api* find_api(std::int16_t key);

}  // namespace millrace::controller
