#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "coordinator/record.h"
#include "groups/classic/group.h"
#include "groups/settings.h"
#include "groups/topic_directory.h"
#include "protocol/errc.h"
#include "protocol/gen/offset_commit.h"

namespace millrace::groups::offsets {

using protocol::Errc;

// An OffsetCommit and what becomes of each of its partitions. Partitions of topics that do not exist are settled at the
// beginning; the others share one fate, decided by the group.
class Commit {
 public:
  // Keeps nothing of `request`.
  Commit(const protocol::OffsetCommitRequest& request, std::int16_t version, const TopicDirectory& topics);

  // Whether there is a partition that the group has to decide about.
  bool has_open() const { return open_ > 0; }
  // The answer, in which every open partition has `error`.
  Buffer answer(Errc error) const;

  // What to write for the open partitions; those whose metadata is too large are closed with their error.
  std::vector<coordinator::Record> decide(const GroupSettings& settings, WallTime now);

 private:
  struct Partition {
    std::int32_t index;
    bool unknown;               // settled at the beginning
    std::optional<Errc> error;  // nothing: open
    std::int64_t offset;
    std::int32_t leader_epoch;
    std::string metadata;
  };
  struct Topic {
    std::string name;
    Uuid id;
    bool known;
    std::vector<Partition> partitions;
  };
  std::string group_;
  std::int64_t retention_ms_;
  std::int16_t version_;
  std::vector<Topic> topics_;  // as in the request
  std::size_t open_ = 0;
};

// Whether a member may commit, or a stranger: those may while a group has no members. `group` is null when there is
// none; a commit of a stranger then makes one.
Errc validate_commit(const classic::ClassicGroup* group, bool exists, const protocol::OffsetCommitRequest& request,
                     std::int16_t version);

}  // namespace millrace::groups::offsets
