#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "base/callback.h"
#include "http/message.h"
#include "ports/net.h"

namespace millrace::http {

// Takes requests on the connections of a listener. Belongs to one shard, and must outlive its network's use of it.
class Server final : public ports::Acceptor {
 public:
  using Reply = Callback<void(Response)>;
  // `handle` gets each request; it calls the reply once, at once or in a later turn. A reply whose connection has gone
  // is dropped.
  using Handle = Callback<void(Request, Reply)>;
  explicit Server(Handle handle) : handle_(std::move(handle)) {}
  ~Server() override;

  std::unique_ptr<ports::ConnectionHandler> accept(ports::Connection& connection) override;
  // Ends every connection at once.
  void close_all();

 private:
  class Session;
  Handle handle_;
  std::map<std::uint64_t, Session*> sessions_;
  std::uint64_t last_ = 0;
};

}  // namespace millrace::http
