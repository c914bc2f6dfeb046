#include "config/meta_properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "config/properties.h"
#include "config/value.h"

namespace millrace::config {
namespace {

using Entries = std::map<std::string, std::string, std::less<>>;

std::optional<std::int32_t> number(const Entries& entries, std::string_view key) {
  const auto at = entries.find(key);
  const auto value = at == entries.end() ? std::nullopt : parse_whole(trimmed(at->second));
  if (!value || *value < 0 || *value > INT32_MAX) return std::nullopt;
  return static_cast<std::int32_t>(*value);
}

// What one directory's meta.properties says against being part of this node; empty when nothing.
std::string objection(const DirectoryFound& directory, const MetaProperties& meta, NodeId node_id,
                      const std::string& cluster_id) {
  const std::string file = directory.path + "/meta.properties";
  if (meta.node_id != node_id) {
    return fmt::format("{}: belongs to node {}, but node.id is {}; give the node its own log.dirs, or set node.id={}",
                       file, meta.node_id.value(), node_id.value(), meta.node_id.value());
  }
  if (!cluster_id.empty() && meta.cluster_id != cluster_id) {
    return fmt::format("{}: belongs to cluster {}, the other log directories to {}; remove it from log.dirs",
                       file, meta.cluster_id, cluster_id);
  }
  return "";
}

}  // namespace

// Below it, ids mean that a directory is not assigned, lost, or another version's (KIP-858). Others that Kafka does not
// give to new directories may still be an old one's.
constexpr std::uint64_t kReserved = 3;

bool is_directory_id(const Uuid& id) { return id.high != 0 || id.low >= 100; }

bool is_left_by_format(std::string_view path) {
  constexpr std::array<std::string_view, 4> kNames{
      "bootstrap.checkpoint", "__cluster_metadata-0",
      "__cluster_metadata-0/00000000000000000000-0000000000.checkpoint", "meta.properties"};
  if (path == ".lock") return true;
  for (const std::string_view suffix : {".tmp", ".part"}) {
    if (!path.ends_with(suffix)) continue;
    path.remove_suffix(suffix.size());
    return std::ranges::find(kNames, path) != kNames.end();
  }
  return path != kMetaPropertiesName && std::ranges::find(kNames, path) != kNames.end();
}

std::string render_meta_properties(const MetaProperties& meta, std::string_view wall_text) {
  std::string text = "#\n";
  if (!wall_text.empty()) text += fmt::format("#{}\n", wall_text);
  text += render_property("cluster.id", meta.cluster_id);
  if (meta.directory_id) text += render_property("directory.id", meta.directory_id->text());
  text += render_property("node.id", std::to_string(meta.node_id.value()));
  text += render_property("version", "1");
  return text;
}

Result<MetaProperties, std::string> parse_meta_properties(std::string_view text) {
  auto parsed = parse_properties(text);
  if (!parsed.ok()) return fmt::format("meta.properties:{}: {}", parsed.error().line, parsed.error().reason);
  Entries entries;
  for (auto& property : parsed.value()) entries[property.key] = property.value;

  const auto version = number(entries, "version");
  if (!version) return std::string("meta.properties has no version; it must say version=1");
  if (*version == 0) {
    return std::string(
        "meta.properties has version 0, from a cluster with ZooKeeper; migrate the cluster to KRaft with Kafka 3.9 "
        "first");
  }
  if (*version != 1) return fmt::format("meta.properties has version {}; only 1 is known", *version);

  MetaProperties meta;
  const auto cluster = entries.find("cluster.id");
  if (cluster == entries.end() || trimmed(cluster->second).empty()) {
    return std::string("meta.properties has no cluster.id");
  }
  meta.cluster_id = std::string(trimmed(cluster->second));
  const auto node = number(entries, "node.id");
  if (!node) return std::string("meta.properties has no node.id, or one that is not a whole number from 0 on");
  meta.node_id = NodeId(*node);
  if (const auto directory = entries.find("directory.id"); directory != entries.end()) {
    const auto id = Uuid::parse(trimmed(directory->second));
    if (!id.ok() || (id->high == 0 && id->low < kReserved)) {
      return fmt::format("meta.properties has directory.id={}; it must be 22 characters of base64, not a reserved id",
                         directory->second);
    }
    meta.directory_id = id.value();
  }
  return meta;
}

Result<DirectoryVerdict, std::string> judge_directories(const std::vector<DirectoryFound>& found,
                                                        std::string_view metadata_dir, NodeId node_id) {
  DirectoryVerdict verdict;
  std::map<Uuid, std::string> ids;
  std::vector<const DirectoryFound*> bare;
  for (const auto& directory : found) {
    if (!directory.readable) {
      if (directory.path == metadata_dir)
        return fmt::format("{}: holds the metadata log and cannot be read", directory.path);
      verdict.offline.push_back(directory.path);
      continue;
    }
    if (!directory.meta) {
      bare.push_back(&directory);
      continue;
    }
    const MetaProperties& meta = *directory.meta;
    if (auto line = objection(directory, meta, node_id, verdict.cluster_id); !line.empty()) return line;
    verdict.cluster_id = meta.cluster_id;
    if (!meta.directory_id) {
      verdict.needs_id.push_back(directory.path);
    } else if (const auto [at, fresh] = ids.emplace(*meta.directory_id, directory.path); !fresh) {
      return fmt::format("{} and {} have the same directory.id {}; one is a copy of the other: remove it from log.dirs",
                         at->second, directory.path, meta.directory_id->text());
    }
  }
  if (verdict.offline.size() == found.size()) return fmt::format("{}: cannot be read", found.front().path);
  for (const auto* directory : bare) {
    if (!directory->empty) {
      return fmt::format("{}: is not empty and has no meta.properties, so it is not a log directory of this node; "
                         "name another one in log.dirs, or empty it", directory->path);
    }
    if (verdict.cluster_id.empty()) continue;
    if (directory->path == metadata_dir) {
      return fmt::format(
          "{}: holds the metadata log and is not formatted, but other log directories are; bring its disk back, or "
          "finish an interrupted format with storage format --ignore-formatted",
          directory->path);
    }
    verdict.to_add.push_back(directory->path);
  }
  verdict.kind = verdict.cluster_id.empty() ? DirectoryVerdict::unformatted : DirectoryVerdict::ready;
  return verdict;
}

}  // namespace millrace::config
