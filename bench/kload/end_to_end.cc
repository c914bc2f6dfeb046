// One producer connection and one long-polling consumer connection per partition; every record carries the time at
// which it was due.
#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "kload/batch.h"
#include "kload/connection.h"
#include "kload/tally.h"
#include "kload/wire.h"

namespace kload {
namespace {

constexpr int kMostInFlight = 256;
constexpr int kMaxBytes = 1048576;
constexpr int kWaitMs = 500;
constexpr std::int64_t kPatienceNs = 5'000'000'000;  // for what was sent last
constexpr std::int64_t kWorthSleepingNs = 80'000;
constexpr std::size_t kCrcAt = 17;
constexpr std::size_t kCheckedAt = 21;

// One partition: what its two threads share.
struct Lane {
  std::string topic;
  int partition = 0;
  Node node;
  int record_bytes = 0;
  std::int16_t acks = -1;
  double period_ns = 0;
  std::int64_t end = 0;
  std::atomic<bool> ready{false};           // the consumer knows where to begin
  std::atomic<std::int64_t> expected{-1};   // records, once all are sent
};

void consume(Lane& lane, Tally& tally, std::atomic<std::int64_t>& received) {
  Connection connection(lane.node.host, lane.node.port);
  const auto fetch = [&](std::int64_t offset, int max_bytes, int wait_ms) {
    return connection.ask(request(1, 11, 1, fetch_body(lane.topic, lane.partition, offset, max_bytes, wait_ms)));
  };
  std::vector<float> latencies;
  std::int64_t got = 0;
  std::int64_t offset = std::max<std::int64_t>(0, parse_fetch(fetch(0, 1, 0)).high_watermark);
  lane.ready = true;
  while ((lane.expected < 0 || got < lane.expected) && now_ns() < lane.end + kPatienceNs) {
    const Bytes answer = fetch(offset, kMaxBytes, kWaitMs);
    const std::int64_t now = now_ns();
    const Fetched fetched = parse_fetch(answer);
    if (fetched.error != 0) {
      ++tally.errors;
      ::usleep(1000);
      continue;
    }
    each_batch(fetched, offset, [&](const BatchHead& head, const char* batch) {
      std::int64_t due = 0;
      std::memcpy(&due, batch + head.size - 1 - static_cast<std::size_t>(lane.record_bytes), sizeof due);
      latencies.push_back(static_cast<float>(millis(now - due)));
      ++got;
    });
  }
  received += got;
  tally.add_latencies(latencies);
}

void stamp(Bytes& batch, int record_bytes, std::int64_t due) {
  std::memcpy(batch.data() + batch.size() - 1 - static_cast<std::size_t>(record_bytes), &due, sizeof due);
  const std::uint32_t crc = htonl(crc32c(batch.data() + kCheckedAt, batch.size() - kCheckedAt));
  std::memcpy(batch.data() + kCrcAt, &crc, sizeof crc);
}

void produce(Lane& lane, Tally& tally) {
  while (!lane.ready) ::usleep(100);
  Connection connection(lane.node.host, lane.node.port);
  std::mt19937_64 dice(static_cast<std::uint64_t>(lane.partition));
  Bytes batch = record_batch({1, lane.record_bytes, false, 0}, dice);
  std::int32_t sent = 0;
  int in_flight = 0;
  const auto take = [&] {
    --in_flight;
    tally.errors += refused(connection.frame());
  };
  for (auto next = static_cast<double>(now_ns()); now_ns() < lane.end; next += lane.period_ns) {
    const auto due = static_cast<std::int64_t>(next);
    for (std::int64_t at = now_ns(); at < due; at = now_ns()) {
      if (in_flight > 0 && connection.readable(0)) {
        take();
      } else if (due - at > kWorthSleepingNs) {
        ::usleep(50);
      }
    }
    stamp(batch, lane.record_bytes, due);
    connection.send(request(0, 8, sent++, produce_body(lane.topic, lane.partition, lane.acks, batch)));
    if (lane.acks != 0) ++in_flight;
    while (in_flight > 0 && (in_flight > kMostInFlight || connection.readable(0))) take();
  }
  while (in_flight > 0) take();
  lane.expected = sent;
}

}  // namespace

int run_end_to_end(const Options& options) {
  const std::string topic = options.text("topic", "kload-e2e");
  const int connections = options.whole("conns", 1);
  const int record = std::max(16, options.whole("record", 256));
  create_topic(options, topic, connections);
  const Leaders found = leaders(options, topic);
  std::vector<Lane> lanes(static_cast<std::size_t>(connections));
  std::atomic<std::int64_t> received{0};
  Tally tally(options);
  std::vector<std::thread> threads;
  for (int p = 0; p < connections; ++p) {
    Lane& lane = lanes[static_cast<std::size_t>(p)];
    lane.topic = topic;
    lane.partition = p;
    lane.node = found.node(p);
    lane.record_bytes = record;
    lane.acks = static_cast<std::int16_t>(options.whole("acks", -1));
    lane.period_ns = 1e9 / (options.number("rate", 1000) / connections);
    lane.end = tally.began() + static_cast<std::int64_t>(options.number("seconds", 10) * 1e9);
    threads.emplace_back([&] { consume(lane, tally, received); });
    threads.emplace_back([&] { produce(lane, tally); });
  }
  for (std::thread& thread : threads) thread.join();
  std::int64_t sent = 0;
  for (const Lane& lane : lanes) sent += lane.expected;
  if (received < sent) tally.errors += sent - received;
  tally.messages = received.load();
  tally.bytes = received * record;
  return tally.report("e2e");
}

}  // namespace kload
