#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "client/admin/topics.h"
#include "protocol/gen/describe_topic_partitions.h"
#include "protocol/gen/metadata.h"

namespace millrace::client::admin {

using namespace protocol;
template <typename T>
using Result = client::Result<T>;

namespace {

TopicDescription description(const MetadataResponse::MetadataResponseTopic& topic) {
  TopicDescription result{text(topic.name), topic_id(topic.topic_id), topic.is_internal, {},
                          operations(topic.topic_authorized_operations)};
  for (const auto& from : topic.partitions) {
    PartitionDescription partition;
    partition.partition = from.partition_index;
    partition.leader = from.leader_id;
    partition.leader_epoch = from.leader_epoch;
    partition.replicas = from.replica_nodes;
    partition.in_sync = from.isr_nodes;
    partition.offline = from.offline_replicas;
    result.partitions.push_back(std::move(partition));
  }
  std::ranges::sort(result.partitions, {}, &PartitionDescription::partition);
  return result;
}

}  // namespace

void list_topics(AdminCore& core, bool internal, Millis timeout, Done<std::vector<ListedTopic>> done) {
  ask<std::vector<ListedTopic>, MetadataResponse, MetadataRequest>(
      core, Target::any(), timeout,
      [](std::int16_t) {
        MetadataRequest request;
        request.topics.reset();
        request.allow_auto_topic_creation = false;
        return request;
      },
      by_code,
      [internal](const Answer<MetadataResponse>& answer) -> Result<std::vector<ListedTopic>> {
        std::vector<ListedTopic> topics;
        for (const auto& topic : answer.body.topics) {
          if (topic.is_internal && !internal) continue;
          topics.push_back({text(topic.name), topic_id(topic.topic_id), topic.is_internal});
        }
        std::ranges::sort(topics, {}, &ListedTopic::name);
        return topics;
      },
      std::move(done), VersionRange{4, MetadataRequest::kMaxVersion});
}

namespace {

// By names or by ids: `put` fills in one asked-for topic, `key_of` reads which one an answer is about.
template <typename Key, typename Put, typename KeyOf>
void describe(AdminCore& core, std::vector<Key> keys, bool authorized, std::int16_t first_version, Millis timeout,
              Done<Items<Key, TopicDescription>> done, Put put, KeyOf key_of) {
  constexpr std::int16_t kTellsOperations = 8;
  using All = Items<Key, TopicDescription>;
  ask<All, MetadataResponse, MetadataRequest>(
      core, Target::any(), timeout,
      [keys = std::move(keys), authorized, put](std::int16_t) {
        MetadataRequest request;
        request.include_topic_authorized_operations = authorized;
        for (const Key& key : keys) put(key, request.topics->emplace_back());
        request.allow_auto_topic_creation = false;
        return request;
      },
      by_code,
      [key_of](const Answer<MetadataResponse>& answer) -> Result<All> {
        All items;
        for (const auto& topic : answer.body.topics) {
          const Errc code = from_wire(topic.error_code);
          const std::string name = topic.name ? std::string(*topic.name) : topic.topic_id.text();
          if (code != Errc::none) {
            items.push_back({key_of(topic), broker_error(code, "describing topic " + name)});
          } else {
            items.push_back({key_of(topic), description(topic)});
          }
        }
        return items;
      },
      std::move(done),
      VersionRange{authorized ? std::max(first_version, kTellsOperations) : first_version,
                   MetadataRequest::kMaxVersion});
}

using Described = Items<std::string, TopicDescription>;

void describe_by_metadata(AdminCore& core, std::vector<std::string> names, bool authorized, Millis timeout,
                          Done<Described> done) {
  describe(
      core, std::move(names), authorized, 4, timeout, std::move(done),
      [](const std::string& name, auto& topic) { topic.name = name; },
      [](const auto& topic) { return text(topic.name); });
}

// KIP-966: page after page, which tell what leaders a partition may have beyond those in sync.
class TopicPages : public std::enable_shared_from_this<TopicPages> {
 public:
  TopicPages(AdminCore& core, std::vector<std::string> names, bool authorized, Millis timeout, Done<Described> done)
      : core_(core),
        alive_(core.cluster.alive()),
        names_(std::move(names)),
        authorized_(authorized),
        deadline_(core.shard.clock.now() + timeout),
        done_(std::move(done)) {}

