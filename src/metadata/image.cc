#include "metadata/image.h"

#include <algorithm>

#include "metadata/image_state.h"

namespace millrace::metadata {
namespace {

template <typename Map, typename Key>
auto look_up(const Map& map, const Key& key) {
  const auto* found = map.find(key);
  return found == nullptr ? nullptr : found->get();
}

template <typename T, typename Map>
std::vector<const T*> all_of(const Map& map) {
  std::vector<const T*> all;
  all.reserve(map.size());
  map.for_each([&](const auto&, const auto& entry) { all.push_back(entry.get()); });
  return all;
}

template <typename K, typename V, typename Map>
std::vector<std::pair<const K*, const V*>> pairs_of(const Map& map) {
  std::vector<std::pair<const K*, const V*>> all;
  all.reserve(map.size());
  map.for_each([&](const K& key, const auto& entry) { all.emplace_back(&key, entry.get()); });
  return all;
}

}  // namespace

bool PartitionImage::has_replica(NodeId node) const {
  return std::find(replicas.begin(), replicas.end(), node) != replicas.end();
}

Uuid PartitionImage::directory_of(NodeId node) const {
  for (std::size_t i = 0; i < replicas.size() && i < directories.size(); ++i) {
    if (replicas[i] == node) return directories[i];
  }
  return {};
}

std::shared_ptr<const Image> Image::empty() { return std::make_shared<const Image>(std::make_shared<const State>()); }

const TopicImage* Image::topic(std::string_view name) const { return look_up(state_->topics_by_name, name); }
const TopicImage* Image::topic(const Uuid& id) const { return look_up(state_->topics_by_id, id); }
const BrokerImage* Image::broker(NodeId id) const { return look_up(state_->brokers, id); }
const ControllerImage* Image::controller(NodeId id) const { return look_up(state_->controllers, id); }

std::vector<const TopicImage*> Image::topics() const { return all_of<TopicImage>(state_->topics_by_name); }
std::vector<const BrokerImage*> Image::brokers() const { return all_of<BrokerImage>(state_->brokers); }
std::vector<const ControllerImage*> Image::controllers() const {
  return all_of<ControllerImage>(state_->controllers);
}

const Image::Configs& Image::configs(const ConfigResource& resource) const {
  static const Configs kNone;
  const Configs* found = look_up(state_->configs, resource);
  return found == nullptr ? kNone : *found;
}

std::vector<ConfigResource> Image::configured() const {
  std::vector<ConfigResource> all;
  state_->configs.for_each([&](const ConfigResource& resource, const auto&) { all.push_back(resource); });
  return all;
}

const Quotas& Image::quotas(const QuotaEntity& entity) const {
  static const Quotas kNone;
  const Quotas* found = look_up(state_->quotas, entity);
  return found == nullptr ? kNone : *found;
}
std::vector<std::pair<const QuotaEntity*, const Quotas*>> Image::quotas() const {
  return pairs_of<QuotaEntity, Quotas>(state_->quotas);
}

const ScramImage* Image::scram(const ScramKey& key) const { return look_up(state_->scram, key); }
std::vector<std::pair<const ScramKey*, const ScramImage*>> Image::scram() const {
  return pairs_of<ScramKey, ScramImage>(state_->scram);
}

const AclImage* Image::acl(const Uuid& id) const { return look_up(state_->acls, id); }
std::vector<const AclImage*> Image::acls() const { return all_of<AclImage>(state_->acls); }
const TokenImage* Image::token(std::string_view id) const { return look_up(state_->tokens, id); }
std::vector<const TokenImage*> Image::tokens() const { return all_of<TokenImage>(state_->tokens); }
std::optional<std::int8_t> Image::zk_migration_state() const { return state_->zk_migration_state; }

const FeatureLevels& Image::features() const { return *state_->features; }

std::int16_t Image::feature(std::string_view name) const {
  const auto found = features().find(name);
  return found == features().end() ? std::int16_t{0} : found->second;
}

std::int16_t Image::kraft_version() const { return state_->kraft_version; }
std::int64_t Image::features_epoch() const { return state_->offset.value() - 1; }
std::int64_t Image::next_producer_id() const { return state_->next_producer_id; }
NodeId Image::controller() const { return state_->leader; }
LeaderEpoch Image::controller_epoch() const { return state_->leader_epoch; }
Offset Image::offset() const { return state_->offset; }

}  // namespace millrace::metadata
