#include <memory>
#include <utility>

#include "metadata/draft.h"

namespace millrace::metadata {

TopicImage* Draft::touch(const Uuid& id) {
  if (const auto found = touched.find(id); found != touched.end()) return &found->second;
  const auto* topic = state.topics_by_id.find(id);
  if (topic == nullptr) return nullptr;
  return &touched.emplace(id, **topic).first->second;
}

Outcome Draft::settle() {
  for (auto& [id, topic] : touched) {
    for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
      if (topic.partitions[i].index != PartitionIndex(static_cast<std::int32_t>(i))) {
        return "topic " + topic.name + " has no partition " + std::to_string(i);
      }
    }
    const auto shared = std::make_shared<const TopicImage>(std::move(topic));
    state.topics_by_name.set(shared->name, shared);
    state.topics_by_id.set(id, shared);
  }
  touched.clear();
  return {};
}

Outcome replay(Draft& draft, const protocol::TopicRecord& record) {
  if (record.topic_id.is_zero()) return "topic " + std::string(record.name) + " has no id";
  if (draft.touch(record.topic_id) != nullptr || draft.state.topics_by_name.find(record.name) != nullptr) {
    return "topic " + std::string(record.name) + " or its id " + record.topic_id.text() + " exists already";
  }
  TopicImage topic;
  topic.name = record.name;
  topic.id = record.topic_id;
  // In the maps at once, so that the name is taken; its partitions come with the next records.
  const auto shared = std::make_shared<const TopicImage>(std::move(topic));
  draft.state.topics_by_name.set(shared->name, shared);
  draft.state.topics_by_id.set(shared->id, shared);
  return {};
}

// The configs of the topic go with it: there is no record for them.
Outcome replay(Draft& draft, const protocol::RemoveTopicRecord& record) {
  const TopicImage* topic = draft.touch(record.topic_id);
  if (topic == nullptr) return "no topic has the id " + record.topic_id.text();
  const std::string name = topic->name;
  draft.touched.erase(record.topic_id);
  draft.state.topics_by_id.erase(record.topic_id);
  draft.state.topics_by_name.erase(name);
  draft.state.configs.erase(ConfigResource{ResourceType::topic, name});
  return {};
}

}  // namespace millrace::metadata
