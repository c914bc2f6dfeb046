#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/alive.h"
#include "client/backoff.h"
#include "client/cluster_options.h"
#include "client/metadata.h"
#include "client/peer.h"
#include "client/request.h"
#include "client/target.h"
#include "ports/shard.h"
#include "protocol/gen/find_coordinator.h"
#include "protocol/gen/metadata.h"

namespace millrace::client {

// The whole cluster, as one client sees it: connections, versions, metadata and coordinators. Producer, consumer and
// admin stand on one of these.
//
// All calls belong to one shard. Completions are later calls, never made from inside the call that asked; each is made
// exactly once, with an answer or an Error; after close() with Cause::closed. Not to be destroyed from inside a
// completion.
//
// One call is one attempt: a request whose connection breaks fails with Cause::network (retriable), and may have been
// carried out. Who wants attempts until a deadline uses client/retry.h.
class Cluster final : private PeerOwner {
 public:
  Cluster(ports::Shard& shard, ClusterOptions options);
  ~Cluster() override;

  // Sends `request` and hands the answer to `done`. What strings and bytes of the request point to must stay until
  // `done` is called. `timeout`: from now, waiting for a connection or coordinator included.
  template <protocol::Message R, protocol::Message M>
  void send(Target target, M request, Millis timeout, Callback<void(Result<Answer<R>>)> done) {
    send_made<R, M>(std::move(target), [request = std::move(request)](std::int16_t) { return request; }, timeout,
                    std::move(done));
  }
  // The same with a request made when the version is known: `make` is a call from version to M or Result<M>, whose
  // strings must stay until it is called again or destroyed. `versions`: those that the call can do with. `records`:
  // the record batches of the message in their order, which are sent from where they are and must not change any more.
  template <protocol::Message R, protocol::Message M, typename Make>
  void send_made(Target target, Make make, Millis timeout, Callback<void(Result<Answer<R>>)> done,
                 VersionRange versions = stable_versions(M::kApi), std::vector<Buffer> records = {}) {
    static_assert(R::kApi == M::kApi);
    Request request{M::kApi, versions, encoder<M>(std::move(make), std::move(records)), {}, {}, timeout, true};
    request.done = [this, watch = alive_.watch(), lane = target.lane, done = std::move(done)](
                       Result<Reply> reply) mutable {
      if (!reply) return done(reply.error());
      auto answer = read_answer<R>(*std::move(reply));
      if (answer && !watch.expired()) obey(lane, *answer);
      done(std::move(answer));
    };
    submit(std::move(target), std::move(request));
  }
  // Sends a request that has no answer (produce with acks=0); `done` says that it was handed to the system.
  template <protocol::Message M, typename Make>
  void tell(Target target, Make make, Millis timeout, Callback<void(Status)> done,
            VersionRange versions = stable_versions(M::kApi), std::vector<Buffer> records = {}) {
    Request request{M::kApi, versions, encoder<M>(std::move(make), std::move(records)), {}, {}, timeout, false};
    request.done = [done = std::move(done)](Result<Reply> reply) mutable {
      done(reply ? Status() : Status(reply.error()));
    };
    submit(std::move(target), std::move(request));
  }
  // Sends a request that is bytes already; its deadline is set from its timeout.
  void send_untyped(Target target, Request request) { submit(std::move(target), std::move(request)); }

  // What is known of the cluster now; never null.
  const ClusterViewPtr& view() const { return view_; }
  // Keeps the metadata of a topic fresh, and asks for it now if it is not known. Counted: untrack as often.
  void track(const std::string& topic);
  void untrack(const std::string& topic);
  // The same for all topics.
  void track_all(bool all);
  // Asks for fresh metadata soon, after the backoff of the last attempt (after errors that speak of stale metadata).
  void refresh();
  // Calls `done` at the first update that was asked for after this call, or with the failure at `timeout`.
  void when_refreshed(Millis timeout, Callback<void(Status)> done);
  // The metadata of one topic, tracked until the answer: waits until it is there and has no passing error.
  // UNKNOWN_TOPIC_OR_PARTITION at `timeout` if it never is.
  // `cached`: what is known already will do.
  void find_topic(const std::string& topic, Millis timeout, Callback<void(Result<TopicPtr>)> done, bool cached = true);
  // Calls `changed` at each new view, until the subscription is destroyed.
  using Subscription = std::shared_ptr<void>;
  [[nodiscard]] Subscription subscribe(Callback<void(const ClusterViewPtr&)> changed);
  // Calls `refused` each time when a broker and this client do not accept each other: TLS or authentication has failed,
  // which does not pass by itself. What waits for a broker fails with the same error. Until the subscription is
  // destroyed.
  [[nodiscard]] Subscription when_refused(Callback<void(const Error&)> refused);
  // New leaders, from an answer to produce or fetch (KIP-951), with the brokers that it names.
  void learn(const std::vector<LeaderHint>& hints, const std::vector<BrokerView>& brokers);
  // Nodes that an answer has named, for Target::node: metadata tells of no controllers, and of brokers only later.
  void meet(const std::vector<BrokerView>& nodes);

  // Finds the coordinator; what is known is answered at once (later). Tries until `timeout`.
  void find_coordinator(CoordinatorType type, const std::string& key, Millis timeout,
                        Callback<void(Result<NodeId>)> done);
  // After NOT_COORDINATOR and the like: the next call looks it up anew.
  void forget_coordinator(CoordinatorType type, const std::string& key);
  // The one that is known; kNoNode if none is.
  NodeId known_coordinator(CoordinatorType type, const std::string& key) const;

