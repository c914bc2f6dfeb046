#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/broker.h"
#include "broker/handlers/handlers.h"
#include "config/server_config.h"
#include "controller/quorum.h"
#include "log/testing/fake_disk.h"
#include "log/testing/fake_shard.h"
#include "metadata/record_frame.h"
#include "metadata/replayer.h"

namespace millrace::broker::testing {

// A quorum that keeps what it is asked and answers what the test says.
class FakeQuorum final : public controller::Quorum {
 public:
  struct Asked {
    std::int16_t api_key;
    std::int16_t version;
    Buffer body;
    Callback<void(Buffer)> answer;
  };
  void start(Callback<void(Result<void, std::string>)> started) override { started({}); }
  void handle(std::int16_t api_key, std::int16_t version, Buffer body, Callback<void(Buffer)> answer) override {
    asked.push_back({api_key, version, std::move(body), std::move(answer)});
  }
  bool serves(std::int16_t) const override { return true; }
  void subscribe(Callback<void(metadata::ImagePtr)>) override {}
  void stop(Task stopped) override { stopped(); }

  std::vector<Asked> asked;
};

// One broker on one shard, over a disk and a clock that the test owns, with the metadata that it makes of records: for
// tests of handlers. With one log directory, `data`, unless the settings name others. Node 1, which listens as
// PLAINTEXT on localhost:9092 and is registered and not fenced.
class BenchNode {
 public:
  // `settings`: "name=value" beyond those of a start without a file.
  explicit BenchNode(std::vector<std::string> settings = {});
  ~BenchNode();

  Broker& broker() { return *broker_; }
  log::testing::FakeShard& shard() { return shard_; }
  FakeQuorum& quorum() { return quorum_; }

  // Adds a record to the metadata and shows the broker the image with it.
  template <protocol::Message T>
  void record(const T& message) {
    const Buffer value = metadata::frame_record(message, T::kMaxVersion);
    replay(value);
  }
  // A topic whose partitions are all here.
  Uuid topic(std::string_view name, std::int32_t partitions = 1);
  // A setting of a resource.
  void set(metadata::ResourceType type, std::string_view resource, std::string_view name, std::string_view value);

  // The broker's answer to a request that came by the listener: decoded, its texts valid until the next request.
  // Fails the test if there is none by the time that nothing is left to do.
  template <protocol::Message Response, protocol::Message Request>
  Response ask(const Request& body, std::int16_t version = Request::kMaxVersion) {
    Response response;
    const RequestPtr request = send(Request::kApi, version, protocol::encode_body(body, version));
    EXPECT_TRUE(request->answered());
    EXPECT_FALSE(request->hangs_up());
    if (!request->answered() || request->hangs_up()) return response;
    answer_ = body_of(*request);
    EXPECT_TRUE(protocol::decode_body(answer_.bytes(), version, response).ok());
    return response;
  }
  // The same without waiting for the answer.
  RequestPtr send(protocol::ApiKey api, std::int16_t version, Buffer body);

  log::testing::FakeDisk& disk() { return disk_; }
  std::map<std::string, Uuid> directory_ids;  // of its log directories, by path

  Listener plaintext{"PLAINTEXT", {"localhost", 9092}, false};
  Listener controllers{"CONTROLLER", {"localhost", 9093}, true};
  const Listener* by = &plaintext;  // how the next requests come

 private:
  void replay(const Buffer& value);
  static Buffer body_of(Request& request);

  log::testing::FakeDisk disk_;
  log::testing::FakeShard shard_{disk_};
  config::ServerConfig config_;
  Siblings siblings_{1};
  FakeQuorum quorum_;
  metadata::Replayer metadata_;
  Offset next_{0};
  std::unique_ptr<Broker> broker_;
  Buffer answer_;
};

}  // namespace millrace::broker::testing
