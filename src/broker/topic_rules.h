#pragma once

#include <map>
#include <string>
#include <string_view>

#include "config/layers.h"
#include "config/server_config.h"
#include "config/topic_config.h"
#include "log/partition_log.h"
#include "metadata/image.h"
#include "record/validate.h"

namespace millrace::broker {

// What a topic's settings mean for this node, all levels put together.
struct TopicRules {
  config::TopicConfig config;
  record::ValidationRules validation;
  log::LogOptions log;
};

// The rules of the topics of one image, worked out when first asked for. One per shard.
class TopicRulesCache {
 public:
  TopicRulesCache(const config::ServerConfig& server, NodeId node) : server_(server), node_(node) {}
  // Forgets what was worked out from settings that are others in this image.
  void set_image(metadata::ImagePtr image);
  // Forgets everything: the server's own settings have changed.
  void forget() { rules_.clear(); }
  // The rules of a topic (which need not exist yet: then the defaults). The reference holds until set_image or forget.
  const TopicRules& of(std::string_view topic);

 private:
  using Overrides = config::Overrides;
  struct Known {
    const Overrides* own;  // in image_
    TopicRules rules;
  };
  const Overrides& settings(metadata::ResourceType type, std::string name) const;

  const config::ServerConfig& server_;
  NodeId node_;
  metadata::ImagePtr image_;
  const Overrides* of_this_server_ = nullptr;  // in image_
  const Overrides* of_all_servers_ = nullptr;
  std::map<std::string, Known, std::less<>> rules_;
};

}  // namespace millrace::broker
