#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/prng.h"
#include "controller/apis.h"
#include "controller/testing/quorum_app.h"
#include "metadata/replayer.h"
#include "protocol/message.h"

namespace millrace::controller {

// Random numbers that are the same in every run.
class FixedRandom final : public ports::Random {
 public:
  std::uint64_t next() override { return prng_.next(); }
  std::uint64_t secure() override { return prng_.next(); }

 private:
  Prng prng_{42};
};

// Decides and replays without a log: every decision counts at once.
class Desk {
 public:
  Desk() { with_feature("metadata.version", 30); }

  void with_feature(std::string_view name, std::int16_t level);
  // Registers a broker that is not fenced, with one directory.
  void with_broker(std::int32_t id, std::string_view rack = "");
  // Applies a record as if it had been decided.
  template <protocol::Message T>
  void record(const T& message, std::int16_t version = T::kMaxVersion) {
    apply({metadata::frame_record(message, version)});
  }

  // The answer to a request, whose texts live until the next one. Precondition: the request can be decided.
  template <typename Response, typename Request>
  Response ask(const Request& request, std::int16_t version) {
    const Buffer body = protocol::encode_body(request, version);
    last_ = decide(static_cast<std::int16_t>(Request::kApi), version, body.bytes());
    apply(last_.records);
    Response response;
    MR_ASSERT(protocol::decode_body(last_.response.bytes(), version, response).ok());
    return response;
  }

  const metadata::Image& image() const { return *image_; }
  // The types of the records of the last decision.
  std::vector<std::uint32_t> recorded() const;
  // Whether the last decision puts the voters into the log.
  bool keeps_voters() const { return last_.keeps_voters; }
  config::ServerConfig& server() { return server_; }
  QuorumFacts& quorum() { return quorum_; }
  std::int64_t next_offset() const { return next_; }

 private:
  Decision decide(std::int16_t api_key, std::int16_t version, Bytes body);
  void apply(const std::vector<Buffer>& records);

  config::ServerConfig server_ = plain_server_config();
  metadata::Replayer replayer_;
  metadata::ImagePtr image_;
  FixedRandom random_;
  QuorumFacts quorum_;
  Decision last_;
  std::int64_t next_ = 0;
};

}  // namespace millrace::controller
