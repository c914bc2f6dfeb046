#include "broker/fetches.h"

#include <algorithm>

#include "broker/broker.h"

namespace millrace::broker {

using protocol::Errc;

struct Fetches::Fetch {
  std::vector<FetchItem> items;
  FetchTerms terms;
  Done done;
  std::vector<FetchResult> results;
  std::map<ShardId, Share> shares;
  std::size_t reading = 0;  // shards that have not answered yet
  bool over = false;        // time is up
  ports::TimerId timer{0};
  bool timed = false;
};

Fetches::Fetches(Broker& broker) : broker_(broker) {}
Fetches::~Fetches() { *alive_ = false; }

Errc check_leader_epoch(LeaderEpoch named, LeaderEpoch ours) {
  if (named == kNoEpoch || named == ours) return Errc::none;
  return named < ours ? Errc::fenced_leader_epoch : Errc::unknown_leader_epoch;
}

Fetches::FetchId Fetches::begin(std::vector<FetchItem> items, const FetchTerms& terms, Done done) {
  const FetchId id = ++last_;
  auto& fetch = *fetches_.emplace(id, std::make_unique<Fetch>()).first->second;
  fetch.items = std::move(items);
  fetch.terms = terms;
  fetch.done = std::move(done);
  fetch.results.resize(fetch.items.size());
  std::vector<ShardId> owners;
  for (std::size_t i = 0; i < fetch.items.size(); ++i) {
    Share& share = fetch.shares[fetch.items[i].owner];
    if (share.positions.empty()) owners.push_back(fetch.items[i].owner);
    share.positions.push_back(i);
  }
  // Counted before the first read, which may be answered from inside the call.
  fetch.reading = owners.size();
  if (owners.empty()) {
    finish(id);
    return id;
  }
  for (const ShardId owner : owners) {
    const auto still = fetches_.find(id);
    if (still == fetches_.end()) break;
    read(id, *still->second, owner);
  }
  return id;
}

void Fetches::read(FetchId id, Fetch& fetch, ShardId owner) {
  Share& share = fetch.shares[owner];
  share.changed = false;
  std::vector<FetchItem> items;
  items.reserve(share.positions.size());
  for (const std::size_t at : share.positions) items.push_back(fetch.items[at]);
  const Reader reader{broker_.shard().id, id};
  FetchTerms terms = fetch.terms;
  // A limit below 0 is an error of the first partition; for those behind it, it is used up.
  if (share.positions.front() > 0) terms.max_bytes = std::max<std::int64_t>(terms.max_bytes, 0);
  broker_.crossing().ask<std::pair<std::vector<FetchResult>, bool>>(
      owner,
      [reader, items = std::move(items), terms, image = broker_.image()](Broker& there,
                                                                                         Answer answer) mutable {
        there.observe(image);
        const bool subscribe = terms.max_wait > Millis(0);
        there.fetches().read_here(reader, std::move(items), terms, subscribe, std::move(answer));
      },
      [this, id, owner](std::pair<std::vector<FetchResult>, bool> answer) {
        got(id, owner, std::move(answer.first), answer.second);
      });
}

void Fetches::got(FetchId id, ShardId owner, std::vector<FetchResult> results, bool subscribed) {
  const auto at = fetches_.find(id);
  if (at == fetches_.end()) {
    if (subscribed) {
      broker_.crossing().ask<bool>(
          owner,
          [reader = Reader{broker_.shard().id, id}](Broker& there, Callback<void(bool)> answer) {
            there.fetches().unsubscribe_here(reader);
            answer(true);
          },
          [](bool) {});
    }
    return;
  }
  Fetch& fetch = *at->second;
  Share& share = fetch.shares[owner];
  share.subscribed = subscribed;
  for (std::size_t i = 0; i < share.positions.size(); ++i) fetch.results[share.positions[i]] = std::move(results[i]);
  if (--fetch.reading == 0) settle(id, fetch);
}

// All shards have answered: is it enough?
void Fetches::settle(FetchId id, Fetch& fetch) {
  std::uint64_t bytes = 0;
  bool trouble = false;
  for (const FetchResult& result : fetch.results) {
    bytes += result.plan.size;
    trouble |= result.error != Errc::none || result.diverging;
  }
  const auto enough = static_cast<std::uint64_t>(std::max<std::int64_t>(fetch.terms.min_bytes, 0));
  if (fetch.over || trouble || fetch.terms.max_wait <= Millis(0) || bytes >= enough) {
    finish(id);
    return;
  }
  if (!fetch.timed) {
    fetch.timed = true;
    fetch.timer = broker_.shard().timers.at(broker_.shard().clock.now() + fetch.terms.max_wait, [this, id] {
      const auto at = fetches_.find(id);
      if (at == fetches_.end()) return;
      at->second->timer = ports::TimerId(0);
      at->second->over = true;
      if (at->second->reading == 0) finish(id);
    });
  }
  std::vector<ShardId> again;
  for (auto& [owner, share] : fetch.shares) {
    if (share.changed) again.push_back(owner);
  }
  fetch.reading += again.size();
  for (const ShardId owner : again) {
    const auto still = fetches_.find(id);
    if (still == fetches_.end()) break;
    read(id, *still->second, owner);
  }
}

void Fetches::woken(FetchId id, ShardId owner) {
  const auto at = fetches_.find(id);
  if (at == fetches_.end()) return;
  Fetch& fetch = *at->second;
  Share& share = fetch.shares[owner];
  share.changed = true;
  share.subscribed = false;
  if (fetch.reading > 0) return;
  fetch.reading = 1;
  read(id, fetch, owner);
}

void Fetches::unsubscribe(FetchId id, Fetch& fetch) {
  broker_.shard().timers.cancel(fetch.timer);
  for (const auto& [owner, share] : fetch.shares) {
    if (!share.subscribed) continue;
    broker_.crossing().ask<bool>(
        owner,
        [reader = Reader{broker_.shard().id, id}](Broker& there, Callback<void(bool)> answer) {
          there.fetches().unsubscribe_here(reader);
          answer(true);
        },
        [](bool) {});
  }
}

// Shards read without knowing of each other: what is beyond the limits goes to a later fetch.
void Fetches::finish(FetchId id) {
  const auto at = fetches_.find(id);
  const std::unique_ptr<Fetch> fetch = std::move(at->second);
  fetches_.erase(at);
  unsubscribe(id, *fetch);
  std::uint64_t total = 0;
  const auto bound = [](std::int64_t bytes) { return static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0)); };
  const std::uint64_t limit = bound(fetch->terms.max_bytes);
  for (std::size_t i = 0; i < fetch->results.size(); ++i) {
    log::ReadPlan& plan = fetch->results[i].plan;
    // Only the first batch of all may be larger than it should.
    const bool fits = total + plan.size <= limit && plan.size <= bound(fetch->items[i].max_bytes);
    if (total > 0 && !fits) plan = {};
    total += plan.size;
  }
  fetch->done(std::move(fetch->results));
}

void Fetches::cancel(FetchId id) {
  const auto at = fetches_.find(id);
  if (at == fetches_.end()) return;
  const std::unique_ptr<Fetch> fetch = std::move(at->second);
  fetches_.erase(at);
  unsubscribe(id, *fetch);
}

}  // namespace millrace::broker
