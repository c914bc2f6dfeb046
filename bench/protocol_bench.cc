// Decoding and encoding of the hot messages at their latest versions: time per message, and its size as bytes_each.
#include <benchmark/benchmark.h>

#include <string>

#include "protocol/gen/fetch.h"
#include "protocol/gen/metadata.h"
#include "protocol/gen/offset_commit.h"
#include "protocol/gen/produce.h"

namespace millrace::protocol {
namespace {

constexpr std::size_t kPartitions = 10;
constexpr std::size_t kRecordBytes = 1000;

const std::string& records() {
  static const std::string bytes(kRecordBytes, 'r');
  return bytes;
}

constexpr Uuid kTopicId{0x1234567890abcdefULL, 0xfedcba0987654321ULL};

// One batch for each of ten partitions of a topic.
ProduceRequest produce_request() {
  ProduceRequest request;
  request.acks = -1;
  request.timeout_ms = 30000;
  auto& topic = request.topic_data.emplace_back();
  topic.topic_id = kTopicId;
  for (std::size_t i = 0; i < kPartitions; ++i) {
    topic.partition_data.push_back({.index = static_cast<std::int32_t>(i), .records = as_bytes(records())});
  }
  return request;
}

ProduceResponse produce_response() {
  ProduceResponse response;
  auto& topic = response.responses.emplace_back();
  topic.topic_id = kTopicId;
  for (std::size_t i = 0; i < kPartitions; ++i) {
    topic.partition_responses.push_back({.index = static_cast<std::int32_t>(i), .base_offset = 1000});
  }
  return response;
}

FetchRequest fetch_request() {
  FetchRequest request;
  request.max_wait_ms = 500;
  auto& topic = request.topics.emplace_back();
  topic.topic_id = kTopicId;
  for (std::size_t i = 0; i < kPartitions; ++i) {
    topic.partitions.push_back({.partition = static_cast<std::int32_t>(i), .partition_max_bytes = 1 << 20});
  }
  return request;
}

FetchResponse fetch_response() {
  FetchResponse response;
  auto& topic = response.responses.emplace_back();
  topic.topic_id = kTopicId;
  for (std::size_t i = 0; i < kPartitions; ++i) {
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = static_cast<std::int32_t>(i);
    partition.records = RecordsRef(as_bytes(records()));
  }
  return response;
}

MetadataRequest metadata_request() {
  MetadataRequest request;
  for (std::size_t i = 0; i < kPartitions; ++i) request.topics->push_back({.name = "orders-of-the-day"});
  return request;
}

// Three brokers, ten topics of ten partitions with three replicas.
MetadataResponse metadata_response() {
  MetadataResponse response;
  response.cluster_id = "MkU3OEVBNTcwNTJENDM2Qk";
  for (std::int32_t id = 1; id <= 3; ++id) {
    response.brokers.push_back({.node_id = id, .host = "broker.example.org", .port = 9092});
  }
  for (std::size_t t = 0; t < kPartitions; ++t) {
    auto& topic = response.topics.emplace_back();
    topic.name = "orders-of-the-day";
    topic.topic_id = kTopicId;
    for (std::size_t p = 0; p < kPartitions; ++p) {
      topic.partitions.push_back({.partition_index = static_cast<std::int32_t>(p),
                                  .leader_id = 1,
                                  .leader_epoch = 3,
                                  .replica_nodes = {1, 2, 3},
                                  .isr_nodes = {1, 2, 3}});
    }
  }
  return response;
}

OffsetCommitRequest offset_commit_request() {
  OffsetCommitRequest request;
  request.group_id = "payments";
  request.member_id = "consumer-payments-1-0f6f2f0c-6b7b-4e0f-8f4f-8c5f3ab8a3f1";
  request.generation_id_or_member_epoch = 7;
  auto& topic = request.topics.emplace_back();
  topic.topic_id = kTopicId;
  for (std::size_t i = 0; i < kPartitions; ++i) {
    topic.partitions.push_back({.partition_index = static_cast<std::int32_t>(i), .committed_offset = 123456});
  }
  return request;
}

OffsetCommitResponse offset_commit_response() {
  OffsetCommitResponse response;
  auto& topic = response.topics.emplace_back();
  topic.topic_id = kTopicId;
  for (std::size_t i = 0; i < kPartitions; ++i) {
    topic.partitions.push_back({.partition_index = static_cast<std::int32_t>(i)});
  }
  return response;
}

void report(benchmark::State& state, std::size_t size) { state.counters["bytes_each"] = static_cast<double>(size); }

template <Message M>
void decode_one(benchmark::State& state, M (*make)()) {
  const Buffer frame = encode_body(make(), M::kMaxVersion);
  for ([[maybe_unused]] auto unused : state) {
    M message;
    const Status status = decode_body(frame.bytes(), M::kMaxVersion, message);
    if (!status.ok()) state.SkipWithError("refused");
    benchmark::DoNotOptimize(message);
  }
  report(state, frame.size());
}

// Counting and copying into one buffer, its allocation included.
template <Message M>
void encode_one(benchmark::State& state, M (*make)()) {
  const M message = make();
  for ([[maybe_unused]] auto unused : state) benchmark::DoNotOptimize(encode_body(message, M::kMaxVersion));
  report(state, encoded_size(message, M::kMaxVersion));
}

// The form in which fetch responses leave: records stay where they are.
void gather_fetch(benchmark::State& state) {
  const FetchResponse message = fetch_response();
  for ([[maybe_unused]] auto unused : state) {
    Writer counter;
    encode(counter, FetchResponse::kMaxVersion, message);
    Buffer head = Buffer::allocate(counter.inline_size());
    Writer out(head.writable(), Writer::Records::gather);
    encode(out, FetchResponse::kMaxVersion, message);
    benchmark::DoNotOptimize(out.pieces());
  }
  report(state, encoded_size(message, FetchResponse::kMaxVersion));
}

BENCHMARK_CAPTURE(decode_one, produce_request, &produce_request);
BENCHMARK_CAPTURE(encode_one, produce_request, &produce_request);
BENCHMARK_CAPTURE(decode_one, produce_response, &produce_response);
BENCHMARK_CAPTURE(encode_one, produce_response, &produce_response);
BENCHMARK_CAPTURE(decode_one, fetch_request, &fetch_request);
BENCHMARK_CAPTURE(encode_one, fetch_request, &fetch_request);
BENCHMARK_CAPTURE(decode_one, fetch_response, &fetch_response);
BENCHMARK_CAPTURE(encode_one, fetch_response, &fetch_response);
BENCHMARK(gather_fetch);
BENCHMARK_CAPTURE(decode_one, metadata_request, &metadata_request);
BENCHMARK_CAPTURE(encode_one, metadata_request, &metadata_request);
BENCHMARK_CAPTURE(decode_one, metadata_response, &metadata_response);
BENCHMARK_CAPTURE(encode_one, metadata_response, &metadata_response);
BENCHMARK_CAPTURE(decode_one, offset_commit_request, &offset_commit_request);
BENCHMARK_CAPTURE(encode_one, offset_commit_request, &offset_commit_request);
BENCHMARK_CAPTURE(decode_one, offset_commit_response, &offset_commit_response);
BENCHMARK_CAPTURE(encode_one, offset_commit_response, &offset_commit_response);

}  // namespace
}  // namespace millrace::protocol
