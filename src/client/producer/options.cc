#include "client/producer/options.h"

#include <algorithm>

namespace millrace::client {
namespace {

constexpr std::uint32_t kIdempotentInFlight = 5;  // how many batches a broker remembers of a producer

record::Codec codec_of(const std::string& name) {
  for (const auto codec : {record::Codec::gzip, record::Codec::snappy, record::Codec::lz4, record::Codec::zstd}) {
    if (name == record::to_string(codec)) return codec;
  }
  return record::Codec::none;
}

std::optional<int> level_of(const Settings& settings, record::Codec codec) {
  switch (codec) {
    case record::Codec::gzip: {
      const std::int32_t level = settings.int32("compression.gzip.level");
      return level < 0 ? std::nullopt : std::optional<int>(level);
    }
    case record::Codec::lz4: return settings.int32("compression.lz4.level");
    case record::Codec::zstd: return settings.int32("compression.zstd.level");
    default: return std::nullopt;
  }
}

// What idempotence needs; a contradiction is an error only if idempotence was asked for.
Status settle_idempotence(const Settings& settings, ProducerOptions& options) {
  options.idempotent = settings.flag("enable.idempotence");
  const bool asked = settings.is_set("enable.idempotence") && options.idempotent;
  const bool needed = asked || !options.transactional_id.empty();
  if (!options.idempotent) {
    if (options.transactional_id.empty()) return {};
    return settings.refuse("enable.idempotence", "a transactional.id needs idempotence; leave one of the two out");
  }
  const auto contradiction = [&]() -> std::optional<Error> {
    if (options.acks != -1) return settings.refuse("acks", "idempotence needs acks=all");
    if (options.retries == 0) return settings.refuse("retries", "idempotence needs at least one retry");
    if (options.max_in_flight > kIdempotentInFlight) {
      return settings.refuse("max.in.flight.requests.per.connection", "idempotence allows at most 5");
    }
    return std::nullopt;
  }();
  if (!contradiction) return {};
  if (needed) return *contradiction;
  options.idempotent = false;
  return {};
}

}  // namespace

Result<ProducerOptions> producer_options(const Settings& settings) {
  ProducerOptions options;
  const std::string acks = settings.text("acks");
  options.acks = acks == "0" ? std::int16_t{0} : acks == "1" ? std::int16_t{1} : std::int16_t{-1};
  options.batch_bytes = static_cast<std::size_t>(std::max<std::int64_t>(settings.whole("batch.size"), 1));
  options.buffer_bytes = static_cast<std::size_t>(settings.whole("buffer.memory"));
  options.max_request_bytes = static_cast<std::size_t>(settings.whole("max.request.size"));
  options.codec = codec_of(settings.text("compression.type"));
  options.level = level_of(settings, options.codec);
  options.linger = settings.millis("linger.ms");
  options.max_block = settings.millis("max.block.ms");
  options.delivery_timeout = settings.millis("delivery.timeout.ms");
  options.request_timeout = settings.millis("request.timeout.ms");
  options.retry_backoff = settings.millis("retry.backoff.ms");
  options.retry_backoff_max = settings.millis("retry.backoff.max.ms");
  options.retries = static_cast<std::uint32_t>(settings.whole("retries"));
  options.max_in_flight = static_cast<std::uint32_t>(settings.whole("max.in.flight.requests.per.connection"));
  options.ignore_keys = settings.flag("partitioner.ignore.keys");
  options.adaptive = settings.flag("partitioner.adaptive.partitioning.enable");
  options.availability_timeout = settings.millis("partitioner.availability.timeout.ms");
  if (const std::string name = settings.text("partitioner.class"); !name.empty()) {
    if (!name.ends_with("RoundRobinPartitioner")) {
      return settings.refuse("partitioner.class", "must be RoundRobinPartitioner; Java classes cannot be loaded, give "
                                                  "your own with ProducerConfig::partitioner()");
    }
    options.partitioner = std::make_shared<RoundRobinPartitioner>();
  }
  options.topic_idle = settings.millis("metadata.max.idle.ms");
  options.transactional_id = settings.text("transactional.id");
  options.transaction_timeout = settings.millis("transaction.timeout.ms");
  if (Status settled = settle_idempotence(settings, options); !settled) return settled.error();
  if (options.delivery_timeout < options.linger + options.request_timeout) {
    if (settings.is_set("delivery.timeout.ms")) {
      return settings.refuse("delivery.timeout.ms", "must be at least linger.ms + request.timeout.ms");
    }
    options.delivery_timeout = options.linger + options.request_timeout;
  }
  return options;
}

}  // namespace millrace::client
