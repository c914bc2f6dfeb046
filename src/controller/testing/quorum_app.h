#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/assert.h"
#include "config/server_config.h"
#include "controller/quorum.h"
#include "metadata/image.h"
#include "ports/shard.h"
#include "protocol/gen/broker_heartbeat.h"
#include "protocol/message.h"

namespace millrace::controller {

class QuorumApp;

// What outlives the lives of a QuorumApp: who it is, and what a test wants done.
struct QuorumAppPlan {
  NodeId node{1};
  Uuid directory{0xa4c23be069e846b1ULL, 0x86c07048bd357ac5ULL};
  std::string cluster = "hMvIBCZ-TlOnl6TxGhXhxA";
  std::uint16_t controller_port = 9093;
  bool fixed_voters = false;      // formatted for controller.quorum.voters, which `server` then has to name
  std::int64_t clean_epoch = -1;  // as .kafka_cleanshutdown keeps it: the test forgets it when it kills the node
  config::ServerConfig server;
  std::function<void(QuorumApp&)> ready;  // each time that the broker is registered and not fenced
  std::string failure;                    // why the quorum did not start
};

// A configuration as a start without a file gives it.
config::ServerConfig plain_server_config();

// A combined node without anything but its controller: formats its directory `data` if it is empty, starts the quorum,
// and registers a broker that hosts nothing. A clean stop goes through controlled shutdown.
class QuorumApp final : public ports::App {
 public:
  QuorumApp(ports::Shard& shard, QuorumAppPlan& plan) : shard_(shard), plan_(plan) {}

  void start() override;
  void stop(Task stopped) override;

  Quorum& quorum() { return *quorum_; }
  ports::Shard& shard() { return shard_; }
  const metadata::ImagePtr& image() const { return image_; }  // the newest that was published
  std::int64_t broker_epoch() const { return epoch_; }

  // Sends a request to the controller; `done` gets the decoded response, whose texts live only during the call.
  template <typename Response, typename Request>
  void ask(const Request& request, std::int16_t version, std::function<void(const Response&)> done) {
    quorum_->handle(static_cast<std::int16_t>(Request::kApi), version, protocol::encode_body(request, version),
                    [version, done = std::move(done)](Buffer body) {
                      Response response;
                      MR_ASSERT(protocol::decode_body(body.bytes(), version, response).ok());
                      done(response);
                    });
  }

 private:
  void format_and_open();
  void register_broker();
  void heartbeat(bool stopping);
  void on_heartbeat(const protocol::BrokerHeartbeatResponse& response, bool stopping);

  ports::Shard& shard_;
  QuorumAppPlan& plan_;
  std::unique_ptr<Quorum> quorum_;
  metadata::ImagePtr image_;
  Uuid incarnation_;
  std::int64_t epoch_ = -1;
  bool ready_ = false;
  Task stopped_;
};

}  // namespace millrace::controller
