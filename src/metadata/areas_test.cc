#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "metadata/record_frame.h"
#include "metadata/replayer.h"

namespace millrace::metadata {
namespace {

class Areas : public ::testing::Test {
 protected:
  template <protocol::Message T>
  Outcome add(const T& record) {
    const Outcome outcome = replayer_.replay(frame_record(record, T::kMaxVersion).bytes(), Offset(next_));
    if (outcome.ok()) ++next_;
    return outcome;
  }
  ImagePtr image() { return *replayer_.image(Offset(next_)); }

  Replayer replayer_;
  std::int64_t next_ = 0;
};

protocol::ClientQuotaRecord quota(std::vector<protocol::ClientQuotaRecord::EntityData> entity, std::string_view key,
                                  double value) {
  protocol::ClientQuotaRecord record;
  record.entity = std::move(entity);
  record.key = key;
  record.value = value;
  return record;
}

TEST_F(Areas, QuotasBelongToTheirEntityInWhateverOrderItIsNamed) {
  ASSERT_TRUE(add(quota({{"user", "u"}, {"client-id", std::nullopt}}, "producer_byte_rate", 10)).ok());
  ASSERT_TRUE(add(quota({{"client-id", std::nullopt}, {"user", "u"}}, "producer_byte_rate", 20)).ok());
  ASSERT_TRUE(add(quota({{"user", "u"}, {"client-id", ""}}, "consumer_byte_rate", 30)).ok());
  const ImagePtr held = image();
  const QuotaEntity of_default{{"user", "u"}, {"client-id", std::nullopt}};
  EXPECT_EQ(held->quotas(of_default), (Quotas{{"producer_byte_rate", 20}}));
  EXPECT_EQ(held->quotas().size(), 2U);  // the default is not the client without a name
  EXPECT_TRUE(held->quotas({{"user", "u"}}).empty());
}

TEST_F(Areas, EntityIsGoneWithItsLastQuota) {
  auto record = quota({{"ip", "10.0.0.1"}}, "connection_creation_rate", 5);
  ASSERT_TRUE(add(record).ok());
  const ImagePtr before = image();
  record.remove = true;
  ASSERT_TRUE(add(record).ok());
  EXPECT_TRUE(image()->quotas().empty());
  EXPECT_EQ(before->quotas().size(), 1U);
}

TEST_F(Areas, CredentialsArePerUserAndMechanism) {
  const std::vector<std::byte> salt{std::byte{1}, std::byte{2}};
  protocol::UserScramCredentialRecord record;
  record.name = "alice";
  record.salt = salt;
  record.iterations = 4096;
  for (const std::int8_t mechanism : {std::int8_t{1}, std::int8_t{2}}) {
    record.mechanism = mechanism;
    ASSERT_TRUE(add(record).ok());
  }
  const ImagePtr held = image();
  ASSERT_NE(held->scram({"alice", 2}), nullptr);
  EXPECT_EQ(held->scram({"alice", 2})->iterations, 4096);
  EXPECT_TRUE(same_bytes(held->scram({"alice", 2})->salt.bytes(), salt));
  protocol::RemoveUserScramCredentialRecord remove;
  remove.name = "alice";
  remove.mechanism = 1;
  ASSERT_TRUE(add(remove).ok());
  EXPECT_EQ(image()->scram().size(), 1U);
  EXPECT_FALSE(add(remove).ok());
}

TEST_F(Areas, AclsAreFoundById) {
  protocol::AccessControlEntryRecord record;
  record.id = {4, 4};
  record.resource_type = 2;
  record.resource_name = "t";
  record.pattern_type = 3;
  record.principal = "User:a";
  record.host = "*";
  record.operation = 3;
  record.permission_type = 3;
  ASSERT_TRUE(add(record).ok());
  const ImagePtr held = image();
  EXPECT_EQ(*held->acl({4, 4}), (AclImage{{4, 4}, 2, "t", 3, "User:a", "*", 3, 3}));
  EXPECT_EQ(held->acls().size(), 1U);
  protocol::RemoveAccessControlEntryRecord remove;
  remove.id = {4, 4};
  ASSERT_TRUE(add(remove).ok());
  EXPECT_TRUE(image()->acls().empty());
  EXPECT_FALSE(add(remove).ok());
}

TEST_F(Areas, RenewedTokenReplacesItself) {
  protocol::DelegationTokenRecord record;
  record.token_id = "abc";
  record.owner = "User:a";
  record.requester = "User:b";
  record.renewers = {"User:c"};
  record.issue_timestamp = 1;
  record.expiration_timestamp = 10;
  record.max_timestamp = 100;
  ASSERT_TRUE(add(record).ok());
  record.expiration_timestamp = 50;
  ASSERT_TRUE(add(record).ok());
  const ImagePtr held = image();
  ASSERT_EQ(held->tokens().size(), 1U);
  const TokenImage expected{"abc", "User:a", "User:b", {"User:c"}, WallTime(1), WallTime(50), WallTime(100)};
  EXPECT_EQ(*held->token("abc"), expected);
  protocol::RemoveDelegationTokenRecord remove;
  remove.token_id = "abc";
  ASSERT_TRUE(add(remove).ok());
  EXPECT_EQ(image()->token("abc"), nullptr);
}

TEST_F(Areas, ConfiguredResourcesAreListed) {
  protocol::ConfigRecord record;
  record.name = "a";
  record.value = "1";
  for (const auto& [type, name] : {std::pair(4, "1"), std::pair(2, "t"), std::pair(4, "")}) {
    record.resource_type = static_cast<std::int8_t>(type);
    record.resource_name = name;
    ASSERT_TRUE(add(record).ok());
  }
  const std::vector<ConfigResource> expected{
      {ResourceType::topic, "t"}, {ResourceType::broker, ""}, {ResourceType::broker, "1"}};
  EXPECT_EQ(image()->configured(), expected);
}

TEST_F(Areas, MigrationStateIsKept) {
  EXPECT_EQ(image()->zk_migration_state(), std::nullopt);
  protocol::ZkMigrationStateRecord record;
  record.zk_migration_state = 3;
  ASSERT_TRUE(add(record).ok());
  EXPECT_EQ(image()->zk_migration_state(), std::int8_t{3});
}

}  // namespace
}  // namespace millrace::metadata
