#pragma once

#include <bitset>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "log/mark_file.h"
#include "log/partition_log.h"
#include "ports/net.h"

namespace millrace::broker {

// A place where the node listens.
struct Listener {
  std::string name;
  ports::Endpoint bound;    // with the port in force
  bool controller = false;  // for controllers; otherwise for clients and brokers
};

// What a node finds out when it starts; the same on every shard, never changed afterwards.
struct NodeFacts {
  std::string cluster_id;
  std::map<std::string, Uuid> directory_ids;  // of the log directories in service, by path; the others are offline
  std::vector<std::string> log_dirs;         // in the order of the settings
  std::map<std::string, std::string> partition_dirs;  // "<topic>-<partition>" that were there at the start: where
  std::map<std::string, std::string> moving;          // of these: where a move that was interrupted went
  std::map<std::string, log::OpenHints> hints;        // of these: what the checkpoint files say
  std::map<log::MarkKey, log::DurableMark> marks;     // how far they were synced before a crash
  std::int64_t previous_broker_epoch = -1;   // from a clean stop, else -1
  std::bitset<256> controller_serves;        // by API key: what the metadata quorum of this node answers
  // Where clients find this node: by name of the listener. Hosts and ports as advertised.
  std::map<std::string, ports::Endpoint> advertised;
};

}  // namespace millrace::broker
