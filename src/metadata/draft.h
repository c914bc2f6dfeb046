#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "metadata/image_state.h"
#include "protocol/gen/access_control_entry_record.h"
#include "protocol/gen/broker_registration_change_record.h"
#include "protocol/gen/clear_elr_record.h"
#include "protocol/gen/client_quota_record.h"
#include "protocol/gen/config_record.h"
#include "protocol/gen/delegation_token_record.h"
#include "protocol/gen/feature_level_record.h"
#include "protocol/gen/fence_broker_record.h"
#include "protocol/gen/partition_change_record.h"
#include "protocol/gen/partition_record.h"
#include "protocol/gen/producer_ids_record.h"
#include "protocol/gen/register_broker_record.h"
#include "protocol/gen/register_controller_record.h"
#include "protocol/gen/remove_access_control_entry_record.h"
#include "protocol/gen/remove_delegation_token_record.h"
#include "protocol/gen/remove_topic_record.h"
#include "protocol/gen/remove_user_scram_credential_record.h"
#include "protocol/gen/topic_record.h"
#include "protocol/gen/unfence_broker_record.h"
#include "protocol/gen/unregister_broker_record.h"
#include "protocol/gen/user_scram_credential_record.h"
#include "protocol/gen/zk_migration_state_record.h"

namespace millrace::metadata {

// Success, or what is wrong with a record, in words.
using Outcome = Result<void, std::string>;

// An image in the making. Topics are copied out when the first record touches them, so that a run of records on one
// topic copies it once; settle() puts them back.
struct Draft {
  Image::State state;
  std::map<Uuid, TopicImage> touched;

  // The topic to change; null if there is none.
  TopicImage* touch(const Uuid& id);
  // Puts the touched topics into `state`. The error names a topic whose partitions have a hole.
  Outcome settle();
};

// What each record does, one file per area. A record that does not fit what is there is an error: the log is damaged,
// or we are wrong; in neither case may the node go on with a guess.
Outcome replay(Draft& draft, const protocol::FeatureLevelRecord& record);           // features.cc
Outcome replay(Draft& draft, const protocol::TopicRecord& record);                  // topics.cc
Outcome replay(Draft& draft, const protocol::RemoveTopicRecord& record);            // topics.cc
Outcome replay(Draft& draft, const protocol::PartitionRecord& record);              // partitions.cc
Outcome replay(Draft& draft, const protocol::PartitionChangeRecord& record);        // partitions.cc
Outcome replay(Draft& draft, const protocol::ClearElrRecord& record);               // partitions.cc
Outcome replay(Draft& draft, const protocol::RegisterBrokerRecord& record);         // brokers.cc
Outcome replay(Draft& draft, const protocol::UnregisterBrokerRecord& record);       // brokers.cc
Outcome replay(Draft& draft, const protocol::FenceBrokerRecord& record);            // brokers.cc
Outcome replay(Draft& draft, const protocol::UnfenceBrokerRecord& record);          // brokers.cc
Outcome replay(Draft& draft, const protocol::BrokerRegistrationChangeRecord& record);  // brokers.cc
Outcome replay(Draft& draft, const protocol::RegisterControllerRecord& record);     // controllers.cc
Outcome replay(Draft& draft, const protocol::ConfigRecord& record);                 // configs.cc
Outcome replay(Draft& draft, const protocol::ProducerIdsRecord& record);            // producer_ids.cc
Outcome replay(Draft& draft, const protocol::ClientQuotaRecord& record);            // quotas.cc
Outcome replay(Draft& draft, const protocol::UserScramCredentialRecord& record);    // scram.cc
Outcome replay(Draft& draft, const protocol::RemoveUserScramCredentialRecord& record);  // scram.cc
Outcome replay(Draft& draft, const protocol::AccessControlEntryRecord& record);     // acls.cc
Outcome replay(Draft& draft, const protocol::RemoveAccessControlEntryRecord& record);  // acls.cc
Outcome replay(Draft& draft, const protocol::DelegationTokenRecord& record);        // tokens.cc
Outcome replay(Draft& draft, const protocol::RemoveDelegationTokenRecord& record);  // tokens.cc
Outcome replay(Draft& draft, const protocol::ZkMigrationStateRecord& record);       // migration.cc

}  // namespace millrace::metadata
