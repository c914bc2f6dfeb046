#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/handlers/handlers.h"
#include "broker/storage.h"
#include "ports/jobs.h"
#include "protocol/errc.h"
#include "protocol/gen/describe_log_dirs.h"

namespace millrace::broker {
namespace {

using protocol::DescribeLogDirsRequest;
using protocol::DescribeLogDirsResponse;
using protocol::Errc;

// A partition in a log directory.
struct Found {
  std::string dir;
  std::string topic;
  std::int32_t index = 0;
  std::int64_t size = 0;
  std::int64_t lag = 0;
  bool future = false;
};

struct Dir {
  Errc error = Errc::none;
  std::int64_t total = -1;
  std::int64_t usable = -1;
};
using Dirs = std::map<std::string, Dir>;

struct Describing {
  RequestPtr request;
  bool all = false;
  std::set<std::pair<std::string, std::int32_t>> asked;
  std::vector<Found> found;
  std::vector<std::string> offline;
  std::size_t left = 0;

  bool wants(const Found& one) const { return all || asked.contains({one.topic, one.index}); }
};

std::vector<Found> look_around(Broker& broker) {
  std::vector<Found> found;
  broker.partitions().each_place(
      [&found](replica::Partition& partition, const std::string& dir, const std::string& future) {
        const auto& identity = partition.identity();
        const auto size = static_cast<std::int64_t>(partition.log().size().value());
        found.push_back({dir, identity.topic, identity.index.value(), size, 0, false});
        if (!future.empty()) {
          found.push_back({future, identity.topic, identity.index.value(), 0, partition.log_end().value(), true});
        }
      });
  return found;
}

void tell(Describing& describing, const std::vector<std::string>& order, const Dirs& dirs) {
  DescribeLogDirsResponse response;
  std::sort(describing.found.begin(), describing.found.end(), [](const Found& a, const Found& b) {
    return std::tie(a.dir, a.topic, a.index, a.future) < std::tie(b.dir, b.topic, b.index, b.future);
  });
  for (const std::string& path : order) {
    auto& result = response.results.emplace_back();
    const Dir& dir = dirs.at(path);
    result.log_dir = path;
    result.error_code = protocol::to_wire(dir.error);
    result.total_bytes = dir.total;
    result.usable_bytes = dir.usable;
    if (dir.error != Errc::none) continue;
    for (const Found& one : describing.found) {
      if (one.dir != path || !describing.wants(one)) continue;
      if (result.topics.empty() || result.topics.back().name != one.topic) {
        result.topics.emplace_back().name = one.topic;
      }
      result.topics.back().partitions.push_back({one.index, one.size, one.lag, one.future});
    }
  }
  answer(*describing.request, response);
}

void measure(Broker& broker, const std::shared_ptr<Describing>& describing) {
  const auto& order = broker.config().log_dirs;
  ports::run_job<Dirs>(
      broker.shard().jobs,
      [order, offline = describing->offline](ports::BlockingFiles& files) {
        Dirs dirs;
        for (const std::string& path : order) {
          Dir& dir = dirs[path];
          if (std::find(offline.begin(), offline.end(), path) != offline.end()) {
            dir.error = Errc::kafka_storage_error;
          } else if (const auto space = files.space(path)) {
            dir.total = static_cast<std::int64_t>(space->total.value());
            dir.usable = static_cast<std::int64_t>(space->usable.value());
          }
        }
        return dirs;
      },
      [describing, order](Dirs dirs) { tell(*describing, order, dirs); });
}

}  // namespace

// KIP-113, KIP-827. Null topics ask for everything.
void describe_log_dirs(RequestPtr request, Broker& broker) {
  auto body = read_body<DescribeLogDirsRequest>(*request);
  if (!body) return;
  auto describing = std::make_shared<Describing>();
  describing->request = std::move(request);
  describing->all = !body->topics.has_value();
  if (body->topics) {
    for (const auto& topic : *body->topics) {
      for (const std::int32_t index : topic.partitions) describing->asked.emplace(std::string(topic.topic), index);
    }
  }
  describing->left = broker.shard().count + 1;
  const auto one_less = [describing, &broker] {
    if (--describing->left == 0) measure(broker, describing);
  };
  for (std::uint32_t i = 0; i < broker.shard().count; ++i) {
    broker.crossing().ask<std::vector<Found>>(
        ShardId(i),
        [](Broker& there, Callback<void(std::vector<Found>)> reply) { reply(look_around(there)); },
        [describing, one_less](std::vector<Found> found) {
          for (Found& one : found) describing->found.push_back(std::move(one));
          one_less();
        });
  }
  broker.crossing().ask<std::vector<std::string>>(
      ShardId(0),
      [](Broker& there, Callback<void(std::vector<std::string>)> reply) {
        std::vector<std::string> offline;
        for (const std::string& dir : there.config().log_dirs) {
          if (there.storage() != nullptr && there.storage()->is_offline(dir)) offline.push_back(dir);
        }
        reply(std::move(offline));
      },
      [describing, one_less](std::vector<std::string> offline) {
        describing->offline = std::move(offline);
        one_less();
      });
}

}  // namespace millrace::broker
