// Quotas, SCRAM credentials, ACLs: what belongs to principals.
#include <gtest/gtest.h>

#include "controller/host_names.h"
#include "controller/testing/decisions.h"
#include "protocol/gen/alter_client_quotas.h"
#include "protocol/gen/alter_user_scram_credentials.h"
#include "protocol/gen/create_acls.h"
#include "protocol/gen/delete_acls.h"

namespace millrace::controller {
namespace {

using protocol::AlterClientQuotasRequest;
using protocol::AlterClientQuotasResponse;
using protocol::AlterUserScramCredentialsRequest;
using protocol::AlterUserScramCredentialsResponse;
using protocol::Errc;

using Entity = std::vector<AlterClientQuotasRequest::EntityData>;

class Principals : public ::testing::Test {
 protected:
  Errc quota(Entity entity, std::string_view key, double value, bool remove = false, bool validate = false) {
    AlterClientQuotasRequest request;
    request.validate_only = validate;
    request.entries = {{std::move(entity), {{key, value, remove}}}};
    return protocol::from_wire(desk_.ask<AlterClientQuotasResponse>(request, 1).entries.at(0).error_code);
  }
  Errc upsert(std::string_view user, std::int8_t mechanism, std::int32_t iterations) {
    AlterUserScramCredentialsRequest request;
    request.upsertions = {{user, mechanism, iterations, as_bytes("salt"), as_bytes("password")}};
    return protocol::from_wire(desk_.ask<AlterUserScramCredentialsResponse>(request, 0).results.at(0).error_code);
  }

