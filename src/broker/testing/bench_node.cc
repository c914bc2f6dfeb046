#include "broker/testing/bench_node.h"

#include "config/meta_properties.h"
#include "protocol/gen/config_record.h"
#include "protocol/gen/partition_record.h"
#include "protocol/gen/register_broker_record.h"
#include "protocol/gen/topic_record.h"

namespace millrace::broker::testing {
namespace {

constexpr std::string_view kDataDir = "data";
constexpr std::string_view kClusterId = "hMvIBCZ-TlOnl6TxGhXhxA";

Uuid directory_id(std::size_t index) { return {3, 1000 + index}; }

config::ServerConfig load(std::vector<std::string> settings) {
  config::StartOptions options;
  options.sets = std::move(settings);
  options.data = std::string(kDataDir);
  auto loaded = config::load_server_config(options);
  EXPECT_TRUE(loaded.ok()) << (loaded.ok() ? "" : loaded.error());
  return std::move(loaded->config);
}

}  // namespace

BenchNode::BenchNode(std::vector<std::string> settings)
    : config_(load(std::move(settings))), broker_(std::make_unique<Broker>(shard_.ports(), config_, siblings_)) {
  for (const std::string& dir : config_.log_dirs) EXPECT_TRUE(disk_.create_directory(dir).ok());
  EXPECT_TRUE(disk_.sync_directory(".").ok());
  broker_->set_quorum(&quorum_);
  NodeFacts facts;
  facts.cluster_id = kClusterId;
  facts.log_dirs = config_.log_dirs;
  for (const std::string& dir : facts.log_dirs) directory_ids.emplace(dir, directory_id(directory_ids.size()));
  facts.directory_ids = directory_ids;
  facts.controller_serves.set();
  broker_->introduce(std::move(facts));
  protocol::RegisterBrokerRecord self;
  self.broker_id = 1;
  self.broker_epoch = 1;
  self.incarnation_id = Uuid{5, 6};
  for (const std::string& dir : config_.log_dirs) self.log_dirs.push_back(directory_ids.at(dir));
  self.fenced = false;
  protocol::RegisterBrokerRecord::BrokerEndpoint endpoint;
  endpoint.name = "PLAINTEXT";
  endpoint.host = "localhost";
  endpoint.port = 9092;
  self.end_points.push_back(endpoint);
  record(self);
}

BenchNode::~BenchNode() { broker_.reset(); }

void BenchNode::replay(const Buffer& value) {
  const auto outcome = metadata_.replay(value.bytes(), next_);
  EXPECT_TRUE(outcome.ok()) << (outcome.ok() ? "" : outcome.error());
  next_ += 1;
  auto image = metadata_.image(next_);
  EXPECT_TRUE(image.ok());
  broker_->observe(*image);
  shard_.run();
}

Uuid BenchNode::topic(std::string_view name, std::int32_t partitions) {
  protocol::TopicRecord topic;
  topic.name = name;
  topic.topic_id = Uuid{0x746f706963, static_cast<std::uint64_t>(next_.value()) + 1};
  record(topic);
  for (std::int32_t i = 0; i < partitions; ++i) {
    protocol::PartitionRecord partition;
    partition.partition_id = i;
    partition.topic_id = topic.topic_id;
    partition.replicas = {1};
    partition.isr = {1};
    partition.leader = 1;
    partition.leader_epoch = 0;
    partition.partition_epoch = 0;
    partition.directories = {config_.log_dirs.size() == 1 ? directory_id(0) : config::kUnassignedDirectory};
    record(partition);
  }
  return topic.topic_id;
}

void BenchNode::set(metadata::ResourceType type, std::string_view resource, std::string_view name,
                    std::string_view value) {
  protocol::ConfigRecord record_of;
  record_of.resource_type = static_cast<std::int8_t>(type);
  record_of.resource_name = resource;
  record_of.name = name;
  record_of.value = value;
  record(record_of);
}

RequestPtr BenchNode::send(protocol::ApiKey api, std::int16_t version, Buffer body) {
  RequestHeader header;
  header.api_key = static_cast<std::int16_t>(api);
  header.version = version;
  header.correlation_id = 1;
  header.client_id = "bench";
  auto request = std::make_shared<Request>(*by, ports::Endpoint{"127.0.0.1", 5000}, std::move(body), header, [] {});
  request->set_client(std::make_shared<Client>());
  broker_->dispatch(request);
  shard_.run();
  return request;
}

// Past the length and the answer's header, which has no tags here.
Buffer BenchNode::body_of(Request& request) {
  constexpr std::size_t kLengthAndCorrelation = 8;
  std::string bytes;
  for (const auto& piece : request.take_answer()) bytes += as_text(piece.memory.bytes());
  return Buffer::copy_of(as_bytes(bytes).subspan(kLengthAndCorrelation));
}

}  // namespace millrace::broker::testing
