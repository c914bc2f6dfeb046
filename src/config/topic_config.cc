#include "config/topic_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace millrace::config {
namespace {

// Reads single settings of one topic. Every name must have a default.
class TopicReader {
 public:
  TopicReader(const Overrides& overrides, const ServerLayers& servers) : overrides_(overrides), servers_(servers) {}

  Value value(std::string_view name) const { return resolve(Scope::topic, name, overrides_, servers_); }
  std::int64_t whole(std::string_view name) const { return std::get<std::int64_t>(value(name)); }
  std::int32_t int32(std::string_view name) const { return static_cast<std::int32_t>(whole(name)); }
  Millis millis(std::string_view name) const { return Millis(whole(name)); }
  bool boolean(std::string_view name) const { return std::get<bool>(value(name)); }
  std::string text(std::string_view name) const { return std::get<std::string>(value(name)); }
  bool lists(std::string_view name, std::string_view entry) const {
    const auto list = std::get<List>(value(name));
    return std::ranges::find(list, entry) != list.end();
  }

 private:
  const Overrides& overrides_;
  const ServerLayers& servers_;
};

StoredCodec codec_named(std::string_view name) {
  if (name == "uncompressed") return StoredCodec::none;
  if (name == "gzip") return StoredCodec::gzip;
  if (name == "snappy") return StoredCodec::snappy;
  if (name == "lz4") return StoredCodec::lz4;
  return name == "zstd" ? StoredCodec::zstd : StoredCodec::as_produced;
}

std::string joined_names(const std::map<std::string, std::optional<std::string>, std::less<>>& overrides) {
  std::string names;
  for (const auto& [name, value] : overrides) {
    if (!value) names += (names.empty() ? "" : ",") + name;
  }
  return names;
}

}  // namespace

TopicConfig resolve_topic_config(const Overrides& overrides, const ServerLayers& servers) {
  const TopicReader reader(overrides, servers);
  TopicConfig config;
  config.compact = reader.lists("cleanup.policy", "compact");
  config.remove_old = reader.lists("cleanup.policy", "delete");
  config.retention_bytes = reader.whole("retention.bytes");
  config.retention = std::max(reader.millis("retention.ms"), Millis(-1));
  config.tombstone_retention = reader.millis("delete.retention.ms");
  config.min_compaction_lag = reader.millis("min.compaction.lag.ms");
  config.max_compaction_lag = reader.millis("max.compaction.lag.ms");
  config.min_dirty_ratio = std::get<double>(reader.value("min.cleanable.dirty.ratio"));
  const Value internal_bytes = reader.value("internal.segment.bytes");
  const auto* bytes = std::get_if<std::int64_t>(&internal_bytes);
  config.segment_bytes = bytes != nullptr ? static_cast<std::int32_t>(*bytes) : reader.int32("segment.bytes");
  config.segment_age_max = reader.millis("segment.ms");
  config.segment_jitter = reader.millis("segment.jitter.ms");
  config.segment_index_bytes = reader.int32("segment.index.bytes");
  config.index_interval_bytes = reader.int32("index.interval.bytes");
  config.file_delete_delay = reader.millis("file.delete.delay.ms");
  config.preallocate = reader.boolean("preallocate");
  config.max_batch_bytes = reader.int32("max.message.bytes");
  config.log_append_time = reader.text("message.timestamp.type") == "LogAppendTime";
  config.timestamp_before_max = reader.millis("message.timestamp.before.max.ms");
  config.timestamp_after_max = reader.millis("message.timestamp.after.max.ms");
  config.codec = codec_named(reader.text("compression.type"));
  config.gzip_level = reader.int32("compression.gzip.level");
  config.lz4_level = reader.int32("compression.lz4.level");
  config.zstd_level = reader.int32("compression.zstd.level");
  config.min_insync_replicas = reader.int32("min.insync.replicas");
  config.unclean_leader_election = reader.boolean("unclean.leader.election.enable");
  config.flush_messages = reader.whole("flush.messages");
  config.flush_interval = reader.millis("flush.ms");
  return config;
}

Result<void, std::string> validate_topic_config(std::string_view name, std::string_view value) {
  const auto* definition = find_definition(Scope::topic, name);
  if (definition == nullptr) return fmt::format("Unknown topic config name: {}", name);
  const auto parsed = parse_value(*definition, value);
  if (!parsed.ok()) return parsed.error().reason;
  return {};
}

Result<void, std::string> validate_topic_configs(
    const std::map<std::string, std::optional<std::string>, std::less<>>& overrides, const ServerLayers& servers) {
  if (const std::string names = joined_names(overrides); !names.empty()) {
    return fmt::format("Null value not supported for topic configs: {}", names);
  }
  Overrides given;
  for (const auto& [name, value] : overrides) {
    if (find_definition(Scope::topic, name) == nullptr) return fmt::format("Unknown topic config name: {}", name);
    given.emplace(name, *value);
  }
  for (const auto& [name, value] : given) MR_TRY(validate_topic_config(name, value));
  const TopicReader reader(given, servers);
  const std::int64_t least = reader.whole("min.compaction.lag.ms");
  const std::int64_t most = reader.whole("max.compaction.lag.ms");
  if (least > most) {
    return fmt::format("conflict topic config setting min.compaction.lag.ms ({}) > max.compaction.lag.ms ({})", least,
                       most);
  }
  if (reader.boolean("remote.storage.enable")) {
    return std::string(
        "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.");
  }
  return {};
}

}  // namespace millrace::config
