#include "replica/fetch_session.h"

#include "replica/limits.h"

namespace millrace::replica {

void FetchSession::put(const FetchKey& key, const FetchAsk& ask) {
  if (const auto at = index_.find(key); at != index_.end()) {
    at->second->ask = ask;
    return;
  }
  partitions_.push_back({key, ask, {}});
  index_.emplace(key, std::prev(partitions_.end()));
}

void FetchSession::forget(const FetchKey& key) {
  const auto at = index_.find(key);
  if (at == index_.end()) return;
  partitions_.erase(at->second);
  index_.erase(at);
}

bool FetchSession::must_tell(const FetchKey& key, const FetchTold& now, bool has_records, bool in_trouble) {
  const auto at = index_.find(key);
  if (at == index_.end()) return true;
  FetchTold& told = at->second->told;
  const bool changed = told.high_watermark != now.high_watermark || told.log_start_offset != now.log_start_offset;
  told = now;
  // What is known of a partition in trouble is forgotten, so that its recovery is told.
  if (in_trouble) told.high_watermark = -1;
  if (has_records) partitions_.splice(partitions_.end(), partitions_, at->second);
  return changed || has_records || in_trouble;
}

void FetchSession::told(const FetchKey& key, const FetchTold& now) {
  if (const auto at = index_.find(key); at != index_.end()) at->second->told = now;
}

FetchSession* FetchSessions::find(std::int32_t id) {
  const auto at = sessions_.find(id);
  return at != sessions_.end() ? at->second.get() : nullptr;
}

FetchSession* FetchSessions::create(std::size_t partitions, bool by_id, MonoTime now, std::uint64_t random) {
  if (partitions > kPartitionsPerFetchSession || !make_room(partitions, now)) return nullptr;
  auto id = static_cast<std::int32_t>(random & 0x7fffffff);
  while (id == 0 || sessions_.contains(id)) id = (id + 1) & 0x7fffffff;
  return sessions_.emplace(id, std::make_unique<FetchSession>(id, by_id, now)).first->second.get();
}

bool FetchSessions::make_room(std::size_t partitions, MonoTime now) {
  if (sessions_.size() < slots_) return true;
  const auto older = [&](MonoTime time) { return now - time > to_nanos(kFetchSessionEvictionAge).value(); };
  auto victim = sessions_.end();
  for (auto at = sessions_.begin(); at != sessions_.end(); ++at) {
    if (victim == sessions_.end() || at->second->used_ < victim->second->used_) victim = at;
  }
  if (victim != sessions_.end() && !older(victim->second->used_)) {
    victim = sessions_.end();
    for (auto at = sessions_.begin(); at != sessions_.end(); ++at) {
      if (!older(at->second->created_) || at->second->size() >= partitions) continue;
      if (victim == sessions_.end() || at->second->size() < victim->second->size()) victim = at;
    }
  }
  if (victim == sessions_.end()) return false;
  sessions_.erase(victim);
  return true;
}

}  // namespace millrace::replica
