#include "broker/broker.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "broker/connection_limits.h"
#include "broker/handlers/config_resources.h"
#include "broker/handlers/handlers.h"
#include "broker/limits.h"
#include "broker/storage.h"
#include "protocol/api.h"
#include "protocol/reader.h"

namespace millrace::broker {
namespace {

std::int32_t telemetry_bytes(const config::ServerConfig& config) {
  const auto value = config.value("telemetry.max.bytes");
  const auto* bytes = std::get_if<std::int64_t>(&value);
  return bytes != nullptr ? static_cast<std::int32_t>(*bytes) : 0;
}

// Of one shard. What is set for the node is shared evenly; one request at a time is taken whatever its size.
std::size_t request_memory(const config::ServerConfig& config, std::uint32_t shards) {
  const std::int64_t whole = config.network.max_queued_request_bytes;
  if (whole <= 0) return kRequestBytesPerShard;
  return std::min<std::size_t>(kRequestBytesPerShard, static_cast<std::size_t>(whole) / std::max(1U, shards));
}

}  // namespace

Broker::Broker(ports::Shard& shard, const config::ServerConfig& config, Siblings& siblings)
    : shard_(shard),
      config_(config),
      crossing_(shard, siblings),
      rules_(config_, config.node_id),
      partitions_(shard, config.node_id, rules_, *this, *this),
      fetch_sessions_(std::max(1U, static_cast<std::uint32_t>(config.topics.fetch_session_slots) / shard.count)),
      fetches_(*this),
      groups_(*this),
      transactions_(*this),
      quotas_(*this),
      auto_topics_(*this),
      producer_ids_(*this),
      client_metrics_(kTelemetryPoints),
      telemetry_(telemetry_bytes(config), kTelemetryClients / std::max(1U, shard.count)),
      memory_(request_memory(config, shard.count), shard.timers),
      doors_(*this),
      upkeep_(*this),
      receive_buffer_(Buffer::allocate(kScratchBytes)) {
  siblings.brokers[shard.id.value()] = this;
  // Without a page that shows them, nobody is asked for metrics, as with Kafka when no reporter takes them.
  if (config.http_listener) telemetry_.set_receiver(&client_metrics_);
}

Broker::~Broker() = default;

// Settings that did not change are the same object in both images.
bool Broker::server_settings_differ(const metadata::Image& before, const metadata::Image& now) const {
  const metadata::ConfigResource mine{metadata::ResourceType::broker, std::to_string(self().value())};
  const metadata::ConfigResource all{metadata::ResourceType::broker, ""};
  return &before.configs(mine) != &now.configs(mine) || &before.configs(all) != &now.configs(all);
}

void Broker::observe(const metadata::ImagePtr& image) {
  if (image == nullptr || (image_ != nullptr && image->offset() <= image_->offset())) return;
  const metadata::ImagePtr before = std::exchange(image_, image);
  rules_.set_image(image_);
  if (before == nullptr || server_settings_differ(*before, *image_)) {
    shard_.network.set_limits(connection_limits(config_, server_layers(*this)));
  }
  telemetry_.set_image(image_);
  partitions_.apply(image_);
  if (before != nullptr) groups_.observe(*before, *image_);
  quotas_.observe(*image_);
}

void Broker::take_settings(const config::Settings& settings) {
  config_.explicit_settings = settings;
  rules_.forget();
  shard_.network.set_limits(connection_limits(config_, server_layers(*this)));
  partitions_.obey_rules();
}

void Broker::to_controller(std::int16_t api_key, std::int16_t version, Buffer body, Callback<void(Buffer)> answer) {
  crossing_.ask<Buffer>(
      ShardId(0),
      [api_key, version, body = std::move(body)](Broker& there, Callback<void(Buffer)> reply) mutable {
        MR_ASSERT(there.quorum_ != nullptr);
        there.quorum_->handle(api_key, version, std::move(body), std::move(reply));
      },
      std::move(answer));
}

void Broker::introduce(NodeFacts facts) {
  facts_ = std::move(facts);
  partitions_.use_journal(config_.journal);
  partitions_.set_dirs(DirPlacement(facts_.log_dirs, facts_.directory_ids, facts_.partition_dirs),
                       std::move(facts_.hints), std::move(facts_.marks), std::move(facts_.moving));
  facts_.moving.clear();
  facts_.hints.clear();
  facts_.marks.clear();
  facts_.partition_dirs.clear();
  upkeep_.begin();
}

void Broker::checkpoint(unsigned which, Task done) {
  crossing_.ask<bool>(
      ShardId(0),
      [which](Broker& there, Callback<void(bool)> answer) {
        if (there.storage_ == nullptr) return answer(false);
        there.storage_->checkpoint(which, [answer = std::move(answer)]() mutable { answer(true); });
      },
      [done = std::move(done)](bool) mutable {
        if (done) done();
      });
}

void Broker::on_storage_failed(const std::string& dir) {
  crossing_.ask<bool>(
      ShardId(0),
      [dir](Broker& there, Callback<void(bool)> answer) {
        if (there.storage_ != nullptr) there.storage_->fail(dir);
        answer(true);
      },
      [](bool) {});
}

void Broker::on_placed(const PartitionKey& key, const Uuid& dir) {
  crossing_.ask<bool>(
      ShardId(0),
      [key, dir](Broker& there, Callback<void(bool)> answer) {
        if (there.storage_ != nullptr) there.storage_->placed(key, dir);
        answer(true);
      },
      [](bool) {});
}

void Broker::on_removed() { checkpoint(kRecoveryPoints | kLogStarts, {}); }

void Broker::open_doors() {
  open_ = true;
  for (Task& resume : std::exchange(at_the_door_, {})) resume();
}

void Broker::shut(Callback<void(std::vector<Checkpoint>)> shut) {
  upkeep_.end();
  doors_.close([this, shut = std::move(shut)]() mutable {
    partitions_.close_all([this, shut = std::move(shut)](std::vector<Checkpoint> checkpoints) mutable {
      shut(std::move(checkpoints));
      shut_ = true;
      if (when_shut_) std::exchange(when_shut_, Task())();
    });
  });
}

void Broker::when_shut(Task task) {
  if (!shut_) {
    when_shut_ = std::move(task);
    return;
  }
  shard_.timers.at_turn_end(std::move(task));
}

bool Broker::accepts(const Listener& listener, std::int16_t api_key, std::int16_t version) const {
  const Handler* handler = find_handler(api_key);
  // An ApiVersions of any version gets an answer that tells the client which ones there are.
  if (handler != nullptr && handler->api == protocol::ApiKey::api_versions) return true;
  return handler != nullptr && handler->serves(listener, facts_) && handler->has(version);
}

Result<RequestHeader> Broker::read_header(Bytes frame) const {
  protocol::Reader in(frame);
  RequestHeader header;
  header.api_key = in.i16();
  header.version = in.i16();
  header.correlation_id = in.i32();
  header.client_id = in.nullable_string(false);
  if (protocol::request_header_version(header.api_key, header.version) >= 2) in.skip_tags();
  MR_TRY(in.status());
  header.size = frame.size() - in.remaining();
  header.flexible_answer = protocol::response_header_version(header.api_key, header.version) >= 1;
  return header;
}

bool Broker::pipelines(std::int16_t api_key) const {
  const Handler* handler = find_handler(api_key);
  return handler != nullptr && handler->pipelines;
}

void Broker::dispatch(RequestPtr request) {
  const Handler* handler = find_handler(request->api_key());
  request->watch(*this, shard_.clock.now());
  if (!quotas_.active()) return handler->handle(std::move(request), *this);
  request->hold_by(quotas_);
  request->handler_begins(shard_.clock.precise());
  handler->handle(request, *this);
  request->handler_ends(shard_.clock.precise());
}

void Broker::on_answered(const Request& request) {
  const MonoTime now = shard_.clock.now();
  request_times_.answered(request.api_key(), request.version(), Nanos(now - request.begun()), now);
  if (log_levels_.requests() || (log_levels_.hang_ups() && request.hangs_up())) tell(request);
}

// The line of a request, for who asked for them (KIP-412).
void Broker::tell(const Request& request) {
  const Handler* handler = find_handler(request.api_key());
  shard_.log.info(fmt::format("{} v{} of client \"{}\" at {}, {} bytes, correlation {}: {}",
                              handler != nullptr ? protocol::api_info(handler->api).name : "unknown", request.version(),
                              request.header().client_id.value_or(""), request.peer().host, request.frame().size(),
                              request.header().correlation_id, request.hangs_up() ? "hung up" : "answered"));
}

bool Broker::busy(Task resume) {
  if (!open_) {
    at_the_door_.push_back(std::move(resume));
    return true;
  }
  return crossing_.blocked(std::move(resume));
}

std::size_t Broker::max_frame() const {
  return static_cast<std::size_t>(std::max(config_.network.max_request_bytes, 0));
}

void Broker::on_lead(replica::Partition& partition) {
  if (partition.identity().topic == groups::kOffsetsTopic) groups_.lead(partition);
  if (partition.identity().topic == txn::kTransactionTopic) transactions_.lead(partition);
}

void Broker::on_resign(const replica::Partition::Identity& partition) {
  if (partition.topic == groups::kOffsetsTopic) groups_.resign(partition.index);
  if (partition.topic == txn::kTransactionTopic) transactions_.resign(partition.index);
}

}  // namespace millrace::broker
