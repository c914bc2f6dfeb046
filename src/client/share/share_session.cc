#include "client/share/share_session.h"

namespace millrace::client {
namespace {

// Entries of one topic stand together: `topics` is filled in the order of the keys.
template <typename Topics>
auto& topic_of(Topics& topics, const ::millrace::Uuid& id) {
  if (topics.empty() || topics.back().topic_id != id) topics.emplace_back().topic_id = id;
  return topics.back();
}

template <typename Batches>
void put_runs(Batches& batches, const Acknowledgements& acks) {
  for (const auto& run : acks.runs()) batches.push_back({run.first, run.last, {run.type}});
}

}  // namespace

protocol::ShareFetchRequest ShareSession::fetch(const std::set<ShareKey>& wanted, const PendingByKey& acks) {
  protocol::ShareFetchRequest request;
  request.share_session_epoch = epoch_;
  for (const ShareKey& key : wanted) {
    const auto told = acks.find(key);
    if (known_.contains(key) && told == acks.end()) continue;
    auto& partition = topic_of(request.topics, key.topic).partitions.emplace_back();
    partition.partition_index = key.partition;
    if (told != acks.end()) put_runs(partition.acknowledgement_batches, told->second.what);
  }
  for (const ShareKey& key : known_) {
    if (!wanted.contains(key)) topic_of(request.forgotten_topics_data, key.topic).partitions.push_back(key.partition);
  }
  known_ = wanted;
  return request;
}

protocol::ShareAcknowledgeRequest ShareSession::acknowledge(const PendingByKey& acks, bool last) const {
  protocol::ShareAcknowledgeRequest request;
  request.share_session_epoch = last ? -1 : epoch_;
  for (const auto& [key, pending] : acks) {
    auto& partition = topic_of(request.topics, key.topic).partitions.emplace_back();
    partition.partition_index = key.partition;
    put_runs(partition.acknowledgement_batches, pending.what);
    if (pending.what.renews()) request.is_renew_ack = true;
  }
  return request;
}

}  // namespace millrace::client
