#include <gtest/gtest.h>

#include <string>

#include "millrace/admin.h"

namespace millrace::client {
namespace {

std::string refusal(const AdminConfig& config) {
  const auto admin = Admin::create(config);
  EXPECT_FALSE(admin.ok());
  if (admin.ok()) return {};
  EXPECT_TRUE(admin.error().is(Cause::invalid_config));
  return admin.error().message;
}

AdminConfig tls() { return AdminConfig().bootstrap_servers("localhost:1").security_protocol("SSL"); }

TEST(Connection, StoreThatIsNotThereIsNamed) {
  const std::string why = refusal(tls().trust_store("no-such-folder/ca.pem"));
  EXPECT_NE(why.find("ssl.truststore.location=no-such-folder/ca.pem"), std::string::npos) << why;
  EXPECT_NE(why.find("no such file"), std::string::npos) << why;
}

TEST(Connection, WhatIsNoCertificateIsRefusedAndNotShown) {
  const std::string why = refusal(tls().set("ssl.truststore.certificates", "not PEM"));
  EXPECT_NE(why.find("ssl.truststore.certificates"), std::string::npos) << why;
  EXPECT_EQ(why.find("not PEM"), std::string::npos) << why;
}

TEST(Connection, ProtocolsThatAreNotSafeAreRefused) {
  EXPECT_NE(refusal(tls().set("ssl.enabled.protocols", "TLSv1,TLSv1.1")).find("TLSv1.2"), std::string::npos);
}

TEST(Connection, SaslWithoutAPasswordIsRefusedBeforeAnythingIsSent) {
  const auto config =
      AdminConfig().bootstrap_servers("localhost:1").security_protocol("SASL_SSL").set("sasl.mechanism", "PLAIN");
  EXPECT_NE(refusal(config).find("sasl.password"), std::string::npos);
}

TEST(Connection, SystemsCertificatesCountWhereNoneAreGiven) { EXPECT_TRUE(Admin::create(tls()).ok()); }

}  // namespace
}  // namespace millrace::client
