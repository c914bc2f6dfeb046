#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/callback.h"
#include "base/uuid.h"
#include "client/cluster.h"
#include "client/consumer/group_offsets.h"
#include "client/consumer/options.h"
#include "protocol/errc.h"

namespace millrace::client {

// Partitions as groups with member epochs speak of them: by the ids of their topics, numbers in order.
using PartitionsById = std::map<::millrace::Uuid, std::vector<std::int32_t>>;

// Member epochs that say something else: a member joins, leaves, or is a static one that will come back.
inline constexpr std::int32_t kJoiningEpoch = 0;
inline constexpr std::int32_t kLeavingEpoch = -1;
inline constexpr std::int32_t kPausingEpoch = -2;

// What a member tells its coordinator at each sign of life: who it is, and what has changed since it told last.
struct GroupBeat {
  GroupIdentity who;  // its generation: the member epoch
  bool whole = false;  // settings are told too
  std::optional<std::vector<std::string>> topics;
  std::optional<std::string> regex;  // empty: none any more
  std::optional<PartitionsById> owned;
};

// What it hears.
struct GroupBeatAnswer {
  protocol::Errc code = protocol::Errc::none;
  std::string message;
  std::int32_t epoch = 0;
  Millis interval{0};  // until the next beat
  std::optional<PartitionsById> assignment;  // if it has changed
};

// Sends one beat; those that leave are tried again until `timeout`, all others are one attempt. Two kinds of groups
// have such members: of consumers (KIP-848) and of share consumers (KIP-932).
using SendGroupBeat = void (*)(Cluster& cluster, const ConsumerOptions& options, GroupBeat beat, Millis timeout,
                               Callback<void(Result<GroupBeatAnswer>)> done);
void send_consumer_beat(Cluster& cluster, const ConsumerOptions& options, GroupBeat beat, Millis timeout,
                        Callback<void(Result<GroupBeatAnswer>)> done);
void send_share_beat(Cluster& cluster, const ConsumerOptions& options, GroupBeat beat, Millis timeout,
                     Callback<void(Result<GroupBeatAnswer>)> done);

}  // namespace millrace::client
