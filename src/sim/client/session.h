#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/prng.h"
#include "ports/shard.h"
#include "protocol/frame.h"
#include "sim/client/channel.h"

namespace millrace::sim {

// A simulated client's connection to one broker, opened again when it has broken. At each connection it asks for the
// broker's versions and then speaks, per API, one drawn from those that both know. Belongs to one shard.
class Session {
 public:
  // `name`: of the client, for the broker. `patience`: a request without an answer for so long breaks the connection.
  Session(ports::Shard& shard, Prng prng, std::string name, ports::Endpoint broker, Millis patience);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Connects if there is no connection; `ready` is called later, with whether there is one now.
  void open(Callback<void(bool)> ready);
  bool is_open() const { return channel_ != nullptr && !versions_.empty(); }
  // Breaks the connection.
  void drop();
  // How many connections there have been.
  std::uint64_t connections() const { return connections_; }

  // The version that is spoken of this API; -1 if the broker does not offer one that we know.
  std::int16_t version(protocol::ApiKey key) const;

  // Sends `request` and hands the answer to `done`, or null if the connection broke before it came (the broker may
  // have done what was asked, or not). `wait`: how long the broker itself may take before it answers.
  // Precondition: is_open() and version() is not -1.
  template <protocol::Message R, protocol::Message M>
  void call(const M& request, Millis wait, Callback<void(const R*)> done) {
    const std::int16_t version = this->version(M::kApi);
    channel_->call(frame(request, version), patience_ + wait, answered<R>(version, std::move(done)));
  }
  // Sends a request that has no answer.
  template <protocol::Message M>
  void tell(const M& request) {
    channel_->tell(frame(request, version(M::kApi)));
  }

 private:
  template <protocol::Message M>
  Buffer frame(const M& request, std::int16_t version) {
    const protocol::RequestHeader header{static_cast<std::int16_t>(M::kApi), version, ++correlation_, name_};
    return protocol::request_frame(header, request);
  }
  template <protocol::Message R>
  static Channel::Answer answered(std::int16_t version, Callback<void(const R*)> done) {
    return [version, done = std::move(done)](const Bytes* bytes) mutable {
      R answer;
      const bool whole = bytes != nullptr && read_answer(*bytes, version, answer);
      done(whole ? &answer : nullptr);
    };
  }
  template <protocol::Message R>
  static bool read_answer(Bytes bytes, std::int16_t version, R& answer) {
    protocol::Reader in(bytes);
    protocol::ResponseHeader header;
    const auto key = static_cast<std::int16_t>(R::kApi);
    // A broker that answers what cannot be read is as wrong as one that loses data.
    MR_ASSERT(protocol::decode_response_header(in, key, version, header).ok());
    MR_ASSERT(decode(in, version, answer).ok() && in.remaining() == 0);
    return true;
  }
  void connected(Channel* channel);
  void learn_versions();
  void finish_open(bool open);
  void choose_version(std::int16_t key, std::int16_t min, std::int16_t max);

  ports::Shard& shard_;
  Prng prng_;
  const std::string name_;
  const ports::Endpoint broker_;
  const Millis patience_;
  Channel* channel_ = nullptr;
  std::map<std::int16_t, std::int16_t> versions_;
  std::vector<Callback<void(bool)>> waiting_;
  bool connecting_ = false;
  std::uint64_t connections_ = 0;
  std::int32_t correlation_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace millrace::sim
