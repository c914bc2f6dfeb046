#include "sim/workloads/core_options.h"

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace millrace::sim {
namespace {

Millis millis(Prng& prng, std::int64_t least, std::int64_t most) {
  return Millis(least + static_cast<std::int64_t>(prng.below(static_cast<std::uint64_t>(most - least) + 1)));
}

}  // namespace

client::ClusterOptions draw_cluster(Prng& prng, const Stage& stage, std::string client_id) {
  client::ClusterOptions options;
  options.bootstrap = {{stage.broker, stage.port}};
  options.client_id = std::move(client_id);
  options.request_timeout = millis(prng, 300, 3'000);
  options.retry_backoff = millis(prng, 1, 100);
  options.retry_backoff_max = options.retry_backoff + millis(prng, 0, 500);
  options.reconnect_backoff = millis(prng, 1, 50);
  options.reconnect_backoff_max = options.reconnect_backoff + millis(prng, 0, 500);
  options.connect_timeout = millis(prng, 100, 2'000);
  options.connect_timeout_max = options.connect_timeout + millis(prng, 0, 2'000);
  options.max_idle = prng.one_in(3) ? millis(prng, 50, 2'000) : Millis(540'000);
  options.metadata_max_age = millis(prng, 200, 10'000);
  options.rebootstrap_after = millis(prng, 200, 5'000);
  return options;
}

client::ProducerOptions draw_producer(Prng& prng) {
  client::ProducerOptions options;
  options.idempotent = !prng.one_in(4);
  options.acks = !options.idempotent && prng.one_in(2) ? std::int16_t{1} : std::int16_t{-1};
  options.batch_bytes = 1 + prng.below(prng.one_in(3) ? 40'000 : 2'000);
  options.buffer_bytes = prng.one_in(4) ? 60'000 : 32U << 20U;
  options.max_request_bytes = 30'000 + prng.below(200'000);
  options.codec = static_cast<record::Codec>(prng.one_in(2) ? 0 : prng.below(5));
  options.linger = prng.one_in(2) ? Millis(0) : millis(prng, 1, 50);
  options.max_block = millis(prng, 500, 10'000);
  options.request_timeout = millis(prng, 300, 3'000);
  options.delivery_timeout = options.request_timeout + options.linger + millis(prng, 0, prng.one_in(2) ? 500 : 30'000);
  options.retry_backoff = millis(prng, 1, 100);
  options.retry_backoff_max = options.retry_backoff + millis(prng, 0, 500);
  options.max_in_flight = static_cast<std::uint32_t>(1 + prng.below(5));
  return options;
}

client::ConsumerOptions draw_consumer(Prng& prng, Prng group) {
  using client::Strategy;
  static const std::array<std::vector<Strategy>, 5> kStrategies{{{Strategy::range},
                                                                 {Strategy::roundrobin},
                                                                 {Strategy::sticky},
                                                                 {Strategy::cooperative_sticky},
                                                                 {Strategy::range, Strategy::cooperative_sticky}}};
  client::ConsumerOptions options;
  options.group_id = kCoreGroup;
  options.strategies = kStrategies[group.below(kStrategies.size())];
  options.session_timeout = millis(group, 300, 3'000);
  options.max_poll_interval = millis(group, 500, 5'000);
  options.heartbeat_interval = Millis(options.session_timeout.value() / 3);
  options.auto_commit = prng.one_in(2);
  options.auto_commit_interval = millis(prng, 1, 500);
  options.reset = client::Reset::earliest;
  options.fetch_wait = millis(prng, 10, 800);
  options.fetch_min_bytes = static_cast<std::int32_t>(1 + prng.below(prng.one_in(4) ? 5'000 : 1));
  options.fetch_max_bytes = static_cast<std::int32_t>(1 + prng.below(200'000));
  options.partition_max_bytes = static_cast<std::int32_t>(1 + prng.below(100'000));
  options.max_poll_records = 1 + prng.below(prng.one_in(2) ? 5 : 500);
  options.api_timeout = millis(prng, 1'000, 10'000);
  options.request_timeout = millis(prng, 300, 3'000);
  options.retry_backoff = millis(prng, 1, 100);
  options.retry_backoff_max = options.retry_backoff + millis(prng, 0, 500);
  options.metadata_max_age = millis(prng, 200, 10'000);
  return options;
}

}  // namespace millrace::sim
