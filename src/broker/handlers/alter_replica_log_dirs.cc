#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/handlers/handlers.h"
#include "broker/partition_questions.h"
#include "protocol/errc.h"
#include "protocol/gen/alter_replica_log_dirs.h"

namespace millrace::broker {
namespace {

using protocol::AlterReplicaLogDirsRequest;
using protocol::AlterReplicaLogDirsResponse;
using protocol::Errc;

// "-future", a dot and 32 digits must fit behind the name of the partition's directory.
constexpr std::size_t kMaxDirectoryName = 255 - 40;

struct Altering {
  RequestPtr request;
  AlterReplicaLogDirsRequest body;
  AlterReplicaLogDirsResponse response;
  std::vector<std::pair<std::size_t, std::size_t>> places;
};

struct Question {
  PartitionKey key;
  ShardId owner{0};
  std::string dir;
};

}  // namespace

// KIP-113. A partition that is named twice goes where it is named last.
void alter_replica_log_dirs(RequestPtr request, Broker& broker) {
  auto body = read_body<AlterReplicaLogDirsRequest>(*request);
  if (!body) return;
  auto altering = std::make_shared<Altering>();
  altering->request = std::move(request);
  altering->body = std::move(*body);
  std::map<std::string_view, std::map<std::int32_t, std::string_view>> asked;
  for (const auto& dir : altering->body.dirs) {
    for (const auto& topic : dir.topics) {
      for (const std::int32_t index : topic.partitions) asked[topic.name][index] = dir.path;
    }
  }
  const auto& dirs = broker.config().log_dirs;
  std::vector<Question> questions;
  for (const auto& [name, partitions] : asked) {
    auto& answers = altering->response.results.emplace_back();
    answers.topic_name = name;
    const auto* topic = broker.image()->topic(name);
    for (const auto& [index, path] : partitions) {
      auto& answer = answers.partitions.emplace_back();
      answer.partition_index = index;
      const auto fail = [&answer](Errc error) { answer.error_code = protocol::to_wire(error); };
      if (name.size() + 1 + std::to_string(index).size() > kMaxDirectoryName) {
        fail(Errc::invalid_topic_exception);
      } else if (std::find(dirs.begin(), dirs.end(), path) == dirs.end()) {
        fail(Errc::log_dir_not_found);
      } else if (topic == nullptr || index < 0 || static_cast<std::size_t>(index) >= topic->partitions.size()) {
        fail(Errc::unknown_topic_or_partition);
      } else {
        const PartitionIndex partition(index);
        questions.push_back({{topic->id, partition}, broker.owner(name, partition), std::string(path)});
        altering->places.emplace_back(altering->response.results.size() - 1, answers.partitions.size() - 1);
      }
    }
  }
  ask_all<Errc>(
      broker, std::move(questions),
      [](Broker& there, replica::Partition* partition, Errc error, const Question& question,
         Callback<void(Errc)> done) {
        if (partition != nullptr) return done(there.partitions().move(question.key, question.dir));
        done(error == Errc::not_leader_or_follower ? Errc::replica_not_available : error);
      },
      [altering](std::vector<Errc> outcomes) {
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
          const auto [topic, partition] = altering->places[i];
          altering->response.results[topic].partitions[partition].error_code = protocol::to_wire(outcomes[i]);
        }
        answer(*altering->request, altering->response);
      });
}

}  // namespace millrace::broker
