#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/fetches.h"
#include "broker/handlers/handlers.h"
#include "broker/leader_hints.h"
#include "protocol/errc.h"
#include "protocol/gen/fetch.h"
#include "replica/fetch_session.h"

namespace millrace::broker {
namespace {

using protocol::Errc;
using protocol::FetchRequest;
using protocol::FetchResponse;
using replica::FetchAsk;
using replica::FetchKey;

constexpr std::int32_t kFirstEpoch = 0;
constexpr std::int32_t kFinalEpoch = -1;
constexpr std::int16_t kTopicIdsSince = 13;
constexpr std::int16_t kLeaderHintsSince = 16;

// One fetch request, from its session to its answer.
class Fetching : public std::enable_shared_from_this<Fetching> {
 public:
  Fetching(RequestPtr request, Broker& broker, FetchRequest body)
      : request_(std::move(request)), broker_(broker), body_(std::move(body)), image_(broker.image()) {}

  void begin() {
    if (!choose_partitions()) return;
    std::vector<FetchItem> items;
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      if (auto item = resolve(wanted_[i])) {
        items.push_back(*item);
        positions_.push_back(i);
      }
    }
    const std::int8_t isolation = body_.isolation_level;
    if (!items.empty() && isolation != 0 && isolation != 1) return fail_everything(Errc::unknown_server_error);
    const auto id = std::make_shared<Fetches::FetchId>(0);
    auto done = [self = shared_from_this()](std::vector<FetchResult> results) { self->finish(std::move(results)); };
    *id = broker_.fetches().begin(std::move(items), terms(), std::move(done));
    if (!request_->answered()) {
      request_->when_abandoned([&fetches = broker_.fetches(), id] { fetches.cancel(*id); });
    }
  }

 private:
  struct Wanted {
    FetchKey key;
    FetchAsk ask;
    const metadata::TopicImage* known = nullptr;
    bool seen = false;     // the metadata has had the topic, now or when the session last named it
    bool unknown = false;  // the metadata does not have it
    FetchResult result;
  };
  enum class Kind { sessionless, full, incremental };

  bool by_id() const { return request_->version() >= kTopicIdsSince; }
  std::int32_t replica_id() const {
    return request_->version() >= 15 ? body_.replica_state.replica_id : body_.replica_id;
  }

  FetchTerms terms() const {
    FetchTerms terms;
    terms.max_bytes = std::min(body_.max_bytes, broker_.config().topics.fetch_max_bytes);
    terms.max_bytes = std::min(terms.max_bytes, broker_.quotas().fetch_window_bytes(*request_));
    terms.min_bytes = std::min<std::int64_t>(body_.min_bytes, terms.max_bytes);
    terms.max_wait = Millis(body_.max_wait_ms);
    terms.read_committed = body_.isolation_level == 1;
    terms.from_replica = replica_id() >= 0;
    return terms;
  }

  // Which partitions this request is about (KIP-227). False if it has been answered already.
  bool choose_partitions() {
    const bool full = body_.session_epoch == kFirstEpoch || body_.session_epoch == kFinalEpoch;
    auto& sessions = broker_.fetch_sessions();
    if (full) {
      if (body_.session_id != 0) sessions.remove(body_.session_id);
      kind_ = body_.session_epoch == kFinalEpoch ? Kind::sessionless : Kind::full;
      collect_requested();
      return true;
    }
    replica::FetchSession* session = sessions.find(body_.session_id);
    if (session == nullptr) return refuse(Errc::fetch_session_id_not_found);
    if (session->epoch() != body_.session_epoch) return refuse(Errc::invalid_fetch_session_epoch);
    if (session->by_id() != by_id()) return refuse(Errc::fetch_session_topic_id_error);
    update(*session);
    if (session->size() == 0) {
      sessions.remove(body_.session_id);
      kind_ = Kind::sessionless;
      collect_requested();
      return true;
    }
    sessions.touch(*session, broker_.shard().clock.now());
    session->next_epoch();
    kind_ = Kind::incremental;
    for (const auto& partition : session->partitions())
      wanted_.push_back({partition.key, partition.ask, nullptr, partition.told.topic_seen, false, {}});
    return true;
  }

  bool refuse(Errc error) {
    fail_whole(error);
    return false;
  }

  void fail_whole(Errc error) {
    FetchResponse response;
    response.error_code = protocol::to_wire(error);
    answer(*request_, response);
  }

