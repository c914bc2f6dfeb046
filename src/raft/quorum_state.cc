#include "raft/quorum_state.h"

#include <limits>
#include <nlohmann/json.hpp>

namespace millrace::raft {
namespace {

using Json = nlohmann::ordered_json;

// The number under `key`; `fallback` if there is none. False if it is not a number of T's range.
template <typename T>
bool take(const Json& json, const char* key, T& into) {
  const auto found = json.find(key);
  if (found == json.end()) return true;
  if (!found->is_number_integer()) return false;
  const auto value = found->get<std::int64_t>();
  if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) return false;
  into = static_cast<T>(value);
  return true;
}

bool take_voters(const Json& json, std::vector<NodeId>& into) {
  const auto found = json.find("currentVoters");
  if (found == json.end() || found->is_null()) return true;
  if (!found->is_array()) return false;
  for (const Json& voter : *found) {
    std::int32_t id = -1;
    if (!voter.is_object() || !take(voter, "voterId", id)) return false;
    into.push_back(NodeId(id));
  }
  return true;
}

bool take_directory(const Json& json, Uuid& into) {
  const auto found = json.find("votedDirectoryId");
  if (found == json.end()) return true;
  if (!found->is_string()) return false;
  const auto id = Uuid::parse(found->get_ref<const std::string&>());
  if (id.ok()) into = *id;
  return id.ok();
}

}  // namespace

std::string render_quorum_state(const QuorumState& state) {
  Json json;
  if (state.data_version == 0) json["clusterId"] = "";
  json["leaderId"] = state.leader.value();
  json["leaderEpoch"] = state.epoch.value();
  json["votedId"] = state.voted.value();
  if (state.data_version == 0) {
    json["appliedOffset"] = 0;
    json["currentVoters"] = Json::array();
    for (const NodeId id : state.voters) json["currentVoters"].push_back({{"voterId", id.value()}});
  } else {
    json["votedDirectoryId"] = state.voted_directory.text();
  }
  json["data_version"] = state.data_version;
  return json.dump();
}

Result<QuorumState> parse_quorum_state(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return Error::corrupt;
  QuorumState state;
  std::int16_t version = -1;
  if (!take(json, "data_version", version)) return Error::corrupt;
  if (version != 0 && version != 1) return version == -1 ? Error::corrupt : Error::unsupported;
  state.data_version = version;
  std::int32_t leader = -1;
  std::int32_t epoch = -1;
  std::int32_t voted = -1;
  if (!take(json, "leaderId", leader) || !take(json, "leaderEpoch", epoch) || !take(json, "votedId", voted) ||
      epoch < 0 || !take_voters(json, state.voters) || !take_directory(json, state.voted_directory)) {
    return Error::corrupt;
  }
  state.leader = NodeId(leader);
  state.epoch = LeaderEpoch(epoch);
  state.voted = NodeId(voted);
  return state;
}

}  // namespace millrace::raft