  void next() {
    auto self = shared_from_this();
    ask<void, DescribeTopicPartitionsResponse, DescribeTopicPartitionsRequest>(
        core_, Target::any(), left(),
        [self](std::int16_t) {
          DescribeTopicPartitionsRequest request;
          for (const std::string& name : self->names_) request.topics.push_back({name});
          if (const auto& at = self->cursor_) {
            request.cursor = DescribeTopicPartitionsRequest::Cursor{at->topic, at->partition};
          }
          return request;
        },
        never_again,
        [self](const Answer<DescribeTopicPartitionsResponse>& answer) -> Result<void> {
          self->take(answer.body);
          return {};
        },
        [self](Result<void> page) { self->go_on(std::move(page)); });
  }

 private:
  Millis left() const { return std::max(Millis((deadline_ - core_.shard.clock.now()) / 1'000'000), Millis(1)); }

  void take(const DescribeTopicPartitionsResponse& page) {
    for (const auto& from : page.topics) {
      const std::string name = text(from.name);
      const Errc code = from_wire(from.error_code);
      if (code != Errc::none) {
        found_.try_emplace(name, broker_error(code, "describing topic " + name));
        continue;
      }
      TopicDescription described{name, topic_id(from.topic_id), from.is_internal, {}, std::nullopt};
      if (authorized_) described.authorized_operations = operations(from.topic_authorized_operations);
      auto& result = found_.try_emplace(name, std::move(described)).first->second;
      for (std::size_t i = 0; result && i < from.partitions.size(); ++i) {
        const auto& part = from.partitions[i];
        result->partitions.push_back({part.partition_index, part.leader_id, part.leader_epoch, part.replica_nodes,
                                      part.isr_nodes, part.offline_replicas,
                                      part.eligible_leader_replicas.value_or(std::vector<std::int32_t>()),
                                      part.last_known_elr.value_or(std::vector<std::int32_t>())});
      }
    }
    cursor_.reset();
    if (page.next_cursor) {
      cursor_ = TopicPartition{std::string(page.next_cursor->topic_name), page.next_cursor->partition_index};
    }
  }

  void go_on(Result<void> page) {
    if (!page) {
      const bool unknown = page.error().is(Cause::unsupported_version) && found_.empty();
      if (!unknown || alive_.expired()) return done_(page.error());
      return describe_by_metadata(core_, std::move(names_), authorized_, left(), std::move(done_));
    }
    if (cursor_ && !alive_.expired()) return next();
    Described items;
    for (const std::string& name : names_) {
      const auto at = found_.find(name);
      if (at == found_.end()) continue;
      if (at->second) std::ranges::sort(at->second->partitions, {}, &PartitionDescription::partition);
      items.push_back({name, at->second});
    }
    done_(std::move(items));
  }

  AdminCore& core_;
  const std::weak_ptr<const bool> alive_;
  std::vector<std::string> names_;
  const bool authorized_;
  const MonoTime deadline_;
  std::map<std::string, Result<TopicDescription>> found_;
  std::optional<TopicPartition> cursor_;  // where the next page begins
  Done<Described> done_;
};

}  // namespace

void describe_topics(AdminCore& core, std::vector<std::string> names, bool authorized, Millis timeout,
                     Done<Described> done) {
  if (names.empty()) {
    return core.shard.timers.at_turn_end([done = std::move(done)]() mutable { done(Described()); });
  }
  std::make_shared<TopicPages>(core, std::move(names), authorized, timeout, std::move(done))->next();
}

void describe_topics_by_id(AdminCore& core, std::vector<TopicId> ids, bool authorized, Millis timeout,
                           Done<Items<TopicId, TopicDescription>> done) {
  describe(
      core, std::move(ids), authorized, 12, timeout, std::move(done),
      [](const TopicId& id, auto& topic) {
        topic.topic_id = uuid(id);
        topic.name.reset();
      },
      [](const auto& topic) { return topic_id(topic.topic_id); });
}

}  // namespace millrace::client::admin
