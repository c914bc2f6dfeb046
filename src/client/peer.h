#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "client/alive.h"
#include "client/backoff.h"
#include "client/broker_versions.h"
#include "client/channel.h"
#include "client/cluster_options.h"
#include "client/request.h"
#include "client/security/authentication.h"
#include "ports/shard.h"

namespace millrace::client {

class Peer;

// Who owns peers.
class PeerOwner {
 public:
  virtual ~PeerOwner() = default;
  // The connection takes requests.
  virtual void on_peer_ready(Peer& peer) = 0;
  // The connection could not be made or broke.
  virtual void on_peer_down(Peer& peer, const Error& why) = 0;
};

// One broker and the connection to it, opened when there is something to send:
//
//   idle -> connecting -> handshake (ApiVersions) [-> authenticating] -> ready [-> authenticating -> ready] -> idle ...
//
// A failed attempt puts the next one off (reconnect.backoff.ms, doubling, with jitter) and fails what waits for it.
// Requests are pipelined; a request without an answer at its deadline ends the connection, since what would come
// behind it is late too. Belongs to one shard; its owner destroys it only between calls.
class Peer final : private ChannelUser {
 public:
  // `options` outlives the peer.
  Peer(ports::Shard& shard, const ClusterOptions& options, PeerOwner& owner, NodeId id, ports::Endpoint endpoint);
  ~Peer() override;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // Sends as soon as there is a connection, in the order of the calls.
  void submit(Request request);
  // Begins to connect unless there is a connection or the backoff is not over.
  void connect();
  // Sends nothing more before `until`: the broker asked for it (KIP-219).
  void throttle(MonoTime until);
  // Another address for the same broker: holds from the next connection on.
  void move_to(ports::Endpoint endpoint);
  // Fails everything under way with `why`, and closes. The peer can be used again.
  void disconnect(const Error& why);

  NodeId id() const { return id_; }
  const ports::Endpoint& endpoint() const { return endpoint_; }
  // Takes requests; while a session is renewed they wait a little.
  bool ready() const { return state_ == State::ready || (state_ == State::authenticating && renewing_); }
  bool connecting() const { return state_ != State::idle && !ready(); }
  // Whether the last attempt failed and the next must wait.
  bool in_backoff() const;
  MonoTime retry_at() const { return retry_at_; }
  // Requests that wait or are under way.
  std::size_t load() const { return waiting_.size() + in_flight_.size(); }
  // Whether something waits or is under way that a broker answers only when it has something to say: fetches, and what
  // a rebalance holds back. Whatever is asked behind it comes late.
  bool occupied() const;
  // What the broker offers. Precondition: ready().
  const BrokerVersions& versions() const { return versions_; }
  // Why the last connection ended or could not be made; empty if none did.
  const std::string& last_failure() const { return last_failure_; }
  // "broker 1 (host:port)".
  std::string name() const;

 private:
  enum class State : std::uint8_t { idle, connecting, handshake, authenticating, ready };
  struct Pending {
    Request request;
    ports::TimerId timer;
    std::int32_t correlation = 0;
    std::int16_t version = 0;
    std::uint64_t serial = 0;
  };

  void on_answer(Buffer frame) override;
  void on_channel_gone(::millrace::Error why) override;
  void on_channel_destroyed() override { channel_ = nullptr; }

  void begin_connecting();
  std::unique_ptr<ports::ConnectionHandler> connected(std::uint64_t attempt,
                                                      ::millrace::Result<ports::Connection*> got);
  std::unique_ptr<ports::ConnectionHandler> open_channel(ports::Connection& connection);
  void await_setup();
  void ask_versions(std::int16_t version);
  void take_versions(Buffer frame);
  // peer_security.cc
  std::unique_ptr<ports::ConnectionHandler> open_secured(ports::Connection& raw);
  void begin_authentication();
  void authenticate(const TokenSource::Token& token);
  void ask_authentication();
  void take_authentication(Buffer frame);
  Error channel_failure(::millrace::Error why) const;

  void become_ready();
  void flush();
  void write(Pending pending);
  void expired(std::uint64_t serial);
  void down(const Error& why);
  void fail_all(const Error& why);
  void finish(Pending pending, Result<Reply> result);
  void finish_later(Request request, Error error);
  void watch_idleness();

  ports::Shard& shard_;
  const ClusterOptions& options_;
  PeerOwner& owner_;
  const NodeId id_;
  ports::Endpoint endpoint_;
  State state_ = State::idle;
  Channel* channel_ = nullptr;
  std::uint64_t attempt_ = 0;  // counts connections, so that a late answer to an old attempt is known
  Backoff backoff_;
  Backoff patience_;
  MonoTime retry_at_;
  MonoTime last_use_;
  MonoTime throttled_until_;
  ports::TimerId setup_timer_;
  ports::TimerId retry_timer_;
  ports::TimerId idle_timer_;
  ports::TimerId throttle_timer_;
  std::unique_ptr<Authentication> authentication_;
  bool renewing_ = false;                // an authentication that is not the connection's first
  std::optional<MonoTime> renew_at_;     // when the session must be renewed
  std::string refused_;                  // why one side has refused the other's TLS
  std::int16_t asked_version_ = 0;
  std::int32_t next_correlation_ = 0;
  BrokerVersions versions_;
  std::deque<Pending> waiting_;
  std::deque<Pending> in_flight_;
  std::uint64_t next_serial_ = 0;
  std::string last_failure_;
  std::optional<Error> failing_;  // while the calls that failed with it have not heard of it
  Alive alive_;
};

// What the network's error means to a person.
std::string_view connect_failure(::millrace::Error error);

}  // namespace millrace::client
