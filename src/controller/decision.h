#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/uuid.h"
#include "config/layers.h"
#include "config/server_config.h"
#include "metadata/image.h"
#include "metadata/record_frame.h"
#include "ports/random.h"
#include "protocol/errc.h"
#include "raft/observers.h"
#include "raft/voters.h"

namespace millrace::controller {

inline constexpr std::string_view kMetadataTopic = "__cluster_metadata";

// What raft knows at the moment.
struct QuorumFacts {
  LeaderEpoch epoch;
  Offset commit;   // everything below is committed
  Offset log_end;
  WallTime now;
  const raft::VoterSet* voters = nullptr;
  Offset log_start{0};
  const raft::Observers* observers = nullptr;  // null: nobody is known to observe
};

// What a decision is made from. The image holds everything recorded so far, also what is not committed yet: the answer
// that follows from it is given only when all of that is committed.
struct Context {
  const metadata::Image& image;
  const config::ServerConfig& server;
  NodeId self;
  std::string_view cluster_id;
  Offset next_offset;  // of the first record that the decision records
  ports::Random& random;
  QuorumFacts quorum;

  // Settings of servers as this node sees them; valid as long as the image.
  config::ServerLayers layers() const {
    return {&image.configs({metadata::ResourceType::broker, std::to_string(self.value())}),
            &image.configs({metadata::ResourceType::broker, std::string()}), &server.explicit_settings};
  }
  // Where this node, which leads the quorum, listens for other replicas; null if the voters do not say it.
  const raft::VoterEndpoint* endpoint() const {
    const raft::Voter* voter = quorum.voters->find(self);
    return voter == nullptr || voter->endpoints.empty() ? nullptr : &voter->endpoints[0];
  }
};

// What follows from a request: records that change the metadata (their values, in order; applied together), and the
// answer's body, which is sent when they are committed. Only the replay of the records changes anything.
struct Decision {
  std::vector<Buffer> records;
  bool keeps_voters = false;  // who votes is kept in the log from now on (kraft.version 1)
  Buffer response;

  template <protocol::Message T>
  void record(const T& message, std::int16_t version) {
    records.push_back(metadata::frame_record(message, version));
  }
};

// Keeps the texts that a message points at until it is encoded.
class Texts {
 public:
  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

 private:
  std::deque<std::string> kept_;
};

// An error of a request or a part of it, with what people are told.
struct Refusal {
  protocol::Errc code = protocol::Errc::none;
  std::string message;
};

}  // namespace millrace::controller