  // Ends every connection and fails every call. Nothing is taken any more.
  void close();
  bool closed() const { return closed_; }

  const ClusterOptions& options() const { return options_; }
  ports::Shard& shard() { return shard_; }
  // Expires with this object: for calls of others that may come later.
  std::weak_ptr<const bool> alive() const { return alive_.watch(); }
  // What the broker offers of an API, if it is connected now.
  std::optional<VersionRange> offered(NodeId node, protocol::ApiKey api) const;
  // The level of a feature that the cluster has agreed on, as the best informed of the connected brokers has said.
  std::int16_t finalized_feature(std::string_view name) const;
  // Requests that wait or are under way at a broker's data connection: to choose the least busy.
  std::size_t load(NodeId node) const;
  // That no broker has answered for `long_enough`, although one was asked; nothing if that is not so.
  std::optional<Error> out_of_reach(Millis long_enough) const;
  // Requests that were asked for so far.
  std::uint64_t requests() const { return requests_; }
  // Why brokers cannot be reached, for a person: "host:port: why", several with "; ".
  std::string failures() const;
  // Whether requests to this broker would go out now (connected, not throttled).
  bool ready(NodeId node) const;

  // The versions that are announced to clients: all that this program knows but unstable ones.
  static VersionRange stable_versions(protocol::ApiKey api) {
    const auto& info = protocol::api_info(api);
    return {info.min_version, info.stable_version()};
  }

 private:
  using PeerKey = std::pair<NodeId, Lane>;
  using CoordinatorKey = std::pair<CoordinatorType, std::string>;
  struct Waiter {
    std::uint64_t id;
    std::uint64_t after;  // the number of the metadata request whose answer is new enough
    ports::TimerId timer;
    Callback<void(Status)> done;
  };
  struct Waiting {
    std::uint64_t id;
    MonoTime since;
    ports::TimerId timer;
    Request request;
  };

  // What every answer may carry: a throttle, and an error that tells that our picture is old.
  template <typename R>
  void obey(Lane lane, const Answer<R>& answer) {
    if constexpr (requires { answer.body.throttle_time_ms; }) {
      if (answer.body.throttle_time_ms > 0) throttled(answer.from, lane, Millis(answer.body.throttle_time_ms));
    }
  }

  // cluster.cc
  void submit(Target target, Request request);
  void submit_to(NodeId id, Lane lane, Request request);
  void fail_later(Request request, Error error);
  void throttled(NodeId from, Lane lane, Millis time);
  Peer* peer(NodeId id, Lane lane);
  const Peer* find_peer(NodeId id, Lane lane) const;
  // cluster_any.cc
  void submit_any(Request request);
  void serve_any();
  void give_up();
  Error nobody_reached(Millis within) const;
  Peer* least_busy();
  Peer* free_lane(NodeId id);
  std::vector<Peer*> candidates();
  void maybe_rebootstrap();
  void rebootstrap(std::string_view why);
  void fail_waiting(const Error& why);
  void on_peer_ready(Peer& peer) override;
  void on_peer_down(Peer& peer, const Error& why) override;
  // cluster_metadata.cc
  void request_metadata();
  void send_metadata();
  void take_metadata(Result<Answer<protocol::MetadataResponse>> answer);
  void adopt(ClusterViewPtr view);
  void drop_departed();
  void schedule_metadata(Millis wait);
  void settle_waiters();
  // cluster_coordinators.cc
  struct CoordinatorSearch;
  void search_coordinator(std::shared_ptr<CoordinatorSearch> search);
  void take_coordinator(const std::shared_ptr<CoordinatorSearch>& search,
                        Result<Answer<protocol::FindCoordinatorResponse>> answer);

  ports::Shard& shard_;
  const ClusterOptions options_;
  bool closed_ = false;
  std::map<PeerKey, std::unique_ptr<Peer>> peers_;
  std::vector<std::unique_ptr<Peer>> departed_;
  std::deque<Waiting> any_;
  std::uint64_t next_id_ = 0;
  std::uint64_t requests_ = 0;
  ports::TimerId any_timer_;
  bool bootstrapping_ = true;  // the bootstrap servers are asked, not the brokers of the view
  std::uint32_t rotation_ = 0;

  ClusterViewPtr view_ = std::make_shared<const ClusterView>();
  std::map<std::string, std::uint32_t, std::less<>> tracked_;
  std::uint32_t track_all_ = 0;
  bool metadata_in_flight_ = false;
  bool metadata_wanted_ = false;
  bool asked_for_all_ = false;
  std::set<std::string, std::less<>> asked_for_;
  std::uint64_t asked_ = 0;     // metadata requests begun
  std::optional<MonoTime> trying_since_;  // the first metadata request since the last good answer
  Backoff metadata_backoff_;
  MonoTime not_before_;
  ports::TimerId metadata_timer_;
  std::vector<Waiter> waiters_;
  std::vector<std::weak_ptr<Callback<void(const ClusterViewPtr&)>>> subscribers_;
  std::vector<std::weak_ptr<Callback<void(const Error&)>>> refusal_subscribers_;
  std::string last_metadata_failure_;

  std::map<CoordinatorKey, NodeId> coordinators_;
  Alive alive_;
};

}  // namespace millrace::client
