#include "sim/net.h"

#include <algorithm>
#include <utility>

#include "sim/end.h"

namespace millrace::sim {

std::int32_t Net::resolve(const std::string& host, std::int32_t from) const {
  if (host.empty() || host == "localhost" || host == "127.0.0.1" || host == "0.0.0.0") return from;
  const auto at = hosts_.find(host);
  return at == hosts_.end() ? -1 : at->second;
}

const std::string& Net::name_of(std::int32_t node) const {
  const auto at = std::find_if(hosts_.begin(), hosts_.end(), [node](const auto& host) { return host.second == node; });
  MR_ASSERT(at != hosts_.end());
  return at->first;
}

void Net::set_up(std::int32_t node, bool up) {
  up_[node] = up;
  if (!up) return;
  // Whoever still sends to the node's last life learns now that it is over.
  for (auto at = links_.begin(); at != links_.end();) {
    const auto link = at->second.lock();
    if (!link) {
      at = links_.erase(at);
      continue;
    }
    ++at;
    for (const int side : {0, 1}) {
      const bool gone = link->nodes[side] == node && link->ends[side] == nullptr;
      if (gone && link->unread[side] > 0) tell_reset(link, 1 - side);
    }
  }
}

void Net::end_silence() {
  for (const auto& [id, weak] : links_) {
    const auto link = weak.lock();
    if (!link || !link->silent) continue;
    tell_reset(link, 0);
    tell_reset(link, 1);
  }
}

void Net::carry(const std::shared_ptr<Link>& link, int side, Buffer bytes, bool end) {
  link->arrives[side] = std::max(link->arrives[side] + 1, run_.now() + latency());
  link->unread[side] += bytes.size();
  bytes_carried_ += bytes.size();
  disturb(link);
  run_.queue.at(link->arrives[side], kWorld,
                [this, link, side, bytes = std::move(bytes), end] { arrive(link, side, bytes, end); });
}

void Net::disturb(const std::shared_ptr<Link>& link) {
  if (link->broken || link->silent) return;
  if (hit(prng_, run_.profile.connection_reset)) {
    ++broken_;
    link->broken = true;
    tell_reset(link, 0);
    tell_reset(link, 1);
  } else if (hit(prng_, run_.profile.connection_silence)) {
    ++broken_;
    link->silent = true;
  }
}

void Net::arrive(const std::shared_ptr<Link>& link, int side, const Buffer& bytes, bool end) {
  if (link->broken || link->silent) return;
  run_.trace.event(run_.now(), {link->nodes[side], 0}, Kind::wire, link->id * 2 + static_cast<std::uint64_t>(side),
                   checksum64(bytes.bytes()));
  if (link->ends[side] != nullptr) {
    link->ends[side]->arrived(bytes, end);
  } else if (up_[link->nodes[side]] && !end) {
    tell_reset(link, 1 - side);  // nobody is there any more
  }
}

void Net::tell_reset(const std::shared_ptr<Link>& link, int side) {
  run_.queue.at(run_.now() + latency(), kWorld, [this, link, side] {
    if (link->ends[side] == nullptr) return;
    run_.trace.event(run_.now(), {link->nodes[side], 0}, Kind::reset, link->id * 2 + static_cast<std::uint64_t>(side));
    link->ends[side]->reset();
  });
}

}  // namespace millrace::sim
