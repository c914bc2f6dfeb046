#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/handlers/handlers.h"
#include "broker/offset_lookups.h"
#include "protocol/errc.h"
#include "protocol/gen/list_offsets.h"

namespace millrace::broker {
namespace {

using protocol::Errc;
using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;

constexpr std::int32_t kConsumer = -1;

// The first version that knows a special timestamp.
std::int16_t known_since(std::int64_t timestamp) {
  switch (timestamp) {
    case kMaxTimestamp: return 7;
    case kEarliestLocal: return 8;
    case kLatestTiered: return 9;
    case kEarliestPendingUpload: return 11;
    default: return timestamp < kEarliest ? INT16_MAX : 0;
  }
}

struct Place {
  std::size_t topic;
  std::size_t partition;
};

struct Listing {
  RequestPtr request;
  ListOffsetsRequest body;
  ListOffsetsResponse response;
  std::vector<Place> places;
};

void fail_all(Listing& listing, Errc error) {
  for (auto& topic : listing.response.topics) {
    for (auto& partition : topic.partitions) partition.error_code = protocol::to_wire(error);
  }
}

}  // namespace

void list_offsets(RequestPtr request, Broker& broker) {
  auto body = read_body<ListOffsetsRequest>(*request);
  if (!body) return;
  auto listing = std::make_shared<Listing>();
  listing->request = std::move(request);
  listing->body = std::move(*body);
  const std::int16_t version = listing->request->version();
  const ListOffsetsRequest& asked = listing->body;

  std::set<std::pair<std::string_view, std::int32_t>> seen;
  std::map<std::pair<std::string_view, std::int32_t>, bool> twice;  // whether it is answered already
  for (const auto& topic : asked.topics) {
    for (const auto& partition : topic.partitions) {
      const std::pair key(topic.name, partition.partition_index);
      if (!seen.insert(key).second) twice.emplace(key, false);
    }
  }
  std::vector<OffsetLookup> lookups;
  std::map<std::string_view, std::size_t> places;  // a topic that is named twice is answered once
  for (const auto& topic : asked.topics) {
    if (topic.partitions.empty()) continue;
    const auto [place, first] = places.try_emplace(topic.name, listing->response.topics.size());
    if (first) listing->response.topics.emplace_back().name = topic.name;
    auto& topic_answer = listing->response.topics[place->second];
    const auto* known = broker.image()->topic(topic.name);
    for (const auto& partition : topic.partitions) {
      if (const auto again = twice.find({topic.name, partition.partition_index}); again != twice.end()) {
        if (again->second) continue;
        again->second = true;
      }
      auto& answer = topic_answer.partitions.emplace_back();
      answer.partition_index = partition.partition_index;
      const auto fail = [&](Errc error) { answer.error_code = protocol::to_wire(error); };
      const PartitionIndex index(partition.partition_index);
      if (twice.contains({topic.name, partition.partition_index})) {
        fail(Errc::invalid_request);
      } else if (known_since(partition.timestamp) > version) {
        fail(Errc::unsupported_version);
      } else if (known == nullptr) {
        fail(Errc::unknown_topic_or_partition);
      } else {
        lookups.push_back({{known->id, index}, broker.owner(topic.name, index), partition.timestamp,
                           LeaderEpoch(partition.current_leader_epoch)});
        listing->places.push_back({place->second, topic_answer.partitions.size() - 1});
      }
    }
  }
  if (asked.replica_id == kConsumer && asked.isolation_level != 0 && asked.isolation_level != 1) {
    fail_all(*listing, Errc::unknown_server_error);
    answer(*listing->request, listing->response);
    return;
  }
  const Sees sees = asked.replica_id != kConsumer ? Sees::everything
                    : asked.isolation_level == 1  ? Sees::stable
                                                  : Sees::committed;
  look_up_all(broker, std::move(lookups), sees, [listing](std::vector<OffsetFound> found) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      auto& target = listing->response.topics[listing->places[i].topic].partitions[listing->places[i].partition];
      target.error_code = protocol::to_wire(found[i].error);
      target.timestamp = found[i].timestamp;
      target.offset = found[i].offset;
      target.leader_epoch = found[i].leader_epoch;
    }
    answer(*listing->request, listing->response);
  });
}

}  // namespace millrace::broker
