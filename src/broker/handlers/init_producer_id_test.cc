#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>

#include "broker/testing/bench_node.h"
#include "protocol/errc.h"
#include "protocol/gen/allocate_producer_ids.h"
#include "protocol/gen/init_producer_id.h"

namespace millrace::broker {
namespace {

using protocol::InitProducerIdRequest;
using protocol::InitProducerIdResponse;
using testing::BenchNode;

constexpr std::int16_t kVersion = 5;
constexpr std::int64_t kFirstId = 1000;

class InitProducerId : public ::testing::Test {
 protected:
  // The first producer waits for the controller, which gives a block of ids.
  InitProducerId() {
    const RequestPtr first =
        node_.send(InitProducerIdRequest::kApi, kVersion, protocol::encode_body(asking(-1, -1), kVersion));
    EXPECT_FALSE(first->answered());
    for (auto& asked : std::exchange(node_.quorum().asked, {})) {
      protocol::AllocateProducerIdsResponse block;
      block.producer_id_start = kFirstId;
      block.producer_id_len = 1000;
      asked.answer(protocol::encode_body(block, asked.version));
    }
    node_.shard().run();
    EXPECT_TRUE(first->answered());
  }
  static InitProducerIdRequest asking(std::int64_t id, std::int16_t epoch) {
    InitProducerIdRequest request;
    request.transactional_id = std::nullopt;
    request.transaction_timeout_ms = 60'000;
    request.producer_id = id;
    request.producer_epoch = epoch;
    return request;
  }
  // "1001/0 NONE": the id, its epoch and the error.
  std::string ask(std::int64_t id, std::int16_t epoch) {
    const auto answer = node_.ask<InitProducerIdResponse>(asking(id, epoch), kVersion);
    return std::to_string(answer.producer_id) + "/" + std::to_string(answer.producer_epoch) + " " +
           std::string(protocol::name(protocol::from_wire(answer.error_code)));
  }

  BenchNode node_;
};

TEST_F(InitProducerId, WithoutTransactionsWhateverIdAndEpochAreSaidANewProducerBegins) {
  EXPECT_EQ(ask(-1, -1), "1001/0 NONE");
  EXPECT_EQ(ask(5, 3), "1002/0 NONE");
  EXPECT_EQ(ask(-2, 1), "1003/0 NONE");
  EXPECT_EQ(ask(std::numeric_limits<std::int64_t>::min(), 7), "1004/0 NONE");
}

TEST_F(InitProducerId, AnIdWithoutItsEpochOrAnEpochWithoutItsIdIsNoRequest) {
  EXPECT_EQ(ask(5, -1), "-1/-1 INVALID_REQUEST");
  EXPECT_EQ(ask(-1, 3), "-1/-1 INVALID_REQUEST");
  EXPECT_EQ(ask(-1, -1), "1001/0 NONE") << "no id is spent on them";
}

}  // namespace
}  // namespace millrace::broker
