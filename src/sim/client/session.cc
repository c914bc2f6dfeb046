#include "sim/client/session.h"

#include <algorithm>

#include "protocol/api.h"
#include "protocol/errc.h"
#include "protocol/gen/api_versions.h"

namespace millrace::sim {

Session::Session(ports::Shard& shard, Prng prng, std::string name, ports::Endpoint broker, Millis patience)
    : shard_(shard), prng_(prng), name_(std::move(name)), broker_(std::move(broker)), patience_(patience) {}

Session::~Session() { *alive_ = false; }

void Session::open(Callback<void(bool)> ready) {
  waiting_.push_back(std::move(ready));
  if (connecting_) return;
  connecting_ = true;
  if (is_open()) {
    shard_.timers.at_turn_end([this, alive = alive_] {
      if (*alive) finish_open(is_open());
    });
    return;
  }
  drop();
  using Handler = std::unique_ptr<ports::ConnectionHandler>;
  shard_.network.connect(broker_, [this, alive = alive_](Result<ports::Connection*> connection) -> Handler {
    if (!*alive) return nullptr;
    if (!connection) {
      finish_open(false);
      return nullptr;
    }
    auto channel = std::make_unique<Channel>(shard_, **connection, [this, alive] {
      if (!*alive) return;
      channel_ = nullptr;
      versions_.clear();
    });
    connected(channel.get());
    return channel;
  });
}

void Session::drop() {
  if (channel_ != nullptr) channel_->close();
}

void Session::connected(Channel* channel) {
  channel_ = channel;
  ++connections_;
  learn_versions();
}

void Session::learn_versions() {
  const protocol::ApiVersionsRequest request{"millrace-sim", "1"};
  const auto version = static_cast<std::int16_t>(prng_.below(protocol::ApiVersionsRequest::kMaxVersion + 1));
  using Answer = protocol::ApiVersionsResponse;
  channel_->call(frame(request, version), patience_,
                 answered<Answer>(version, [this, alive = alive_](const Answer* answer) {
                   if (!*alive) return;
                   if (answer == nullptr || channel_ == nullptr) return finish_open(false);
                   MR_ASSERT(answer->error_code == 0);
                   for (const auto& api : answer->api_keys) {
                     choose_version(api.api_key, api.min_version, api.max_version);
                   }
                   finish_open(true);
                 }));
}

void Session::choose_version(std::int16_t key, std::int16_t min, std::int16_t max) {
  const auto* api = protocol::find_api(key);
  if (api == nullptr) return;
  const std::int16_t least = std::max(api->min_version, min);
  const std::int16_t most = std::min(api->max_version, max);
  if (least > most) return;
  const auto above = static_cast<std::int16_t>(prng_.below(static_cast<std::uint64_t>(most - least + 1)));
  versions_[key] = static_cast<std::int16_t>(prng_.one_in(3) ? most : least + above);
}

void Session::finish_open(bool open) {
  connecting_ = false;
  auto waiting = std::move(waiting_);
  waiting_.clear();
  for (auto& ready : waiting) ready(open && is_open());
}

std::int16_t Session::version(protocol::ApiKey key) const {
  const auto at = versions_.find(static_cast<std::int16_t>(key));
  return at == versions_.end() ? std::int16_t{-1} : at->second;
}

}  // namespace millrace::sim
