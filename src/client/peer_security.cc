// How a connection becomes one that both sides trust.
#include <fmt/format.h>

#include <utility>

#include "client/peer.h"

namespace millrace::client {

std::unique_ptr<ports::ConnectionHandler> Peer::open_secured(ports::Connection& raw) {
  refused_.clear();
  return options_.tls->secure(
      raw, shard_.timers, endpoint_.host, [this](ports::Connection& secured) { return open_channel(secured); },
      alive_.guard([this, attempt = attempt_](std::string why) {
        if (attempt == attempt_) refused_ = std::move(why);
      }));
}

// What the end of the connection says. A listener of another security.protocol hangs up without a word.
Error Peer::channel_failure(::millrace::Error why) const {
  if (!refused_.empty()) return authentication_error(fmt::format("{}: {}", name(), refused_));
  const bool early = state_ == State::handshake || state_ == State::authenticating;
  return local_error(Cause::network, fmt::format("{}: {}{}", name(), connect_failure(why),
                                                 early ? "; check that security.protocol fits its listener" : ""));
}

void Peer::begin_authentication() {
  state_ = State::authenticating;
  if (!options_.sasl->tokens) return authenticate({});
  ports::run_job<Result<TokenSource::Token>>(
      shard_.jobs,
      [tokens = options_.sasl->tokens, now = shard_.clock.wall()](ports::BlockingFiles&) { return tokens->fetch(now); },
      alive_.guard([this, attempt = attempt_](Result<TokenSource::Token> token) {
        if (attempt != attempt_ || state_ != State::authenticating) return;
        if (token) return authenticate(*token);
        Error error = authentication_error(
            fmt::format("{}: there is no token to authenticate with: {}", name(), token.error().message));
        down(error);
      }));
}

void Peer::authenticate(const TokenSource::Token& token) {
  authentication_ = std::make_unique<Authentication>(*options_.sasl, token, shard_.random, versions_,
                                                     options_.client_id, name());
  ask_authentication();
}

void Peer::ask_authentication() {
  auto frame = authentication_->request(++next_correlation_);
  if (!frame) return down(frame.error());
  channel_->send(*std::move(frame));
}

void Peer::take_authentication(Buffer frame) {
  const auto settled = authentication_->take(frame.bytes());
  if (!settled) return down(settled.error());
  if (!*settled) return ask_authentication();
  renew_at_.reset();
  if (const Millis lifetime = authentication_->lifetime(); lifetime > Millis(0)) {
    const std::int64_t spread = kRenewToPercent - kRenewFromPercent + 1;
    const auto drawn = static_cast<std::int64_t>(shard_.random.next() % static_cast<std::uint64_t>(spread));
    renew_at_ = shard_.clock.now() + Millis(lifetime.value() * (kRenewFromPercent + drawn) / 100);
  }
  become_ready();
}

}  // namespace millrace::client
