#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "broker/connection.h"
#include "broker/testing/bench_node.h"
#include "broker/testing/fake_connection.h"
#include "protocol/frame.h"

namespace millrace::broker::testing {

// A client of a BenchNode by a connection of its own: all that a client meets but the network. The node outlives it.
class BenchClient {
 public:
  BenchClient(BenchNode& node, std::string id)
      : node_(node), id_(std::move(id)),
        connection_(node.shard().ports(), wire_, node.plaintext, node.broker(), node.broker().memory(),
                    node.broker().receive_buffer(), Task()) {
    node.broker().open_doors();
  }

  // Sends a request; what can happen now has happened then.
  template <protocol::Message M>
  void send(const M& body, std::int16_t version) {
    const protocol::RequestHeader header{static_cast<std::int16_t>(M::kApi), version, ++sent_, id_};
    wire_.arrived += as_text(protocol::request_frame(header, body).bytes());
    if (!wire_.paused) connection_.on_readable();
    node_.shard().run();
  }
  // The next answer, nothing while it is not there: decoded, its texts valid until the next. `version`: of its request.
  template <protocol::Message R>
  std::optional<R> answer(std::int16_t version) {
    if (wire_.sent.empty()) return std::nullopt;
    const Bytes bytes = as_bytes(wire_.sent);
    const auto size = static_cast<std::size_t>(load_be<std::int32_t>(bytes.data()));
    frame_ = Buffer::copy_of(bytes.subspan(protocol::kLengthBytes, size));
    wire_.sent.erase(0, protocol::kLengthBytes + size);
    protocol::Reader in(frame_.bytes());
    protocol::ResponseHeader header;
    EXPECT_TRUE(protocol::decode_response_header(in, static_cast<std::int16_t>(R::kApi), version, header).ok());
    R response;
    const Bytes body = frame_.bytes().last(in.remaining());
    EXPECT_TRUE(protocol::decode_body(body, version, response).ok());
    return response;
  }
  // Whether the broker reads nothing of it; between requests: whether it is held back.
  bool muted() const { return wire_.paused; }

 private:
  BenchNode& node_;
  const std::string id_;
  FakeConnection wire_;
  ClientConnection connection_;
  std::int32_t sent_ = 0;
  Buffer frame_;
};

}  // namespace millrace::broker::testing
