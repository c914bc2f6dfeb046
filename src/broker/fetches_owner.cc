// The owner's side of fetches: reading partitions of this shard, and telling readers that something changed.
#include <algorithm>
#include <utility>

#include "broker/broker.h"
#include "broker/fetches.h"

namespace millrace::broker {

using protocol::Errc;

// One read over several partitions: they are read in one go, in order, once all their logs are open.
struct Fetches::Reading {
  ~Reading() {
    // The log whose bytes it waited for is gone.
    if (!answer || !*alive) return;
    for (FetchResult& result : results) result.error = Errc::not_leader_or_follower;
    answer({std::move(results), false});
  }

  std::shared_ptr<bool> alive;
  Reader reader;
  std::vector<FetchItem> items;
  FetchTerms terms;
  bool subscribe = false;
  Answer answer;
  std::vector<FetchResult> results;
  std::size_t left = 0;
};

void Fetches::read_here(Reader reader, std::vector<FetchItem> items, const FetchTerms& terms, bool subscribe,
                        Answer answer) {
  auto reading = std::make_shared<Reading>();
  reading->alive = alive_;
  reading->reader = reader;
  reading->items = std::move(items);
  reading->terms = terms;
  reading->subscribe = subscribe;
  reading->answer = std::move(answer);
  reading->results.resize(reading->items.size());
  reading->left = reading->items.size() + 1;
  for (std::size_t i = 0; i < reading->items.size(); ++i) {
    broker_.partitions().with(reading->items[i].key, [this, reading, i](replica::Partition* partition, Errc error) {
      if (partition == nullptr) reading->results[i].error = error;
      if (--reading->left == 0) read_ready(reading);
    });
  }
  if (--reading->left == 0) read_ready(reading);
}

void Fetches::read_ready(const std::shared_ptr<Reading>& whole) {
  Reading& reading = *whole;
  unsubscribe_here(reading.reader);
  std::int64_t budget = reading.terms.max_bytes;
  std::uint64_t bytes = 0;
  bool trouble = false;
  for (std::size_t i = 0; i < reading.items.size(); ++i) {
    FetchResult& result = reading.results[i];
    if (result.error == Errc::none) {
      result = FetchResult();
      replica::Partition* partition = broker_.partitions().find(reading.items[i].key);
      if (partition != nullptr) {
        if (!read_one(*partition, reading.items[i], reading.terms, budget, bytes == 0, result)) {
          // What is not in memory is brought there, and everything is read again.
          return partition->log().when_readable([this, whole] {
            if (*whole->alive) read_ready(whole);
          });
        }
      } else {
        result.error = Errc::not_leader_or_follower;
      }
    }
    bytes += result.plan.size;
    budget = std::max<std::int64_t>(0, budget - static_cast<std::int64_t>(result.plan.size));
    trouble |= result.error != Errc::none || result.diverging;
  }
  const bool wait = reading.subscribe && !trouble &&
                    bytes < static_cast<std::uint64_t>(std::max<std::int64_t>(reading.terms.min_bytes, 0));
  if (wait) {
    subscribe(reading.reader, reading.items);
  } else {
    count_read(reading);
  }
  std::exchange(reading.answer, Answer())({std::move(reading.results), wait});
}

void Fetches::count_read(const Reading& reading) {
  for (std::size_t i = 0; i < reading.items.size(); ++i) {
    if (reading.results[i].plan.size == 0) continue;
    if (auto* partition = broker_.partitions().find(reading.items[i].key)) {
      partition->count_read(reading.results[i].plan.size);
    }
  }
}

// False if the log needs something from the disk first.
bool Fetches::read_one(replica::Partition& partition, const FetchItem& item, const FetchTerms& terms,
                       std::int64_t budget, bool at_least_one, FetchResult& result) {
  const auto fail = [&](Errc error) {
    result = FetchResult();
    result.error = error;
    return true;
  };
  if (const Errc epoch = check_leader_epoch(item.current_leader_epoch, partition.leader_epoch()); epoch != Errc::none) {
    return fail(epoch);
  }
  if (!partition.is_leader()) return fail(Errc::not_leader_or_follower);
  // A follower that is none here: who knows the epoch is told that there may be a newer one.
  if (terms.from_replica) {
    return fail(item.current_leader_epoch == kNoEpoch ? Errc::not_leader_or_follower : Errc::unknown_leader_epoch);
  }
  result.high_watermark = partition.high_watermark();
  result.last_stable_offset = partition.last_stable_offset();
  result.log_start = partition.log_start();
  if (item.last_fetched_epoch >= LeaderEpoch(0)) {
    const auto end = partition.log().end_of_epoch(item.last_fetched_epoch);
    if (end.epoch == kNoEpoch || item.last_fetched_epoch > partition.leader_epoch()) {
      return fail(Errc::offset_out_of_range);
    }
    if (item.offset < result.log_start) return fail(Errc::offset_out_of_range);
    if (end.epoch < item.last_fetched_epoch || end.end < item.offset) {
      result.diverging = true;
      result.diverged_at = end;
      return true;
    }
  }
  const std::int64_t limit = std::min(item.max_bytes, budget);
  if (item.offset < result.log_start || item.offset > partition.log_end()) return fail(Errc::offset_out_of_range);
  const Offset upto = terms.read_committed ? result.last_stable_offset : result.high_watermark;
  if (item.offset >= upto) return true;
  if (limit < 0) return fail(Errc::unknown_server_error);
  if (limit == 0 && !at_least_one) return true;
  auto plan = partition.log().read(item.offset, upto, static_cast<std::uint64_t>(limit), at_least_one);
  if (!plan && plan.error() == Error::would_block) return false;
  if (!plan) {
    return fail(plan.error() == Error::out_of_range ? Errc::offset_out_of_range : Errc::kafka_storage_error);
  }
  result.plan = std::move(plan).value();
  result.below_a_batch = result.plan.size == 0;
  if (terms.read_committed && result.plan.size > 0) {
    result.aborted = partition.log().aborted_transactions(item.offset, upto);
  }
  return true;
}

void Fetches::subscribe(Reader reader, const std::vector<FetchItem>& items) {
  auto& waits = waits_[reader];
  for (const FetchItem& item : items) {
    if (auto* partition = broker_.partitions().find(item.key)) {
      waits.emplace_back(item.key, partition->wait_for_change([this, reader] { changed_here(reader); }));
    }
  }
}

void Fetches::unsubscribe_here(Reader reader) {
  const auto at = waits_.find(reader);
  if (at == waits_.end()) return;
  for (const auto& [key, wait] : at->second) {
    if (auto* partition = broker_.partitions().find(key)) partition->cancel_wait(wait);
  }
  waits_.erase(at);
}

void Fetches::changed_here(Reader reader) {
  unsubscribe_here(reader);
  broker_.crossing().ask<bool>(
      reader.first,
      [id = reader.second, owner = broker_.shard().id](Broker& there, Callback<void(bool)> answer) {
        there.fetches().woken(id, owner);
        answer(true);
      },
      [](bool) {});
}

}  // namespace millrace::broker