  Desk desk_;
};

TEST_F(Principals, QuotasAreSetAndTakenBack) {
  const Entity user{{"user", "u"}};
  EXPECT_EQ(quota(user, "producer_byte_rate", 10, false, true), Errc::none);
  EXPECT_TRUE(desk_.image().quotas().empty());
  EXPECT_EQ(quota(user, "producer_byte_rate", 10), Errc::none);
  EXPECT_EQ(desk_.image().quotas({{"user", "u"}}), (metadata::Quotas{{"producer_byte_rate", 10}}));
  EXPECT_EQ(quota(user, "producer_byte_rate", 10), Errc::none);
  EXPECT_TRUE(desk_.recorded().empty());
  EXPECT_EQ(quota(user, "producer_byte_rate", 0, true), Errc::none);
  EXPECT_TRUE(desk_.image().quotas().empty());
}

TEST_F(Principals, QuotasThatCannotBeAreRefused) {
  const Entity user{{"user", "u"}};
  EXPECT_EQ(quota(user, "producer_byte_rate", 1.5), Errc::invalid_request);
  EXPECT_EQ(quota(user, "controller_mutation_rate", 1.5), Errc::none);
  EXPECT_EQ(quota(user, "producer_byte_rate", 0), Errc::invalid_request);
  EXPECT_EQ(quota(user, "connection_creation_rate", 5), Errc::invalid_request);
  EXPECT_EQ(quota({}, "producer_byte_rate", 5), Errc::invalid_request);
  EXPECT_EQ(quota({{"user", ""}}, "producer_byte_rate", 5), Errc::invalid_request);
  EXPECT_EQ(quota({{"group", "g"}}, "producer_byte_rate", 5), Errc::invalid_request);
  EXPECT_EQ(quota({{"ip", "10.0.0.1"}, {"user", "u"}}, "connection_creation_rate", 5), Errc::invalid_request);
  EXPECT_EQ(quota({{"ip", "no host"}}, "connection_creation_rate", 5), Errc::invalid_request);
  EXPECT_EQ(quota({{"ip", "10.0.0.1"}}, "connection_creation_rate", 3e9), Errc::invalid_request);
  EXPECT_EQ(quota({{"ip", std::nullopt}}, "connection_creation_rate", 5), Errc::none);
}

TEST(HostNames, AddressesOfBothKindsAreKnown) {
  for (const auto* text : {"10.0.0.1", "::1", "::", "fe80::1%eth0", "[2001:db8::7]", "::ffff:10.0.0.1", "localhost",
                           "1:2:3:4:5:6:7:8"}) {
    EXPECT_TRUE(is_known_host(text)) << text;
  }
  for (const auto* text : {"", "10.0.0", "10.0.0.256", "1:2:3", "1:2:3:4:5:6:7:8:9", ":::", "1::2::3", "no host"}) {
    EXPECT_FALSE(is_known_host(text)) << text;
  }
}

// The keys of RFC 5802 for this salted password, worked out with Python's hmac and hashlib.
TEST_F(Principals, CredentialsKeepOnlyWhatChecksAProof) {
  EXPECT_EQ(upsert("alice", 1, 4096), Errc::none);
  const metadata::ScramImage* credential = desk_.image().scram({"alice", 1});
  ASSERT_NE(credential, nullptr);
  EXPECT_EQ(credential->iterations, 4096);
  EXPECT_EQ(credential->stored_key.size(), 32U);
  EXPECT_EQ(static_cast<int>(credential->stored_key.data()[0]), 0x4c);
  EXPECT_EQ(static_cast<int>(credential->server_key.data()[0]), 0x65);
  EXPECT_EQ(upsert("alice", 2, 4096), Errc::none);
  EXPECT_EQ(desk_.image().scram({"alice", 2})->server_key.size(), 64U);
}

TEST_F(Principals, CredentialsAreChecked) {
  EXPECT_EQ(upsert("", 1, 4096), Errc::unacceptable_credential);
  EXPECT_EQ(upsert("alice", 1, 4095), Errc::unacceptable_credential);
  EXPECT_EQ(upsert("alice", 1, 16385), Errc::unacceptable_credential);
  EXPECT_EQ(upsert("alice", 3, 4096), Errc::unsupported_sasl_mechanism);
  desk_.with_feature("metadata.version", 10);
  EXPECT_EQ(upsert("alice", 1, 4096), Errc::unsupported_version);
}

TEST_F(Principals, CredentialsAreDeletedOnceAndOneChangePerUser) {
  ASSERT_EQ(upsert("alice", 1, 4096), Errc::none);
  AlterUserScramCredentialsRequest request;
  request.deletions = {{"alice", 1}, {"bob", 1}};
  auto response = desk_.ask<AlterUserScramCredentialsResponse>(request, 0);
  EXPECT_EQ(response.results.at(0).error_code, 0);
  EXPECT_EQ(protocol::from_wire(response.results.at(1).error_code), Errc::resource_not_found);
  EXPECT_EQ(desk_.image().scram({"alice", 1}), nullptr);
  request.deletions.clear();
  for (const std::int8_t mechanism : {std::int8_t{1}, std::int8_t{2}}) {
    request.upsertions.push_back({"carol", mechanism, 4096, as_bytes("s"), as_bytes("p")});
  }
  response = desk_.ask<AlterUserScramCredentialsResponse>(request, 0);
  ASSERT_EQ(response.results.size(), 1U);
  EXPECT_EQ(protocol::from_wire(response.results[0].error_code), Errc::duplicate_resource);
  EXPECT_TRUE(desk_.image().scram().empty());
}

TEST_F(Principals, AUserNamedTwiceIsToldSoUnlessSomethingElseIsWrongBeforeItsPassword) {
  const auto change = [&](std::int32_t iterations, std::string_view password) {
    AlterUserScramCredentialsRequest request;
    request.upsertions = {{"dave", 1, iterations, as_bytes("salt"), as_bytes(password)},
                          {"dave", 2, 4096, as_bytes("salt"), as_bytes("password")}};
    const auto response = desk_.ask<AlterUserScramCredentialsResponse>(request, 0);
    EXPECT_EQ(response.results.size(), 1U);
    EXPECT_TRUE(desk_.image().scram().empty());
    return protocol::from_wire(response.results.at(0).error_code);
  };
  EXPECT_EQ(change(4096, "password"), Errc::duplicate_resource);
  EXPECT_EQ(change(4096, ""), Errc::duplicate_resource);
  EXPECT_EQ(change(10, "password"), Errc::unacceptable_credential);
  EXPECT_EQ(change(10, ""), Errc::unacceptable_credential);
}

protocol::CreateAclsRequest acl(std::string_view topic, std::string_view principal, std::int8_t pattern = 3) {
  protocol::CreateAclsRequest request;
  request.creations = {{2, topic, pattern, principal, "*", 3, 3}};
  return request;
}

TEST_F(Principals, AclsNeedAnAuthorizer) {
  const auto response = desk_.ask<protocol::CreateAclsResponse>(acl("t", "User:a"), 3);
  EXPECT_EQ(protocol::from_wire(response.results.at(0).error_code), Errc::security_disabled);
  protocol::DeleteAclsRequest remove;
  auto& any = remove.filters.emplace_back();
  any.resource_type_filter = any.pattern_type_filter = any.operation = any.permission_type = 1;
  EXPECT_EQ(protocol::from_wire(desk_.ask<protocol::DeleteAclsResponse>(remove, 3).filter_results.at(0).error_code),
            Errc::security_disabled);
}

TEST_F(Principals, AclsAreRecordedOnceAndRemovedByFilter) {
  desk_.server().authorizer_class = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";
  for (const auto* principal : {"User:a", "User:b", "User:a"}) {
    EXPECT_EQ(desk_.ask<protocol::CreateAclsResponse>(acl("t", principal), 3).results.at(0).error_code, 0);
  }
  EXPECT_EQ(desk_.image().acls().size(), 2U);
  EXPECT_EQ(desk_.ask<protocol::CreateAclsResponse>(acl("te", "User:c", 4), 3).results.at(0).error_code, 0);
  EXPECT_NE(desk_.ask<protocol::CreateAclsResponse>(acl("t", "nobody"), 3).results.at(0).error_code, 0);
  EXPECT_NE(desk_.ask<protocol::CreateAclsResponse>(acl("", "User:a"), 3).results.at(0).error_code, 0);

  protocol::DeleteAclsRequest remove;
  auto& filter = remove.filters.emplace_back();
  filter.resource_type_filter = 2;
  filter.resource_name_filter = "test";
  filter.pattern_type_filter = 2;  // what covers the name: only the prefix does
  filter.principal_filter = std::nullopt;
  filter.host_filter = std::nullopt;
  filter.operation = 1;
  filter.permission_type = 1;
  auto response = desk_.ask<protocol::DeleteAclsResponse>(remove, 3);
  ASSERT_EQ(response.filter_results.at(0).matching_acls.size(), 1U);
  EXPECT_EQ(response.filter_results[0].matching_acls[0].principal, "User:c");
  filter.resource_name_filter = std::nullopt;
  filter.pattern_type_filter = 1;
  response = desk_.ask<protocol::DeleteAclsResponse>(remove, 3);
  EXPECT_EQ(response.filter_results.at(0).matching_acls.size(), 2U);
  EXPECT_TRUE(desk_.image().acls().empty());
}

}  // namespace
}  // namespace millrace::controller
