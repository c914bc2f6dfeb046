#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "client/cluster.h"

namespace millrace::client {

// How a retried call ends: at `deadline`, with the last failure.
struct RetryOptions {
  Millis timeout;                      // from now, over all attempts
  std::uint32_t retries = 0x7fffffff;  // besides the first attempt
};

namespace detail {

template <protocol::Message R, protocol::Message M, typename Make, typename Judge>
class Retry : public std::enable_shared_from_this<Retry<R, M, Make, Judge>> {
 public:
  Retry(Cluster& cluster, std::weak_ptr<const bool> alive, Target target, Make make, Judge judge, RetryOptions options,
        Callback<VersionRange()> versions, Callback<void(Result<Answer<R>>)> done)
      : cluster_(cluster),
        alive_(std::move(alive)),
        target_(std::move(target)),
        make_(std::move(make)),
        judge_(std::move(judge)),
        deadline_(cluster.shard().clock.now() + options.timeout),
        left_(options.retries),
        versions_(std::move(versions)),
        backoff_(cluster.options().retry_backoff, cluster.options().retry_backoff_max),
        done_(std::move(done)) {}

  void attempt() {
    const Millis left = std::max(Millis((deadline_ - cluster_.shard().clock.now()) / 1'000'000), Millis(1));
    const Millis once = std::min(left, cluster_.options().request_timeout);
    auto self = this->shared_from_this();
    cluster_.send_made<R, M>(
        target_, [self](std::int16_t version) { return self->make_(version); }, once,
        [self](Result<Answer<R>> answer) { self->take(std::move(answer)); }, versions_());
  }

 private:
  void take(Result<Answer<R>> answer) {
    if (alive_.expired() || cluster_.closed()) return done_(std::move(answer));
    const protocol::Errc code = answer ? judge_(*answer) : protocol::Errc::none;
    const bool again = answer ? protocol::retriable(code) : answer.error().retriable;
    if (answer) {
      note(code);
    } else if (again) {
      lost();
    }
    const Millis wait = backoff_.next(cluster_.shard().random);
    if (!again || left_ == 0 || cluster_.shard().clock.now() + wait >= deadline_) return done_(std::move(answer));
    --left_;
    cluster_.shard().timers.at(cluster_.shard().clock.now() + wait, [self = this->shared_from_this()] {
      if (self->alive_.expired()) return self->done_(local_error(Cause::closed, "the client was closed"));
      self->attempt();
    });
  }

  // There was no answer: somebody else may have the part of the one that was asked.
  void lost() {
    if (target_.kind == Target::Kind::coordinator) cluster_.forget_coordinator(target_.type, target_.key);
    if (target_.kind == Target::Kind::controller) cluster_.refresh();
  }

  // What the error says about our picture of the cluster.
  void note(protocol::Errc code) {
    using protocol::Errc;
    if (code == Errc::not_coordinator || code == Errc::coordinator_not_available) {
      if (target_.kind == Target::Kind::coordinator) cluster_.forget_coordinator(target_.type, target_.key);
    } else if (code == Errc::not_controller || code == Errc::not_leader_or_follower ||
               code == Errc::leader_not_available || code == Errc::unknown_topic_or_partition ||
               code == Errc::unknown_topic_id) {
      cluster_.refresh();
    }
  }

  Cluster& cluster_;
  const std::weak_ptr<const bool> alive_;
  const Target target_;
  Make make_;
  Judge judge_;
  const MonoTime deadline_;
  std::uint32_t left_;
  Callback<VersionRange()> versions_;
  Backoff backoff_;
  Callback<void(Result<Answer<R>>)> done_;
};

}  // namespace detail

// Cluster::send_made, tried again until options.timeout. `judge` (const Answer<R>& -> Errc) says which error of the
// answer, if any, is reason to try again: only retriable codes are. Local failures that are retriable are tried again
// too, so the request must be one that may be carried out twice. `done` gets the last answer or failure. `versions`: a
// range, or a call for the range of each attempt.
template <protocol::Message R, protocol::Message M, typename Make, typename Judge, typename Versions = VersionRange>
void send_until(Cluster& cluster, Target target, Make make, Judge judge, RetryOptions options,
                Callback<void(Result<Answer<R>>)> done,
                Versions versions = Cluster::stable_versions(M::kApi)) {
  Callback<VersionRange()> each;
  if constexpr (std::is_invocable_v<Versions&>) {
    each = std::move(versions);
  } else {
    each = [versions] { return versions; };
  }
  auto retry = std::make_shared<detail::Retry<R, M, Make, Judge>>(cluster, cluster.alive(), std::move(target),
                                                                  std::move(make), std::move(judge), options,
                                                                  std::move(each), std::move(done));
  retry->attempt();
}

}  // namespace millrace::client
