#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "client/cluster_options.h"
#include "client/request.h"
#include "client/testing/fake_ports.h"
#include "protocol/gen/api_versions.h"
#include "protocol/gen/metadata.h"

namespace millrace::client::testing {

// A broker that answers what the test says. It offers every version that we know, or those of `offer`; answers
// ApiVersions by itself; and keeps silent about what nobody has told it to answer.
class ScriptedBroker final : public FakeServer {
 public:
  explicit ScriptedBroker(std::int32_t node_id) : id(node_id) {}

  // Answers requests M by `make` (const M&, version) -> R, from now on.
  template <protocol::Message M, protocol::Message R>
  void on(std::function<R(const M&, std::int16_t)> make) {
    handlers_[static_cast<std::int16_t>(M::kApi)] = [make](Bytes body, const protocol::RequestHeader& header) {
      M request;
      MR_ASSERT(protocol::decode_body(body, header.request_api_version, request).ok());
      const R response = make(request, header.request_api_version);
      const auto frame = protocol::response_frame(header.correlation_id, header.request_api_version, response);
      std::string bytes;
      for (const auto& piece : frame.pieces) bytes += as_text(piece.bytes);
      return bytes;
    };
  }
  // Says nothing more to requests of this API.
  void ignore(protocol::ApiKey api) { handlers_.erase(static_cast<std::int16_t>(api)); }
  // Offers only these versions of an API; max below min: not the API at all.
  void offer(protocol::ApiKey api, VersionRange range) { offers_[static_cast<std::int16_t>(api)] = range; }

  void on_frame(FakeConnection& connection, Bytes frame) override;

  std::int32_t id;
  std::map<std::int16_t, int> received;                  // requests by API key
  std::map<std::int16_t, std::int16_t> last_version;     // by API key
  std::int16_t transaction_version = 0;                  // what the cluster has agreed on
  int count(protocol::ApiKey api) { return received[static_cast<std::int16_t>(api)]; }

 private:
  std::string versions(const protocol::RequestHeader& header);

  std::map<std::int16_t, VersionRange> offers_;
  std::map<std::int16_t, std::function<std::string(Bytes, const protocol::RequestHeader&)>> handlers_;
};

// A cluster of scripted brokers, "b0:9092" and so on, which answer Metadata from `topics`.
class ScriptedCluster {
 public:
  struct Topic {
    std::string name;
    std::vector<std::int32_t> leaders;  // of partition 0, 1, ...; -1: none
    std::int32_t epoch = 0;
    std::int16_t error = 0;
    ::millrace::Uuid id{};
  };
  ScriptedCluster(FakePorts& ports, std::int32_t brokers);

  static ports::Endpoint address(std::int32_t id) { return {"b" + std::to_string(id), 9092}; }
  // Of a client that is told of the first brokers, so many.
  static ClusterOptions options(std::int32_t told = 1) {
    ClusterOptions made;
    for (std::int32_t id = 0; id < told; ++id) made.bootstrap.push_back(address(id));
    return made;
  }
  void stop(std::int32_t id);
  void start(std::int32_t id);
  // From now on all brokers name this one as the coordinator of whatever is asked for.
  void coordinate(std::int32_t id);
  ScriptedBroker& broker(std::int32_t id) { return *brokers_[static_cast<std::size_t>(id)]; }
  // How often Metadata was asked for, over all brokers.
  int metadata_requests() const { return metadata_requests_; }

  std::vector<Topic> topics;
  std::vector<std::int32_t> alive;

 private:
  protocol::MetadataResponse metadata(const protocol::MetadataRequest& request);

  FakePorts& ports_;
  std::vector<std::unique_ptr<ScriptedBroker>> brokers_;
  std::vector<std::string> hosts_;
  int metadata_requests_ = 0;
};

}  // namespace millrace::client::testing