  // Before topics had ids, an error of the whole was told with each partition as well.
  void fail_everything(Errc error) {
    FetchResponse response;
    response.error_code = protocol::to_wire(error);
    if (!by_id()) {
      for (const auto& asked : body_.topics) {
        auto& topic = response.responses.emplace_back();
        topic.topic = asked.topic;
        for (const auto& partition : asked.partitions) {
          auto& data = topic.partitions.emplace_back();
          data.partition_index = partition.partition;
          data.error_code = protocol::to_wire(error);
          data.high_watermark = -1;
          data.records = protocol::RecordsRef();
        }
      }
    }
    answer(*request_, response);
  }

  template <typename Use>
  void each_requested(Use use) const {
    for (const auto& topic : body_.topics) {
      for (const auto& partition : topic.partitions) {
        use(FetchKey{by_id() ? topic.topic_id : Uuid(), by_id() ? std::string() : std::string(topic.topic),
                     partition.partition},
            FetchAsk{partition.fetch_offset, partition.partition_max_bytes, partition.current_leader_epoch,
                     partition.last_fetched_epoch, partition.log_start_offset});
      }
    }
  }

  // A partition that is named twice keeps its first place and its last wishes.
  void collect_requested() {
    std::map<FetchKey, std::size_t> seen;
    each_requested([&](FetchKey key, const FetchAsk& ask) {
      const auto [at, added] = seen.emplace(key, wanted_.size());
      if (added) {
        wanted_.push_back({std::move(key), ask, nullptr, false, false, {}});
      } else {
        wanted_[at->second].ask = ask;
      }
    });
  }

  void update(replica::FetchSession& session) const {
    each_requested([&](const FetchKey& key, const FetchAsk& ask) { session.put(key, ask); });
    for (const auto& topic : body_.forgotten_topics_data) {
      for (const std::int32_t partition : topic.partitions) {
        session.forget(
            {by_id() ? topic.topic_id : Uuid(), by_id() ? std::string() : std::string(topic.topic), partition});
      }
    }
  }

  // What to read for a partition; nothing if the metadata does not have it, which is its result then.
  std::optional<FetchItem> resolve(Wanted& wanted) {
    wanted.known = by_id() ? image_->topic(wanted.key.topic_id) : image_->topic(wanted.key.topic);
    wanted.unknown = true;
    if (wanted.known == nullptr) {
      // A session that has seen the topic once goes on to speak of it by its name, which is unknown now.
      wanted.result.error =
          by_id() && !wanted.seen ? Errc::unknown_topic_id : Errc::unknown_topic_or_partition;
      return std::nullopt;
    }
    wanted.seen = true;
    if (wanted.key.index < 0 || static_cast<std::size_t>(wanted.key.index) >= wanted.known->partitions.size()) {
      wanted.result.error = Errc::unknown_topic_or_partition;
      return std::nullopt;
    }
    wanted.unknown = false;
    const PartitionIndex index(wanted.key.index);
    return FetchItem{{wanted.known->id, index},
                     broker_.owner(wanted.known->name, index),
                     Offset(wanted.ask.offset),
                     wanted.ask.max_bytes,
                     wanted.ask.current_leader_epoch < 0 ? kNoEpoch : LeaderEpoch(wanted.ask.current_leader_epoch),
                     wanted.ask.last_fetched_epoch < 0 ? kNoEpoch : LeaderEpoch(wanted.ask.last_fetched_epoch)};
  }

  void finish(std::vector<FetchResult> results) {
    for (std::size_t i = 0; i < results.size(); ++i) wanted_[positions_[i]].result = std::move(results[i]);
    // Kafka answers what it could read first, then ids that it does not know, then partitions.
    std::stable_sort(wanted_.begin(), wanted_.end(),
                     [](const Wanted& a, const Wanted& b) { return rank(a) < rank(b); });
    FetchResponse response;
    replica::FetchSession* session = nullptr;
    if (kind_ == Kind::full) session = open_session();
    if (kind_ == Kind::incremental) {
      session = broker_.fetch_sessions().find(body_.session_id);
      const std::int32_t expected = body_.session_epoch == 0x7fffffff ? 1 : body_.session_epoch + 1;
      if (session == nullptr || session->epoch() != expected) {
        response.error_code = protocol::to_wire(Errc::invalid_fetch_session_epoch);
        response.session_id = body_.session_id;
        return answer(*request_, response);
      }
    }
    if (session != nullptr) response.session_id = session->id();
    for (Wanted& wanted : wanted_) {
      if (kind_ == Kind::incremental &&
          !session->must_tell(wanted.key, told(wanted), wanted.result.plan.size > 0,
                              wanted.result.error != Errc::none || wanted.result.diverging)) {
        continue;
      }
      add(wanted, response);
    }
    if (request_->version() >= kLeaderHintsSince && replica_id() < 0)
      hints_.list(*image_, request_->listener(), response.node_endpoints);
    send(response);
  }

