#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "coordinator/keyed_timers.h"
#include "coordinator/runtime.h"
#include "groups/admin/listing.h"
#include "groups/classic/transitions.h"
#include "groups/group_coordinator.h"
#include "groups/offsets/commit.h"
#include "groups/store.h"
#include "protocol/errc.h"

namespace millrace::groups {

using protocol::Errc;

// What the partitions of one shard share. Everything outlives them.
struct GroupEnvironment {
  ports::Clock& clock;
  ports::Timers& timers;
  ports::Random& random;
  ports::Logger& logger;
  const TopicDirectory& topics;
  GroupSettings settings;
};

// The groups of one partition of __consumer_offsets that this shard leads. Runs what the transitions decide: keeps the
// groups as they are now (classic::ClassicGroup) beside what is stored of them (Store), the requests that wait, and the
// timers.
class GroupPartition {
 public:
  GroupPartition(const GroupEnvironment& environment, PartitionIndex partition,
                 std::unique_ptr<coordinator::PartitionLog> log);
  ~GroupPartition();

  void load();
  // Led elsewhere: whoever waits gets NOT_COORDINATOR. Nothing but the destructor may follow.
  void close();

  // none when its groups can be asked for; otherwise COORDINATOR_LOAD_IN_PROGRESS or NOT_COORDINATOR, and no request
  // may be given to it.
  Errc ready() const;

  void join(const Incoming<protocol::JoinGroupRequest>& request, Reply reply);
  void sync(const Incoming<protocol::SyncGroupRequest>& request, Reply reply);
  void heartbeat(const Incoming<protocol::HeartbeatRequest>& request, Reply reply);
  void leave(const Incoming<protocol::LeaveGroupRequest>& request, Reply reply);
  // Commits what is open in `commit`, which was made from `request`.
  void commit_offsets(const Incoming<protocol::OffsetCommitRequest>& request, offsets::Commit commit, Reply reply);
  void fetch_offsets(OffsetQuery query, Callback<void(OffsetAnswer)> reply);

  // Adds the groups of the committed view that `query` wants.
  void list(const ListQuery& query, std::vector<ListedGroup>& out) const;
  DescribedGroup describe(const std::string& group) const;
  const Store& store() const { return store_; }
  // GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP, or none when nothing of it is left.
  void delete_group(const std::string& group, Callback<void(Errc)> done);
  void delete_offsets(const Incoming<protocol::OffsetDeleteRequest>& request, Reply reply);
  // These topics are no more, and neither are offsets of theirs.
  void topics_deleted(const std::set<std::string, std::less<>>& topics);

 private:
  // An answer on its way, and how to say instead that it came to nothing.
  struct Outgoing {
    Reply reply;
    std::int16_t version = 0;
    Buffer body;
    Buffer (*error_body)(Errc, std::int16_t) = nullptr;
  };
  // A JoinGroup or SyncGroup that waits.
  struct Parked {
    Reply reply;
    std::int16_t version = 0;
  };
  using MemberKey = std::pair<std::string, std::string>;  // group, member
  using ParkedMap = std::map<MemberKey, Parked>;
  using TimerKey = std::tuple<std::string, classic::TimerKind, std::string>;  // group, kind, member

  const classic::ClassicGroup* find(std::string_view group) const;
  classic::Context context() const { return {environment_.settings, environment_.clock.wall()}; }

  void on_loaded(coordinator::Runtime::State state);
  void apply(const std::string& group, classic::Decision decision, std::vector<Outgoing> answers);
  void set_timer(const std::string& group, const classic::TimerOrder& order);
  void on_timer(const std::string& group, const classic::TimerOrder& order);
  void follow_up(const std::string& group, const classic::Followup& followup, Errc result);
  void forget(const std::string& group, Errc why);

  Errc classic_join_error(const std::string& group, bool is_new_member) const;
  ListedGroup listed(const std::string& group, GroupKind kind) const;
  Errc may_remove(const std::string& group) const;
  void remove(const std::string& group, Callback<void(Errc)> done);
  void plan_expiry();
  void expire();
  // Adds what removes the offsets whose time is over; whether the group has none left then.
  bool expire_offsets(const std::string& group, std::vector<coordinator::Record>& records) const;
  bool expire_modern(const std::string& group, GroupKind kind, std::vector<coordinator::Record>& records) const;

  void park(ParkedMap& parked, const MemberKey& key, Parked request, Buffer (*error_body)(Errc, std::int16_t));
  void unpark(ParkedMap& parked, const MemberKey& key, std::vector<Outgoing>& out, Outgoing answer);
  void send_later(std::vector<Outgoing> answers);
  static void send(std::vector<Outgoing>& answers, Errc error);

  GroupEnvironment environment_;
  std::string name_;
  Store store_;
  coordinator::KeyedTimers<TimerKey> timers_;
  std::map<std::string, classic::ClassicGroup, std::less<>> groups_;
  ParkedMap joins_;
  ParkedMap syncs_;
  ports::TimerId expiry_{};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // false: what was planned here has nothing to do
  coordinator::Runtime runtime_;
};

// Kafka's code for records that were not written.
Errc to_errc(coordinator::WriteError error);

}  // namespace millrace::groups
