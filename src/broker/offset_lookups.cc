#include "broker/offset_lookups.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "broker/broker.h"

namespace millrace::broker {
namespace {

using protocol::Errc;
using AllFound = std::vector<OffsetFound>;

// The epoch in which the log's first record was written, or will be.
LeaderEpoch epoch_of_start(replica::Partition& partition) {
  std::int32_t low = 0;
  std::int32_t high = partition.leader_epoch().value();
  while (low < high) {
    const std::int32_t middle = low + (high - low) / 2;
    const auto end = partition.log().end_of_epoch(LeaderEpoch(middle));
    if (end.epoch != kNoEpoch && (end.end > partition.log_start() || partition.log_end() == partition.log_start())) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  const auto end = partition.log().end_of_epoch(LeaderEpoch(low));
  return end.epoch;
}

OffsetFound found_at(std::int64_t offset, LeaderEpoch epoch) {
  return {Errc::none, -1, offset, epoch.value()};
}

void look_up(replica::Partition& partition, const OffsetLookup& lookup, Sees sees, Callback<void(OffsetFound)> done) {
  const auto fail = [&](Errc error) { done({error, -1, -1, -1}); };
  const Errc epoch = check_leader_epoch(lookup.current_leader_epoch, partition.leader_epoch());
  if (epoch != Errc::none) return fail(epoch);
  if (!partition.is_leader()) return fail(Errc::not_leader_or_follower);
  const Offset upto = sees == Sees::everything  ? partition.log_end()
                      : sees == Sees::committed ? partition.high_watermark()
                                                : partition.last_stable_offset();
  switch (lookup.timestamp) {
    case kLatest: return done(found_at(upto.value(), partition.leader_epoch()));
    case kEarliest:
    case kEarliestLocal: return done(found_at(partition.log_start().value(), epoch_of_start(partition)));
    case kLatestTiered:
    case kEarliestPendingUpload: return done(found_at(-1, kNoEpoch));
    default: break;
  }
  auto answer = [done = std::move(done)](Result<log::TimestampOffset> found) mutable {
    if (!found) return done({Errc::kafka_storage_error, -1, -1, -1});
    if (found->offset == kNoOffset) return done({});
    done({Errc::none, found->timestamp.value(), found->offset.value(), found->epoch.value()});
  };
  if (lookup.timestamp == kMaxTimestamp) {
    partition.log().find_max_timestamp(upto, std::move(answer));
  } else {
    partition.log().find_timestamp(WallTime(lookup.timestamp), upto, std::move(answer));
  }
}

struct Gathering {
  AllFound found;
  std::size_t left = 0;
  Callback<void(AllFound)> done;

  void one_less() {
    if (--left == 0) done(std::move(found));
  }
};

void look_up_here(Broker& broker, const std::vector<OffsetLookup>& lookups, Sees sees,
                  Callback<void(AllFound)> answer) {
  auto gathering = std::make_shared<Gathering>();
  gathering->found.resize(lookups.size());
  gathering->left = lookups.size();
  gathering->done = std::move(answer);
  for (std::size_t i = 0; i < lookups.size(); ++i) {
    broker.partitions().with(lookups[i].key,
                             [gathering, i, lookup = lookups[i], sees](replica::Partition* partition, Errc error) {
      auto take = [gathering, i](OffsetFound found) {
        gathering->found[i] = found;
        gathering->one_less();
      };
      if (partition == nullptr) return take({error, -1, -1, -1});
      look_up(*partition, lookup, sees, std::move(take));
    });
  }
}

}  // namespace

void look_up_all(Broker& broker, std::vector<OffsetLookup> lookups, Sees sees, Callback<void(AllFound)> done) {
  if (lookups.empty()) return done({});
  std::map<ShardId, std::vector<std::size_t>> shares;
  for (std::size_t i = 0; i < lookups.size(); ++i) shares[lookups[i].owner].push_back(i);
  auto gathering = std::make_shared<Gathering>();
  gathering->found.resize(lookups.size());
  gathering->left = shares.size();
  gathering->done = std::move(done);
  for (auto& [owner, positions] : shares) {
    std::vector<OffsetLookup> share;
    for (const std::size_t at : positions) share.push_back(lookups[at]);
    broker.crossing().ask<AllFound>(
        owner,
        [share = std::move(share), sees, image = broker.image()](Broker& there, Callback<void(AllFound)> answer) {
          there.observe(image);
          look_up_here(there, share, sees, std::move(answer));
        },
        [gathering, positions = std::move(positions)](AllFound found) {
          for (std::size_t i = 0; i < positions.size(); ++i) gathering->found[positions[i]] = found[i];
          gathering->one_less();
        });
  }
}

}  // namespace millrace::broker
