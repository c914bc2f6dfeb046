#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include "client/admin/core.h"
#include "millrace/admin/topics.h"

namespace millrace::client::admin {

// By what an element of a call's input is named in its items.
inline const std::string& key_of(const NewTopic& topic) { return topic.name; }
inline const std::string& key_of(const std::string& name) { return name; }
inline const TopicId& key_of(const TopicId& id) { return id; }
inline const std::string& key_of(const std::pair<const std::string, MorePartitions>& topic) { return topic.first; }

// A call about several topics of which the quota of changes (KIP-599) may let only some through. What it refuses is
// asked for again, by itself, until the call's time is over; the connection holds each request back for as long as the
// broker wants. What could not be asked for again keeps the refusal.
template <typename Input, typename Results>
class Admitted : public std::enable_shared_from_this<Admitted<Input, Results>> {
 public:
  using Once = Callback<void(Input, Millis, Done<Results>)>;

  Admitted(AdminCore& core, Input input, Millis timeout, Once once, Done<Results> done)
      : core_(core),
        alive_(core.cluster.alive()),
        wanted_(std::move(input)),
        deadline_(core.shard.clock.now() + timeout),
        left_(core.retries),
        once_(std::move(once)),
        done_(std::move(done)) {}

  void attempt() {
    const Millis left = std::max(Millis((deadline_ - core_.shard.clock.now()) / 1'000'000), Millis(1));
    once_(wanted_, left, [self = this->shared_from_this()](Result<Results> result) { self->take(std::move(result)); });
  }

 private:
  void take(Result<Results> result) {
    if (!result) {
      if (refused_.empty()) return done_(std::move(result));
      return finish();
    }
    refused_.clear();
    for (auto& item : *result) (is_refused(item.result) ? refused_ : settled_).push_back(std::move(item));
    if (refused_.empty() || left_ == 0 || alive_.expired() || core_.cluster.closed()) return finish();
    const MonoTime next = core_.shard.clock.now() + core_.cluster.options().retry_backoff;
    if (next >= deadline_) return finish();
    --left_;
    std::erase_if(wanted_, [this](const auto& element) { return find(refused_, key_of(element)) == nullptr; });
    core_.shard.timers.at(next, [self = this->shared_from_this()] {
      if (self->alive_.expired()) return self->finish();
      self->attempt();
    });
  }

  template <typename R>
  static bool is_refused(const R& result) {
    return !result.ok() && result.error().is(ErrorCode::throttling_quota_exceeded);
  }

  void finish() {
    for (auto& item : refused_) settled_.push_back(std::move(item));
    done_(std::move(settled_));
  }

  AdminCore& core_;
  const std::weak_ptr<const bool> alive_;
  Input wanted_;
  Results settled_;
  Results refused_;
  const MonoTime deadline_;
  std::uint32_t left_;
  Once once_;
  Done<Results> done_;
};

// `once`: one request for an input, with its own retries; `patient` false: only that.
template <typename Results, typename Input, typename Once>
void until_admitted(AdminCore& core, Input input, bool patient, Millis timeout, Once once, Done<Results> done) {
  if (!patient) return once(std::move(input), timeout, std::move(done));
  std::make_shared<Admitted<Input, Results>>(core, std::move(input), timeout, std::move(once), std::move(done))
      ->attempt();
}

}  // namespace millrace::client::admin
