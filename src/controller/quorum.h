#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/callback.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/uuid.h"
#include "config/server_config.h"
#include "metadata/image.h"
#include "ports/shard.h"

namespace millrace::controller {

// How this node takes part in the metadata quorum.
struct QuorumOptions {
  NodeId node_id;
  Uuid directory_id;             // of the metadata directory
  std::string cluster_id;
  std::string metadata_dir;      // the log directory that holds __cluster_metadata-0; formatted
  ports::Endpoint controller;    // as advertised to voters
  std::string controller_listener = "CONTROLLER";
  const config::ServerConfig* server = nullptr;  // defaults of new topics, quorum settings; outlives the quorum
};

// The metadata quorum of one node, on one shard: the KRaft log, raft, and the controller that decides on top of it
// while this node is the active one. With one voter it elects itself. Requests come in and go out as bodies of Kafka's
// protocol, so the caller may as well be on another machine.
class Quorum {
 public:
  // Precondition: options.server is set.
  static std::unique_ptr<Quorum> create(ports::Shard& shard, QuorumOptions options);
  virtual ~Quorum() = default;

  // Opens and replays the metadata log, then takes part. `started` comes when the log is replayed, or with the reason
  // why it cannot be (a line for the operator). Storage that fails later ends the process (Process::fail).
  virtual void start(Callback<void(Result<void, std::string>)> started) = 0;

  // Handles one request for the active controller (those that apis.h lists): `body` is the request after its header,
  // `answer` gets the response after its header, once everything that it reports is committed; the image that shows it
  // has been published before.
  // Each API's file says which errors it gives. A request that comes while this node is about to become the active
  // controller waits; on one that has stopped being it, NOT_CONTROLLER is answered. An empty answer means that the body
  // is no request of that API and version. Precondition: serves(api_key).
  virtual void handle(std::int16_t api_key, std::int16_t version, Buffer body, Callback<void(Buffer)> answer) = 0;
  virtual bool serves(std::int16_t api_key) const = 0;

  // Calls `publish` with each new image of committed records (the newest within this turn, if there is one), on this
  // shard.
  virtual void subscribe(Callback<void(metadata::ImagePtr)> publish) = 0;

  // Finishes what has been decided, refuses what comes later, closes the log. No callback comes after `stopped`.
  virtual void stop(Task stopped) = 0;
};

}  // namespace millrace::controller
