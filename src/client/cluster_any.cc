#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "client/cluster.h"

// Requests that any broker can answer, and the way back when none can be reached.
namespace millrace::client {

void Cluster::submit_any(Request request) {
  if (any_.size() >= kWaitingForAny) {
    return fail_later(std::move(request), local_error(Cause::queue_full, "too many calls wait for a broker already"));
  }
  Waiting waiting{++next_id_, shard_.clock.now(), {}, std::move(request)};
  waiting.timer = shard_.timers.at(waiting.request.deadline, [this, id = waiting.id] {
    const auto at = std::ranges::find(any_, id, &Waiting::id);
    if (at == any_.end()) return;
    Request expired = std::move(at->request);
    any_.erase(at);
    expired.done(nobody_reached(expired.timeout));
  });
  any_.push_back(std::move(waiting));
  serve_any();
}

void Cluster::serve_any() {
  if (any_.empty() || closed_) return;
  Peer* best = least_busy();
  if (best == nullptr) {
    maybe_rebootstrap();
    const auto all = candidates();
    if (std::ranges::any_of(all, &Peer::connecting)) return;
    Peer* next = nullptr;
    for (std::size_t i = 0; i < all.size() && next == nullptr; ++i) {
      Peer* candidate = all[(rotation_ + i) % all.size()];
      if (!candidate->in_backoff()) next = candidate;
    }
    ++rotation_;
    if (next != nullptr) return next->connect();
    give_up();
    if (any_.empty()) return;
    MonoTime soonest = shard_.clock.now() + options_.reconnect_backoff_max;
    for (const Peer* candidate : all) soonest = std::min(soonest, candidate->retry_at());
    shard_.timers.cancel(any_timer_);
    any_timer_ = shard_.timers.at(soonest, [this] { serve_any(); });
    return;
  }
  while (!any_.empty()) {
    Waiting waiting = std::move(any_.front());
    any_.pop_front();
    shard_.timers.cancel(waiting.timer);
    best->submit(std::move(waiting.request));
    best = least_busy();
    if (best == nullptr) return serve_any();
  }
}

// Everybody has refused at least once: who started the client may rather be told than wait.
void Cluster::give_up() {
  if (!bootstrapping_ || options_.give_up_after <= Millis(0)) return;
  while (!any_.empty() && any_.front().since + options_.give_up_after <= shard_.clock.now()) {
    Waiting waiting = std::move(any_.front());
    any_.pop_front();
    shard_.timers.cancel(waiting.timer);
    Error why = nobody_reached(options_.give_up_after);
    why.retriable = false;  // or what has given up would begin again
    fail_later(std::move(waiting.request), std::move(why));
  }
}

Error Cluster::nobody_reached(Millis within) const {
  return local_error(Cause::network,
                     fmt::format("no broker could be reached within {} ms: {}", within.value(), failures()));
}

std::optional<Error> Cluster::out_of_reach(Millis long_enough) const {
  if (!trying_since_ || shard_.clock.now() < *trying_since_ + long_enough) return std::nullopt;
  return nobody_reached(Millis((shard_.clock.now() - *trying_since_) / 1'000'000));
}

Peer* Cluster::least_busy() {
  Peer* best = nullptr;
  for (Peer* candidate : candidates()) {
    if (candidate->ready() && (best == nullptr || candidate->load() < best->load())) best = candidate;
  }
  return best;
}

// A fetch may wait for longer than a request has time.
Peer* Cluster::free_lane(NodeId id) {
  Peer* data = peer(id, Lane::data);
  if (!data->occupied()) return data;
  Peer* other = peer(id, Lane::coordination);
  return other->occupied() || other->in_backoff() ? data : other;
}

std::vector<Peer*> Cluster::candidates() {
  std::vector<Peer*> result;
  if (!bootstrapping_) {
    for (const auto& [id, broker] : view_->brokers) result.push_back(free_lane(id));
    return result;
  }
  for (std::size_t i = 0; i < options_.bootstrap.size(); ++i) {
    result.push_back(peer(NodeId(-2 - static_cast<std::int32_t>(i)), Lane::data));
  }
  return result;
}

// KIP-899: when every broker that is known has failed, the bootstrap servers may know better.
void Cluster::maybe_rebootstrap() {
  if (bootstrapping_ || !options_.rebootstrap) return;
  const auto all = candidates();
  if (std::ranges::all_of(all, [](const Peer* peer) { return peer->in_backoff(); })) {
    rebootstrap("no broker that was known can be reached");
  }
}

void Cluster::rebootstrap(std::string_view why) {
  shard_.log.info(fmt::format("client {}: asking the bootstrap servers again: {}", options_.client_id, why));
  bootstrapping_ = true;
  trying_since_ = shard_.clock.now();
  refresh();
}

std::string Cluster::failures() const {
  std::string text;
  for (const auto& [key, peer] : peers_) {
    std::string one = peer->last_failure();
    if (one.empty() && peer->connecting()) one = peer->name() + " has not answered yet; see whether it is a broker";
    if (!one.empty()) text += (text.empty() ? "" : "; ") + one;
  }
  return text.empty() ? "check bootstrap.servers" : text;
}

void Cluster::on_peer_ready(Peer&) { serve_any(); }

void Cluster::on_peer_down(Peer& peer, const Error& why) {
  if (closed_) return;
  if (why.fatal) {
    fail_waiting(why);
    const auto subscribers = refusal_subscribers_;
    for (const auto& subscriber : subscribers) {
      const auto held = subscriber.lock();
      if (held) shard_.timers.at_turn_end([held, why] { (*held)(why); });
    }
  }
  if (peer.id().value() >= 0) refresh();  // leadership may have moved
  serve_any();
}

}  // namespace millrace::client
