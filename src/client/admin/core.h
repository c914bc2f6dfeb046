#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/cluster.h"
#include "client/retry.h"
#include "client/settings.h"
#include "client/telemetry/reporter.h"
#include "millrace/admin/common.h"
#include "millrace/admin/security.h"

namespace millrace::client {

// The core of an admin client: its cluster and what calls take from the settings. Belongs to one shard.
struct AdminCore {
  AdminCore(ports::Shard& at, ClusterOptions options, Millis timeout, std::uint32_t tries)
      : shard(at), cluster(at, std::move(options)), default_timeout(timeout), retries(tries) {
    if (cluster.options().push_metrics) {
      reporter = std::make_unique<Reporter>(cluster, [this] {
        return std::vector<Metric>{{"org.apache.kafka.admin.client.request.total",
                                    static_cast<std::int64_t>(cluster.requests()), true}};
      });
    }
  }
  void close() {
    if (reporter) reporter->end();
    cluster.close();
  }
  // The options' time, or the settings'.
  Millis timeout(const AdminOptions& options) const {
    return options.timeout ? Millis(options.timeout->count()) : default_timeout;
  }

  ports::Shard& shard;
  Cluster cluster;
  Millis default_timeout;
  std::uint32_t retries;
  std::unique_ptr<Reporter> reporter;  // null where metrics are not pushed
};

template <typename T>
using Done = Callback<void(Result<T>)>;

inline std::string text(const std::optional<std::string_view>& value) { return std::string(value.value_or("")); }
inline std::optional<std::string> optional_text(const std::optional<std::string_view>& value) {
  return value ? std::optional(std::string(*value)) : std::nullopt;
}
// What a bit each stands for; nothing if the broker was not asked.
std::optional<std::vector<AclOperation>> operations(std::int32_t bits);
inline TopicId topic_id(const ::millrace::Uuid& id) { return {id.high, id.low}; }
inline ::millrace::Uuid uuid(const TopicId& id) { return {id.high, id.low}; }

// One request with retries, its answer turned into the call's result by `convert` (const Answer<R>& -> Result<T>).
// `judge`: the error of the answer that is reason to try again, if any.
template <typename T, protocol::Message R, protocol::Message M, typename Make, typename Judge, typename Convert>
void ask(AdminCore& core, Target target, Millis timeout, Make make, Judge judge, Convert convert, Done<T> done,
         VersionRange versions = Cluster::stable_versions(M::kApi)) {
  send_until<R, M>(
      core.cluster, std::move(target), std::move(make), std::move(judge), RetryOptions{timeout, core.retries},
      [convert = std::move(convert), done = std::move(done)](Result<Answer<R>> answer) mutable {
        if (!answer) return done(answer.error());
        done(convert(*answer));
      },
      versions);
}

// Judges by the answer's one error code.
inline constexpr auto by_code = [](const auto& answer) { return protocol::from_wire(answer.body.error_code); };
inline constexpr auto never_again = [](const auto&) { return protocol::Errc::none; };

// Several parts of one call, whose results are put together: `done` gets the collection when the last has come. A part
// that fails as a whole says so by itself, in its items, or by fail().
template <typename T>
class Gather {
 public:
  explicit Gather(Done<T> done) : done_(std::move(done)) {}
  ~Gather() {
    done_(failure_ ? Result<T>(*std::move(failure_)) : Result<T>(std::move(value)));
  }
  void fail(Error error) {
    if (!failure_) failure_ = std::move(error);
  }
  T value;

 private:
  std::optional<Error> failure_;
  Done<T> done_;
};
template <typename T>
using GatherPtr = std::shared_ptr<Gather<T>>;
template <typename T>
GatherPtr<T> gather(Done<T> done) {
  return std::make_shared<Gather<T>>(std::move(done));
}

// The brokers of the cluster, asked for now.
void live_brokers(AdminCore& core, Millis timeout, Done<std::vector<NodeId>> done);

// Partitions by their present leaders. Those without one, or of unknown topics, are in `failed`.
struct ByLeader {
  std::map<NodeId, std::vector<TopicPartition>> leaders;
  Items<TopicPartition> failed;
};
void by_leader(AdminCore& core, std::vector<TopicPartition> partitions, Millis timeout, Done<ByLeader> done);

// Partitions grouped by topic, in order.
std::map<std::string, std::vector<std::int32_t>> by_topic(const std::vector<TopicPartition>& partitions);

}  // namespace millrace::client
