#include "client/producer/transactions.h"

#include <algorithm>

#include "client/errors.h"
#include "client/retry.h"
#include "protocol/gen/add_partitions_to_txn.h"
#include "protocol/gen/init_producer_id.h"

namespace millrace::client {

using protocol::AddPartitionsToTxnRequest;
using protocol::AddPartitionsToTxnResponse;
using protocol::EndTxnRequest;
using protocol::EndTxnResponse;
using protocol::Errc;
using protocol::InitProducerIdRequest;
using protocol::InitProducerIdResponse;

namespace {

constexpr std::string_view kFeature = "transaction.version";
// The first versions whose meaning is that of the second generation.
constexpr std::int16_t kProduceOfSecond = 12;
constexpr std::int16_t kEndOfSecond = 5;
constexpr std::int16_t kNewestAddOfClients = 3;  // later ones are for brokers

constexpr ErrorCode code_of(Errc code) { return static_cast<ErrorCode>(protocol::to_wire(code)); }

// What ends the producer, whatever it was asked for.
bool is_fatal(const Error& why) {
  if (why.cause == Cause::unsupported_version || why.cause == Cause::closed) return true;
  if (why.cause != Cause::broker) return false;
  for (const Errc code : {Errc::producer_fenced, Errc::invalid_producer_epoch, Errc::invalid_txn_state,
                          Errc::transactional_id_authorization_failed, Errc::cluster_authorization_failed,
                          Errc::invalid_transaction_timeout, Errc::unsupported_version}) {
    if (why.code == code_of(code)) return true;
  }
  return false;
}

// The coordinator has forgotten the id: the transaction is lost, and the next needs another identity.
bool needs_identity(const Error& why) {
  return why.is(code_of(Errc::unknown_producer_id)) || why.is(code_of(Errc::invalid_producer_id_mapping));
}

Errc first_error(const AddPartitionsToTxnResponse& answer) {
  Errc first = Errc::none;
  for (const auto& topic : answer.results_by_topic_v3_and_below) {
    for (const auto& part : topic.results_by_partition) {
      const Errc code = protocol::from_wire(part.partition_error_code);
      // Not attempted, because of another one that says why.
      if (code != Errc::none && (first == Errc::none || first == Errc::operation_not_attempted)) first = code;
    }
  }
  return first;
}

}  // namespace

Transactions::Transactions(Cluster& cluster, const ProducerOptions& options, Identity& identity,
                           TransactionOwner& owner)
    : cluster_(cluster), options_(options), identity_(identity), owner_(owner) {}

Error Transactions::wrong_state(const char* call) const {
  if (error_) return *error_;
  constexpr const char* kStates[] = {"init_transactions() has not been called",
                                     "init_transactions() is under way",
                                     "no transaction is open; begin one",
                                     "a transaction is open; commit or abort it",
                                     "the transaction is being ended; wait for that, or call the same again",
                                     "the transaction has failed; abort it",
                                     "the producer has failed; close it"};
  return local_error(Cause::wrong_state,
                     std::string(call) + " is not allowed now: " + kStates[static_cast<std::size_t>(state_)]);
}

void Transactions::later(Done done, Status status) {
  cluster_.shard().timers.at_turn_end(
      [done = std::move(done), status = std::move(status)]() mutable { done(std::move(status)); });
}

std::optional<Error> Transactions::refusal() const {
  if (state_ == State::open) return std::nullopt;
  return wrong_state("send()");
}

void Transactions::init(Done done) {
  if (state_ != State::fresh) return later(std::move(done), wrong_state("init_transactions()"));
  state_ = State::initializing;
  ask_identity([this, done = std::move(done)](Status status) mutable {
    if (status) {
      become_ready();
    } else if (state_ == State::initializing) {
      state_ = State::fresh;
    }
    done(std::move(status));
  });
}

// With an identity that is in use, the coordinator answers with its next epoch (KIP-360).
void Transactions::ask_identity(Done done) {
  const auto make = [this](std::int16_t version) {
    InitProducerIdRequest request;
    request.transactional_id = options_.transactional_id;
    request.transaction_timeout_ms = static_cast<std::int32_t>(options_.transaction_timeout.value());
    if (version >= 3) {
      request.producer_id = identity_.id().value();
      request.producer_epoch = identity_.epoch().value();
    }
    return request;
  };
  send_until<InitProducerIdResponse, InitProducerIdRequest>(
      cluster_, coordinator(), make,
      [](const Answer<InitProducerIdResponse>& answer) { return protocol::from_wire(answer.body.error_code); },
      RetryOptions{options_.max_block},
      alive_.guard([this, done = std::move(done)](Result<Answer<InitProducerIdResponse>> answer) mutable {
        Status status = answer ? broker_status(answer->body.error_code,
                                               "taking over transactional.id " + options_.transactional_id)
                               : Status(answer.error());
        if (!status && !status.error().retriable) return done(fail(status.error()));
        if (status) {
          identity_.set(ProducerId(answer->body.producer_id), ProducerEpoch(answer->body.producer_epoch));
          bump_wanted_ = false;
          owner_.on_identity_changed();
        }
        done(std::move(status));
      }));
}

void Transactions::choose_generation() { second_generation_ = cluster_.finalized_feature(kFeature) >= 2; }

void Transactions::become_ready() {
  state_ = State::ready;
  error_.reset();
  started_ = false;
  added_.clear();
  wanted_.clear();
}

Status Transactions::begin() {
  if (state_ != State::ready) return wrong_state("begin_transaction()");
  choose_generation();
  state_ = State::open;
  return {};
}

bool Transactions::admits(const std::string& topic, std::int32_t partition) {
  if (state_ != State::open && state_ != State::ending) return false;
  if (second_generation_) {
    started_ = true;
    return true;
  }
  const Partition key(topic, partition);
  if (added_.contains(key)) return true;
  if (adding_.contains(key)) return false;
  wanted_.insert(key);
  add_partitions();
  return false;
}

VersionRange Transactions::produce_versions(VersionRange versions) const {
  if (second_generation_) {
    versions.min = std::max(versions.min, kProduceOfSecond);
  } else {
    versions.max = std::min<std::int16_t>(versions.max, kProduceOfSecond - 1);
  }
  return versions;
}

void Transactions::add_partitions() {
  if (!adding_.empty() || wanted_.empty()) return;
  adding_ = std::exchange(wanted_, {});
  started_ = true;
  const auto make = [this](std::int16_t) {
    AddPartitionsToTxnRequest request;
    request.v3_and_below_transactional_id = options_.transactional_id;
    request.v3_and_below_producer_id = identity_.id().value();
    request.v3_and_below_producer_epoch = identity_.epoch().value();
    for (const auto& [topic, partition] : adding_) {
      auto& topics = request.v3_and_below_topics;
      if (topics.empty() || topics.back().name != topic) topics.emplace_back().name = topic;
      topics.back().partitions.push_back(partition);
    }
    return request;
  };
  send_until<AddPartitionsToTxnResponse, AddPartitionsToTxnRequest>(
      cluster_, coordinator(), make,
      [](const Answer<AddPartitionsToTxnResponse>& answer) { return first_error(answer.body); },
      RetryOptions{options_.delivery_timeout},
      alive_.guard([this](Result<Answer<AddPartitionsToTxnResponse>> answer) {
        if (!answer) return take_added(answer.error());
        const Errc code = first_error(answer->body);
        take_added(code == Errc::none ? Status() : broker_error(code, "adding partitions to the transaction"));
      }),
      VersionRange{0, kNewestAddOfClients});
}

void Transactions::take_added(Status status) {
  const std::set<Partition> asked = std::exchange(adding_, {});
  if (!status) {
    fail(status.error());
    return;
  }
  added_.insert(asked.begin(), asked.end());
  add_partitions();
  owner_.on_admitted();
}

void Transactions::batch_failed(const Error& why, bool hole) {
  bump_wanted_ |= hole;
  if (state_ == State::open || (state_ == State::ending && committing_)) fail(why);
}

Error Transactions::fail(Error why) {
  if (error_ && error_->fatal) return *error_;
  if (needs_identity(why)) bump_wanted_ = true;
  why.retriable = false;
  why.fatal = is_fatal(why);
  why.abortable = !why.fatal;
  error_ = why;
  state_ = why.fatal ? State::fatal : State::failed;
  wanted_.clear();
  // Later: the owner may be on its way through its queues.
  cluster_.shard().timers.at_turn_end(alive_.guard([this, why] {
    if (why.fatal) {
      owner_.on_fatal(why);
    } else {
      owner_.give_up_waiting(why);
    }
  }));
  return why;
}

void Transactions::end(bool commit, Done done) {
  const bool again = state_ == State::ending && !end_done_ && committing_ == commit;
  const bool may = again || state_ == State::open || (state_ == State::failed && !commit);
  if (!may) return later(std::move(done), wrong_state(commit ? "commit_transaction()" : "abort_transaction()"));
  end_done_ = std::move(done);
  if (again) return send_end();
  state_ = State::ending;
  committing_ = commit;
  if (!commit) {
    error_.reset();
    owner_.give_up_waiting(local_error(Cause::cancelled, "the transaction was aborted before the record was sent"));
  }
  owner_.flush(alive_.guard([this] { flushed(); }));
}

void Transactions::flushed() {
  if (state_ != State::ending) return finish_end(*error_);  // a record has failed meanwhile
  end_waits_ = offsets_under_way_ > 0;
  if (!end_waits_) send_end();
}

void Transactions::offsets_done(const Status& status, Done done) {
  --offsets_under_way_;
  Status told = status;
  if (!status && (state_ == State::open || state_ == State::ending)) told = fail(status.error());
  done(std::move(told));
  if (offsets_under_way_ == 0 && std::exchange(end_waits_, false)) flushed();
}

void Transactions::send_end() {
  if (!started_) return take_end(Answer<EndTxnResponse>{});  // the coordinator knows of nothing to end
  const auto make = [this](std::int16_t) {
    EndTxnRequest request;
    request.transactional_id = options_.transactional_id;
    request.producer_id = identity_.id().value();
    request.producer_epoch = identity_.epoch().value();
    request.committed = committing_;
    return request;
  };
  VersionRange versions = Cluster::stable_versions(EndTxnRequest::kApi);
  if (second_generation_) {
    versions.min = kEndOfSecond;
  } else {
    versions.max = kEndOfSecond - 1;
  }
  send_until<EndTxnResponse, EndTxnRequest>(
      cluster_, coordinator(), make,
      [](const Answer<EndTxnResponse>& answer) { return protocol::from_wire(answer.body.error_code); },
      RetryOptions{options_.max_block},
      alive_.guard([this](Result<Answer<EndTxnResponse>> answer) { take_end(std::move(answer)); }), versions);
}

void Transactions::take_end(Result<Answer<EndTxnResponse>> answer) {
  const char* what = committing_ ? "committing the transaction" : "aborting the transaction";
  Status status = answer ? broker_status(answer->body.error_code, what) : Status(answer.error());
  if (!status) {
    // One that may pass leaves the outcome open: the same call asks again.
    if (!status.error().retriable) status = fail(status.error());
    return finish_end(std::move(status));
  }
  if (answer->body.producer_id >= 0) {
    identity_.set(ProducerId(answer->body.producer_id), ProducerEpoch(answer->body.producer_epoch));
    bump_wanted_ = false;
    owner_.on_identity_changed();
  }
  if (!bump_wanted_) {
    become_ready();
    return finish_end({});
  }
  ask_identity([this](Status bumped) {
    if (bumped) become_ready();
    finish_end(std::move(bumped));
  });
}

void Transactions::finish_end(Status status) {
  if (end_done_) std::exchange(end_done_, {})(std::move(status));
}

}  // namespace millrace::client
