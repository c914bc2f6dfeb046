#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/uuid.h"

namespace millrace::config {

inline constexpr std::string_view kMetaPropertiesName = "meta.properties";

// What meta.properties says about a log directory: whose it is (docs/formats/meta.properties.md).
struct MetaProperties {
  std::string cluster_id;            // 22 characters in new clusters, any text in old ones
  NodeId node_id = kNoNode;
  std::optional<Uuid> directory_id;  // absent in directories from before Kafka 3.7

  friend bool operator==(const MetaProperties&, const MetaProperties&) = default;
};

// Whether an id may name a directory: the 100 lowest numbers are reserved by Kafka for meanings of their own.
bool is_directory_id(const Uuid& id);
// What the metadata says of a replica whose broker has not said yet in which of its directories it is (KIP-858).
inline constexpr Uuid kUnassignedDirectory{0, 1};

// The file for `meta`, in version 1. `wall_text` is put into a comment on top when it is not empty.
std::string render_meta_properties(const MetaProperties& meta, std::string_view wall_text = {});

// Reads the text of a meta.properties. The error is one line without the file's path: what is missing or wrong, and
// for version 0 (from ZooKeeper's time) what to do.
Result<MetaProperties, std::string> parse_meta_properties(std::string_view text);

// One log directory as it was found.
struct DirectoryFound {
  std::string path;
  bool readable = true;                // false: it could not be read; it is offline
  std::optional<MetaProperties> meta;  // nothing: not formatted
  bool empty = true;  // without meta.properties: whether nothing is in it, or only what is_left_by_format
};

// Whether a file or directory, by its path inside a log directory, is one that a format writes before meta.properties:
// a directory with nothing else was being formatted when the node died, and may be formatted again.
bool is_left_by_format(std::string_view path);

// What is to be done with the log directories at the start.
struct DirectoryVerdict {
  enum Kind : std::uint8_t {
    ready,       // all formatted, all ours
    unformatted  // none has a meta.properties, and all are empty: format them, or refuse the start (the caller's rule)
  };
  Kind kind = ready;
  std::string cluster_id;                 // ready only
  std::vector<std::string> to_add;  // ready only: empty directories beside formatted ones, to be formatted likewise
  std::vector<std::string> needs_id;      // ready only: directories whose meta.properties lacks a directory.id
  std::vector<std::string> offline;       // could not be read
};

// Judges the directories of a node. Errors, one line each, naming the path: another node's directory, two clusters in
// one node, one directory id twice, files but no meta.properties (a foreign directory), no directory that can be read,
// a metadata directory that cannot be read, or that is not formatted beside others that are. Precondition: `found` is
// not empty.
Result<DirectoryVerdict, std::string> judge_directories(const std::vector<DirectoryFound>& found,
                                                        std::string_view metadata_dir, NodeId node_id);

}  // namespace millrace::config
