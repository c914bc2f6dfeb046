#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "broker/testing/bench_node.h"
#include "protocol/errc.h"
#include "protocol/frame.h"
#include "protocol/gen/alter_client_quotas.h"
#include "protocol/gen/default_principal_data.h"
#include "protocol/gen/envelope.h"
#include "protocol/gen/fetch.h"

namespace millrace::broker {
namespace {

using protocol::ApiKey;
using protocol::Errc;
using testing::BenchNode;

constexpr std::int16_t kFetchVersion = 18;
constexpr std::array kLocalhost{std::byte{127}, std::byte{0}, std::byte{0}, std::byte{1}};

// A request as it travels, without its length.
template <protocol::Message T>
Buffer travelling(const T& body, std::int16_t version) {
  const Buffer frame = protocol::request_frame({static_cast<std::int16_t>(T::kApi), version, 7, "c"}, body);
  return frame.slice(protocol::kLengthBytes, frame.size() - protocol::kLengthBytes);
}

class Envelopes : public ::testing::Test {
 protected:
  Envelopes() {
    protocol::DefaultPrincipalData data;
    data.type = "User";
    data.name = "ANONYMOUS";
    const Buffer body = protocol::encode_body(data, 0);
    principal = Buffer::allocate(body.size() + 2);
    store_be(principal.data(), std::int16_t{0});
    std::copy(body.bytes().begin(), body.bytes().end(), principal.data() + 2);
    node.by = &node.controllers;
  }
  protocol::EnvelopeRequest around(const Buffer& inside) const {
    protocol::EnvelopeRequest request;
    request.request_data = inside.bytes();
    request.request_principal = principal.bytes();
    request.client_host_address = Bytes(kLocalhost);
    return request;
  }

  BenchNode node;
  Buffer principal;
};

TEST_F(Envelopes, WhatABrokerForwardsForAClientReachesTheController) {
  const Buffer inside = travelling(protocol::AlterClientQuotasRequest(), 1);
  (void)node.send(ApiKey::envelope, 0, protocol::encode_body(around(inside), 0));
  ASSERT_EQ(node.quorum().asked.size(), 1U);
  EXPECT_EQ(node.quorum().asked[0].api_key, static_cast<std::int16_t>(ApiKey::alter_client_quotas));
}

TEST_F(Envelopes, AFetchMustNotBeInside) {
  const Buffer inside = travelling(protocol::FetchRequest(), kFetchVersion);
  const auto answer = node.ask<protocol::EnvelopeResponse>(around(inside));
  EXPECT_EQ(answer.error_code, protocol::to_wire(Errc::invalid_request));
  EXPECT_TRUE(node.quorum().asked.empty());
}

TEST(FetchByListener, OnAControllersListenerItReadsTheMetadataLog) {
  BenchNode node;
  const Buffer body = protocol::encode_body(protocol::FetchRequest(), kFetchVersion);
  EXPECT_TRUE(node.send(ApiKey::fetch, kFetchVersion, body)->answered());
  EXPECT_TRUE(node.quorum().asked.empty());
  node.by = &node.controllers;
  EXPECT_FALSE(node.send(ApiKey::fetch, kFetchVersion, body)->answered());
  ASSERT_EQ(node.quorum().asked.size(), 1U);
  EXPECT_EQ(node.quorum().asked[0].version, kFetchVersion);
}

}  // namespace
}  // namespace millrace::broker
