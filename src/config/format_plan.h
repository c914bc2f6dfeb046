#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/uuid.h"
#include "config/features.h"
#include "config/meta_properties.h"
#include "config/server_config.h"

namespace millrace::config {

// One of the voters of a quorum when it begins.
struct FirstVoter {
  NodeId node_id = kNoNode;
  Uuid directory_id;
  std::vector<Listener> endpoints;  // the advertised controller listeners; empty hosts are the caller's to fill in

  friend bool operator==(const FirstVoter&, const FirstVoter&) = default;
};

// What is asked of `storage format`, or of a start that may format.
struct FormatRequest {
  // How the members of the quorum are first known.
  enum class Quorum : std::uint8_t {
    as_configured,  // by controller.quorum.voters; a broker alone needs nothing
    standalone,     // this controller is the only voter
    named,          // these controllers are the voters, `voters`
    joins_later     // no voters here: this broker or controller is added to a running quorum
  };
  std::string cluster_id;
  std::int16_t metadata_version = kMaxMetadataVersion;
  std::vector<Feature> features;  // levels that differ from the defaults
  Quorum quorum = Quorum::as_configured;
  std::vector<FirstVoter> voters;  // with Quorum::named; this node's directory gets the id that stands here for it
  bool skip_formatted = false;    // leave directories alone that are formatted for this node and cluster already
};

// What to write. Each directory gets bootstrap.checkpoint with the features as FeatureLevelRecords in this order, then
// meta.properties, which makes it a formatted one. With `first_voters` the metadata directory gets in between
// __cluster_metadata-0/00000000000000000000-0000000000.checkpoint with kraft_version and the voters. All of it may be
// written again over what an interrupted format has left (is_left_by_format).
struct FormatPlan {
  struct Directory {
    std::string path;
    MetaProperties meta;
    bool holds_metadata = false;
  };
  std::vector<Directory> directories;  // the metadata directory last
  std::vector<Feature> features;       // kraft.version is not among them
  std::int16_t kraft_version = 0;
  std::vector<FirstVoter> first_voters;
};

// The directories of a node: log_dirs, and metadata_log_dir when it is none of them.
std::vector<std::string> all_directories(const ServerConfig& config);

// Decides as Kafka's storage tool does. `found` are all_directories in any order, `fresh_ids` one new random id for
// each of them. The error is one line: an empty cluster id, a directory that is formatted already or belongs to another
// node or cluster or cannot be read, a feature or level that is not offered or does not fit the metadata.version, a
// quorum that does not fit the settings. No directories in the plan (with skip_formatted only): nothing is left to do.
Result<FormatPlan, std::string> plan_format(const ServerConfig& config, const FormatRequest& request,
                                            const std::vector<DirectoryFound>& found, std::span<const Uuid> fresh_ids);

}  // namespace millrace::config
