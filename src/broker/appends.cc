#include "broker/appends.h"

#include <map>
#include <memory>
#include <utility>

#include "broker/broker.h"

namespace millrace::broker {
namespace {

using protocol::Errc;
using Outcomes = std::vector<AppendOutcome>;

Errc as_errc(replica::AppendError error) {
  switch (error) {
    case replica::AppendError::not_leader: return Errc::not_leader_or_follower;
    case replica::AppendError::not_enough_replicas: return Errc::not_enough_replicas;
    case replica::AppendError::storage: return Errc::kafka_storage_error;
    case replica::AppendError::timed_out: return Errc::request_timed_out;
    case replica::AppendError::out_of_order_sequence: return Errc::out_of_order_sequence_number;
    case replica::AppendError::stale_producer_epoch: return Errc::invalid_producer_epoch;
    case replica::AppendError::too_large: return Errc::record_list_too_large;
  }
  return Errc::unknown_server_error;
}

// The items of one request that one shard owns, on that shard.
struct Appending {
  Outcomes outcomes;
  std::size_t left = 0;
  Callback<void(Outcomes)> answer;

  void one_less() {
    if (--left == 0) answer(std::move(outcomes));
  }
};

void append_here(Broker& broker, std::vector<AppendItem> items, replica::Acks acks, MonoTime deadline,
                 Callback<void(Outcomes)> answer) {
  auto appending = std::make_shared<Appending>();
  appending->outcomes.resize(items.size());
  appending->left = items.size();
  appending->answer = std::move(answer);
  for (std::size_t i = 0; i < items.size(); ++i) {
    broker.partitions().with(items[i].key, [appending, i, acks, deadline, batch = std::move(items[i].batch)](
                                               replica::Partition* partition, Errc error) mutable {
      AppendOutcome& outcome = appending->outcomes[i];
      if (partition == nullptr) {
        outcome.error = error;
        return appending->one_less();
      }
      outcome.log_start = partition->log_start();
      if (batch.empty()) {
        if (!partition->is_leader()) outcome.error = Errc::not_leader_or_follower;
        return appending->one_less();
      }
      partition->append(std::move(batch), acks, deadline,
                        [appending, i](Result<replica::Appended, replica::AppendError> result) {
        AppendOutcome& out = appending->outcomes[i];
        if (result) {
          out.appended = *result;
          out.log_start = result->log_start;
        } else {
          out.error = as_errc(result.error());
        }
        appending->one_less();
      });
    });
  }
}

// The items of one request, where it came from.
struct Spread {
  Outcomes outcomes;
  std::size_t left = 0;
  Callback<void(Outcomes)> done;
};

}  // namespace

void append_all(Broker& broker, std::vector<AppendItem> items, replica::Acks acks, MonoTime deadline,
                Callback<void(Outcomes)> done) {
  if (items.empty()) return done({});
  std::map<ShardId, std::vector<std::size_t>> shares;
  for (std::size_t i = 0; i < items.size(); ++i) shares[items[i].owner].push_back(i);
  auto spread = std::make_shared<Spread>();
  spread->outcomes.resize(items.size());
  spread->left = shares.size();
  spread->done = std::move(done);
  for (auto& [owner, positions] : shares) {
    std::vector<AppendItem> share;
    share.reserve(positions.size());
    for (const std::size_t at : positions) share.push_back(std::move(items[at]));
    broker.crossing().ask<Outcomes>(
        owner,
        [share = std::move(share), acks, deadline, image = broker.image()](Broker& there,
                                                                          Callback<void(Outcomes)> answer) mutable {
          there.observe(image);
          append_here(there, std::move(share), acks, deadline, std::move(answer));
        },
        [spread, positions = std::move(positions)](Outcomes outcomes) {
          for (std::size_t i = 0; i < positions.size(); ++i) spread->outcomes[positions[i]] = std::move(outcomes[i]);
          if (--spread->left == 0) spread->done(std::move(spread->outcomes));
        });
  }
}

}  // namespace millrace::broker
