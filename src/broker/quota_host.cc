#include "broker/quota_host.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "broker/broker.h"
#include "broker/quotas/exempt.h"
#include "broker/quotas/throttle_field.h"
#include "protocol/gen/fetch.h"
#include "protocol/message.h"

namespace millrace::broker {

namespace {

using protocol::ApiKey;

// Every connection is PLAINTEXT: there is one user.
constexpr std::string_view kUser = "ANONYMOUS";
constexpr double kPercentPerNano = 100.0 / 1e9;
constexpr std::size_t kCachedLimits = 4096;

quotas::Windows windows_of(const config::ServerConfig& config, std::string_view prefix) {
  const auto whole = [&](std::string_view name) {
    const config::Value value = config.value(std::string(prefix) + std::string(name));
    return std::max<std::int64_t>(std::get<std::int64_t>(value), 1);
  };
  return {static_cast<std::int32_t>(whole("quota.window.num")), Millis(whole("quota.window.size.seconds") * 1'000)};
}

std::uint64_t answer_bytes(const Request& request) {
  std::uint64_t size = 0;
  for (const ports::Piece& piece : request.held_answer()) size += piece.size();
  return size;
}

bool is_fetch(const Request& request) { return static_cast<ApiKey>(request.api_key()) == ApiKey::fetch; }

// KIP-219: what a fetch above its quota gets at once is that it is above its quota. A client that begins a session has
// none then, and asks again.
Buffer empty_fetch(const Request& request, Millis pause) {
  protocol::FetchRequest asked;
  protocol::FetchResponse response;
  if (protocol::decode_body(request.body().bytes(), request.version(), asked).ok() && asked.session_epoch > 0) {
    response.session_id = asked.session_id;
  }
  response.throttle_time_ms = static_cast<std::int32_t>(pause.value());
  return protocol::encode_body(response, request.version());
}

void say(Request& request, Millis pause) {
  const std::vector<ports::Piece>& pieces = request.held_answer();
  if (pieces.empty() || pieces.front().file != nullptr) return;
  Buffer body = pieces.front().memory;
  const auto at = quotas::throttle_field(request.api_key(), request.version(), body.bytes());
  if (at) store_be(body.data() + *at, static_cast<std::int32_t>(pause.value()));
}

}  // namespace

// One request's use of its quotas, while it is counted.
struct QuotaHost::Due {
  RequestPtr request;
  std::size_t left = 1;
  Millis pause{0};
  std::optional<quotas::Limit> fetch;  // what was counted for a fetch
  std::uint64_t fetch_bytes = 0;
};

QuotaHost::QuotaHost(Broker& broker)
    : broker_(broker), ledger_(windows_of(broker.config(), ""), windows_of(broker.config(), "controller.")) {}

void QuotaHost::observe(const metadata::Image& image) {
  active_ = !image.quotas().empty();
  limits_.clear();
}

std::optional<quotas::Limit> QuotaHost::limit_of(Kind kind, std::string_view client_id) {
  if (limits_.size() >= kCachedLimits) limits_.clear();
  const auto [at, fresh] = limits_.try_emplace({kind, std::string(client_id)});
  if (fresh) at->second = quotas::limit_for(*broker_.image(), kind, kUser, client_id);
  return at->second;
}

ShardId QuotaHost::counter_of(std::string_view owner) const {
  std::uint32_t hash = 2166136261u;
  for (const char c : owner) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619u;
  return ShardId(hash % broker_.shard().count);
}

void QuotaHost::weigh(RequestPtr request) {
  if (quotas::is_exempt(request->api_key(), request->listener().controller)) return request->pass(Millis(0));
  auto due = std::make_shared<Due>();
  due->request = std::move(request);
  const Request& asked = *due->request;
  due->pause = asked.wanted_pause();
  const auto api = static_cast<ApiKey>(asked.api_key());
  if (api == ApiKey::produce) ask(due, Kind::produce, static_cast<double>(asked.frame().size()));
  if (is_fetch(asked)) {
    due->fetch_bytes = answer_bytes(asked);
    due->fetch = limit_of(Kind::fetch, asked.header().client_id.value_or(""));
    ask(due, Kind::fetch, static_cast<double>(due->fetch_bytes));
  }
  // A producer that wants no answer is held by its bytes alone.
  if (api != ApiKey::produce || !asked.held_answer().empty()) {
    const Nanos busy = asked.busy(broker_.shard().clock.precise());
    ask(due, Kind::request, static_cast<double>(busy.value()) * kPercentPerNano);
  }
  settle(due);
}

void QuotaHost::ask(const std::shared_ptr<Due>& due, Kind kind, double amount) {
  const auto limit = limit_of(kind, due->request->header().client_id.value_or(""));
  if (!limit) return;
  ++due->left;
  broker_.crossing().ask<Millis>(
      counter_of(limit->owner),
      [kind, limit = *limit, amount](Broker& there, Callback<void(Millis)> reply) {
        reply(there.quotas().ledger_.use(kind, limit, amount, there.shard().clock.now()));
      },
      [this, due](Millis pause) {
        due->pause = std::max(due->pause, pause);
        settle(due);
      });
}

void QuotaHost::settle(const std::shared_ptr<Due>& due) {
  if (--due->left > 0) return;
  Request& request = *due->request;
  if (due->pause <= Millis(0)) return request.pass(Millis(0));
  if (is_fetch(request)) {
    request.replace_answer(empty_fetch(request, due->pause));
    if (due->fetch) {
      broker_.crossing().ask<Millis>(
          counter_of(due->fetch->owner),
          [limit = *due->fetch, bytes = due->fetch_bytes](Broker& there, Callback<void(Millis)> reply) {
            there.quotas().ledger_.give_back(Kind::fetch, limit, static_cast<double>(bytes),
                                             there.shard().clock.now());
            reply(Millis(0));
          },
          [](Millis) {});
    }
  } else {
    say(request, due->pause);
  }
  request.pass(due->pause);
}

std::int64_t QuotaHost::fetch_window_bytes(const Request& request) {
  if (!active_) return INT64_MAX;
  const auto limit = limit_of(Kind::fetch, request.header().client_id.value_or(""));
  if (!limit) return INT64_MAX;
  const quotas::Windows windows = windows_of(broker_.config(), "");
  const double most = limit->per_second * (windows.count - 1) * static_cast<double>(windows.size.value()) / 1'000;
  return most >= 9e18 ? INT64_MAX : static_cast<std::int64_t>(most);
}

void QuotaHost::count_connection(const std::string& address, Callback<void(Millis)> done) {
  const auto limit = quotas::limit_for_address(*broker_.image(), address);
  if (!limit) return done(Millis(0));
  broker_.crossing().ask<Millis>(
      counter_of(limit->owner),
      [limit = *limit](Broker& there, Callback<void(Millis)> reply) {
        reply(there.quotas().ledger_.use_or_refuse(Kind::connection, limit, 1, there.shard().clock.now()));
      },
      std::move(done));
}

void QuotaHost::take_permits(const Request& request, double permits, bool strict, Callback<void(Millis)> done) {
  const auto limit =
      active_ ? limit_of(Kind::mutation, request.header().client_id.value_or("")) : std::optional<quotas::Limit>();
  if (!limit) return done(Millis(0));
  broker_.crossing().ask<Millis>(
      counter_of(limit->owner),
      [limit = *limit, permits, strict](Broker& there, Callback<void(Millis)> reply) {
        reply(there.quotas().ledger_.take(limit, permits, strict, there.shard().clock.now()));
      },
      std::move(done));
}

}  // namespace millrace::broker