  static int rank(const Wanted& wanted) {
    if (!wanted.unknown) return 0;
    return wanted.result.error == Errc::unknown_topic_id ? 1 : 2;
  }

  static replica::FetchTold told(const Wanted& wanted) {
    return {wanted.result.high_watermark.value(), wanted.result.log_start.value(), wanted.seen};
  }

  replica::FetchSession* open_session() {
    auto& shard = broker_.shard();
    auto* session = broker_.fetch_sessions().create(wanted_.size(), by_id(), shard.clock.now(), shard.random.next());
    if (session == nullptr) return nullptr;
    for (const Wanted& wanted : wanted_) {
      session->put(wanted.key, wanted.ask);
      session->told(wanted.key, told(wanted));
    }
    return session;
  }

  void add(Wanted& wanted, FetchResponse& response) {
    if (response.responses.empty() || response.responses.back().topic_id != wanted.key.topic_id ||
        response.responses.back().topic != wanted.key.topic) {
      auto& topic = response.responses.emplace_back();
      topic.topic = wanted.key.topic;
      topic.topic_id = wanted.key.topic_id;
    }
    FetchResult& result = wanted.result;
    auto& data = response.responses.back().partitions.emplace_back();
    data.partition_index = wanted.key.index;
    Errc error = result.error;
    if (error == Errc::kafka_storage_error && request_->version() <= 5) error = Errc::not_leader_or_follower;
    data.error_code = protocol::to_wire(error);
    data.high_watermark = result.high_watermark.value();
    data.last_stable_offset = result.last_stable_offset.value();
    data.log_start_offset = result.log_start.value();
    // Kafka replaces what its log has read, with what it knows of aborted transactions, by nothing.
    const bool replaced = error != Errc::none || result.diverging || result.below_a_batch;
    if (!wanted.unknown && (body_.isolation_level == 0 || replaced)) {
      data.aborted_transactions = std::nullopt;
    }
    if (data.aborted_transactions) {
      for (const auto& aborted : result.aborted) {
        auto& entry = data.aborted_transactions->emplace_back();
        entry.producer_id = aborted.producer.value();
        entry.first_offset = aborted.first.value();
      }
    }
    if (result.diverging) {
      data.diverging_epoch.epoch = result.diverged_at.epoch.value();
      data.diverging_epoch.end_offset = result.diverged_at.end.value();
    }
    if (request_->version() >= kLeaderHintsSince && wanted.known != nullptr &&
        (error == Errc::not_leader_or_follower || error == Errc::fenced_leader_epoch)) {
      hints_.add(*wanted.known, PartitionIndex(wanted.key.index), data.current_leader);
    }
    pieces_.push_back(std::move(result.plan.pieces));
    data.records = protocol::RecordsRef();
    if (result.plan.size > 0) {
      data.records = protocol::RecordsRef::external(static_cast<std::uint32_t>(pieces_.size() - 1), result.plan.size);
    }
  }

  // The answer as a gather list: what is said about the records in memory of ours, the records where they are.
  void send(const FetchResponse& response) {
    protocol::Writer counter;
    encode(counter, request_->version(), response);
    Buffer inline_part = Buffer::allocate(counter.inline_size());
    protocol::Writer out(inline_part.writable(), protocol::Writer::Records::gather);
    encode(out, request_->version(), response);
    std::vector<ports::Piece> body;
    for (const protocol::Piece& piece : out.pieces()) {
      if (piece.external_size == 0) {
        if (!piece.bytes.empty()) body.push_back(ports::Piece::of(inline_part.slice_of(piece.bytes)));
        continue;
      }
      for (ports::Piece& records : pieces_[piece.external_id]) body.push_back(std::move(records));
    }
    request_->send(std::move(body));
  }

  RequestPtr request_;
  Broker& broker_;
  FetchRequest body_;
  const metadata::ImagePtr image_;
  Kind kind_ = Kind::sessionless;
  std::vector<Wanted> wanted_;
  std::vector<std::size_t> positions_;  // of the items read, in wanted_
  std::vector<std::vector<ports::Piece>> pieces_;
  LeaderHints hints_;
};

}  // namespace

// On a controller's listener it is another replica that reads the metadata log (src/controller/fetch.cc).
void fetch(RequestPtr request, Broker& broker) {
  if (request->listener().controller) return forward(std::move(request), broker);
  auto body = read_body<FetchRequest>(*request);
  if (body) std::make_shared<Fetching>(std::move(request), broker, std::move(*body))->begin();
}

}  // namespace millrace::broker
