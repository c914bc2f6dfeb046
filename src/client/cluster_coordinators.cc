#include <fmt/format.h>

#include <utility>

#include "client/cluster.h"

// Who coordinates a group, a transactional id, a share group's state.
namespace millrace::client {

using protocol::FindCoordinatorRequest;
using protocol::FindCoordinatorResponse;

struct Cluster::CoordinatorSearch {
  CoordinatorType type;
  std::string key;
  MonoTime deadline;
  Millis timeout;
  Backoff backoff;
  Callback<void(Result<NodeId>)> done;
};

namespace {

struct Found {
  protocol::Errc error = protocol::Errc::coordinator_not_available;
  std::string detail;
  BrokerView broker;
};

// Before version 4 an answer speaks of one key and has it at its top.
Found read(const Answer<FindCoordinatorResponse>& answer) {
  const auto make = [](std::int16_t code, std::int32_t id, std::string_view host, std::int32_t port,
                       const std::optional<std::string_view>& detail) {
    return Found{protocol::from_wire(code), std::string(detail.value_or("")),
                 BrokerView{NodeId(id), {std::string(host), static_cast<std::uint16_t>(port)}, std::nullopt}};
  };
  const auto& body = answer.body;
  if (answer.version < 4) return make(body.error_code, body.node_id, body.host, body.port, body.error_message);
  if (body.coordinators.empty()) return {};
  const auto& first = body.coordinators.front();
  return make(first.error_code, first.node_id, first.host, first.port, first.error_message);
}

const char* what(CoordinatorType type) {
  switch (type) {
    case CoordinatorType::group: return "group";
    case CoordinatorType::transaction: return "transactional id";
    case CoordinatorType::share: return "share group state";
  }
  return "";
}

}  // namespace

NodeId Cluster::known_coordinator(CoordinatorType type, const std::string& key) const {
  const auto at = coordinators_.find({type, key});
  return at == coordinators_.end() ? kNoNode : at->second;
}

void Cluster::forget_coordinator(CoordinatorType type, const std::string& key) { coordinators_.erase({type, key}); }

void Cluster::find_coordinator(CoordinatorType type, const std::string& key, Millis timeout,
                               Callback<void(Result<NodeId>)> done) {
  const NodeId known = known_coordinator(type, key);
  if (known != kNoNode && view_->brokers.contains(known)) {
    shard_.timers.at(shard_.clock.now(), [known, done = std::move(done)]() mutable { done(known); });
    return;
  }
  search_coordinator(std::make_shared<CoordinatorSearch>(
      CoordinatorSearch{type, key, shard_.clock.now() + timeout, timeout,
                        Backoff(options_.retry_backoff, options_.retry_backoff_max), std::move(done)}));
}

void Cluster::search_coordinator(std::shared_ptr<CoordinatorSearch> search) {
  const Millis left((search->deadline - shard_.clock.now()) / 1'000'000);
  const auto make = [search](std::int16_t version) {
    FindCoordinatorRequest request;
    request.key_type = static_cast<std::int8_t>(search->type);
    if (version >= 4) {
      request.coordinator_keys.push_back(search->key);
    } else {
      request.key = search->key;
    }
    return request;
  };
  VersionRange versions = stable_versions(FindCoordinatorRequest::kApi);
  if (search->type == CoordinatorType::transaction) versions.min = 1;
  if (search->type == CoordinatorType::share) versions.min = 6;
  const Millis once = std::min(options_.request_timeout, std::max(left, Millis(1)));
  send_made<FindCoordinatorResponse, FindCoordinatorRequest>(
      Target::any(), make, once,
      [this, watch = alive_.watch(), search](Result<Answer<FindCoordinatorResponse>> answer) {
        if (watch.expired()) return search->done(local_error(Cause::closed, "the client was closed"));
        take_coordinator(search, std::move(answer));
      },
      versions);
}

void Cluster::take_coordinator(const std::shared_ptr<CoordinatorSearch>& search,
                               Result<Answer<FindCoordinatorResponse>> answer) {
  Error why;
  if (answer) {
    Found found = read(*answer);
    if (found.error == protocol::Errc::none) {
      coordinators_[{search->type, search->key}] = found.broker.id;
      const NodeId id = found.broker.id;
      if (!view_->brokers.contains(id)) adopt(merge(*view_, {}, {std::move(found.broker)}));
      return search->done(id);
    }
    why = broker_error(found.error, fmt::format("finding the coordinator of {} {}", what(search->type), search->key),
                       found.detail);
  } else {
    why = answer.error();
  }
  const Millis wait = search->backoff.next(shard_.random);
  if (!why.retriable || closed_ || shard_.clock.now() + wait >= search->deadline) return search->done(std::move(why));
  shard_.timers.at(shard_.clock.now() + wait, [this, watch = alive_.watch(), search] {
    if (watch.expired()) return search->done(local_error(Cause::closed, "the client was closed"));
    search_coordinator(search);
  });
}

}  // namespace millrace::client
