#include "broker/topic_rules.h"

#include <algorithm>
#include <utility>

#include "config/durability.h"
#include "config/layers.h"

namespace millrace::broker {
namespace {

std::optional<record::Codec> stored_codec(config::StoredCodec codec) {
  switch (codec) {
    case config::StoredCodec::as_produced: return std::nullopt;
    case config::StoredCodec::none: return record::Codec::none;
    case config::StoredCodec::gzip: return record::Codec::gzip;
    case config::StoredCodec::snappy: return record::Codec::snappy;
    case config::StoredCodec::lz4: return record::Codec::lz4;
    case config::StoredCodec::zstd: return record::Codec::zstd;
  }
  return std::nullopt;
}

std::optional<int> level_of(const config::TopicConfig& config) {
  switch (config.codec) {
    case config::StoredCodec::gzip:
      return config.gzip_level == -1 ? std::nullopt : std::optional<int>(config.gzip_level);
    case config::StoredCodec::lz4: return config.lz4_level;
    case config::StoredCodec::zstd: return config.zstd_level;
    default: return std::nullopt;
  }
}

record::ValidationRules validation_of(const config::TopicConfig& config) {
  record::ValidationRules rules;
  rules.max_batch_bytes = static_cast<std::uint64_t>(std::max(config.max_batch_bytes, 0));
  rules.timestamp_type =
      config.log_append_time ? record::TimestampType::log_append_time : record::TimestampType::create_time;
  rules.timestamp_before_max = config.timestamp_before_max;
  rules.timestamp_after_max = config.timestamp_after_max;
  rules.compacted = config.compact;
  rules.compression = stored_codec(config.codec);
  rules.compression_level = level_of(config);
  return rules;
}

Millis producer_expiry(const config::ServerLayers& layers) {
  const auto value = config::resolve_server("producer.id.expiration.ms", layers);
  return Millis(std::get<std::int64_t>(value));
}

}  // namespace

const config::Overrides& TopicRulesCache::settings(metadata::ResourceType type, std::string name) const {
  static const config::Overrides kNothing;
  return image_ != nullptr ? image_->configs({type, std::move(name)}) : kNothing;
}

// Settings that did not change are the same object in both images; the older image is kept until they are compared.
void TopicRulesCache::set_image(metadata::ImagePtr image) {
  const metadata::ImagePtr previous = std::exchange(image_, std::move(image));
  const auto* mine = &settings(metadata::ResourceType::broker, std::to_string(node_.value()));
  const auto* all = &settings(metadata::ResourceType::broker, "");
  if (previous == nullptr || mine != of_this_server_ || all != of_all_servers_) rules_.clear();
  of_this_server_ = mine;
  of_all_servers_ = all;
  std::erase_if(rules_, [&](const auto& known) {
    return &settings(metadata::ResourceType::topic, known.first) != known.second.own;
  });
}

const TopicRules& TopicRulesCache::of(std::string_view topic) {
  if (const auto known = rules_.find(topic); known != rules_.end()) return known->second.rules;
  const config::Overrides& own = settings(metadata::ResourceType::topic, std::string(topic));
  const config::ServerLayers layers{of_this_server_, of_all_servers_, &server_.explicit_settings};

  TopicRules rules;
  rules.config = config::resolve_topic_config(own, layers);
  rules.validation = validation_of(rules.config);
  rules.log.segment_bytes = ByteCount(static_cast<std::uint64_t>(std::max(rules.config.segment_bytes, 1)));
  rules.log.index_interval_bytes =
      ByteCount(static_cast<std::uint64_t>(std::max(rules.config.index_interval_bytes, 0)));
  rules.log.segment_ms = rules.config.segment_age_max;
  rules.log.segment_jitter = rules.config.segment_jitter;
  rules.log.segment_index_bytes =
      ByteCount(static_cast<std::uint64_t>(std::max(rules.config.segment_index_bytes, 0)));
  rules.log.preallocate = rules.config.preallocate;
  rules.log.remove_old = rules.config.remove_old;
  rules.log.retention_bytes = rules.config.retention_bytes;
  rules.log.retention = rules.config.retention;
  rules.log.file_delete_delay = rules.config.file_delete_delay;
  rules.log.flush_messages = rules.config.flush_messages;
  rules.log.flush_interval = rules.config.flush_interval;
  rules.log.producer_expiry = producer_expiry(layers);
  rules.log.durable = config::durability_of(topic, own, layers).mode == config::Acknowledge::from_disk;
  return rules_.emplace(std::string(topic), Known{&own, std::move(rules)}).first->second.rules;
}

}  // namespace millrace::broker
