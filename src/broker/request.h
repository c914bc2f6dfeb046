#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/callback.h"
#include "base/ids.h"
#include "ports/net.h"

namespace millrace::broker {

struct Listener;
class Request;

// Told of each request that has its answer.
class RequestWatch {
 public:
  virtual ~RequestWatch() = default;
  virtual void on_answered(const Request& request) = 0;
};

// Holds an answer until it is counted what the request has used (KIP-219).
class AnswerGate {
 public:
  virtual ~AnswerGate() = default;
  // Has to call request->pass() once, at once or later.
  virtual void weigh(std::shared_ptr<Request> request) = 0;
};

// What a request's frame begins with.
struct RequestHeader {
  std::int16_t api_key = -1;
  std::int16_t version = -1;
  std::int32_t correlation_id = 0;
  std::optional<std::string_view> client_id;  // points into the frame
  std::size_t size = 0;                       // bytes of the frame that are header
  bool flexible_answer = false;               // the answer's header ends with a section of tagged fields
};

// Who is at the other end of a connection, as far as it has said so; shared by its requests.
struct Client {
  std::string software_name = "unknown";     // of ApiVersions (KIP-511)
  std::string software_version = "unknown";
  std::vector<Task> when_gone;  // called when the connection is no more
};

// One request under way, from its frame to its answer; lives on the shard of its connection. It must be answered
// exactly
// once, in whatever turn: by send, send_nothing or hang_up. A request whose connection has gone takes its answer and
// forgets it.
class Request : public std::enable_shared_from_this<Request> {
 public:
  // `progress` is called, unless the request was abandoned, when the connection can go on: from inside send,
  // send_nothing, hang_up or let_on.
  Request(const Listener& listener, ports::Endpoint peer, Buffer frame, RequestHeader header, Task progress)
      : listener_(listener), peer_(std::move(peer)), frame_(std::move(frame)), header_(header),
        on_progress_(std::move(progress)) {}

  const RequestHeader& header() const { return header_; }
  std::int16_t api_key() const { return header_.api_key; }
  std::int16_t version() const { return header_.version; }
  const Listener& listener() const { return listener_; }
  const ports::Endpoint& peer() const { return peer_; }
  // Never null. Who asks.
  const std::shared_ptr<Client>& client() const { return client_; }
  void set_client(std::shared_ptr<Client> client) { client_ = std::move(client); }
  // The frame; what is decoded from it points into it, and keeping a slice keeps it.
  const Buffer& frame() const { return frame_; }
  // The frame after the header.
  Buffer body() const { return frame_.slice(header_.size, frame_.size() - header_.size); }

  // Answers with a body: what follows the answer's header.
  void send(std::vector<ports::Piece> body);
  void send(Buffer body);
  // The peer expects no answer.
  void send_nothing();
  // The peer cannot be served: the connection ends once everything before this request is answered.
  void hang_up();

  // From hold_up() to let_on() the connection begins no request behind this one, whose place among the appends of its
  // partitions is still to be taken. Both before the answer; the next request begins at the end of the turn.
  void hold_up() { holds_up_ = true; }
  void let_on();
  bool holds_up() const { return holds_up_; }

  // `watch`, which outlives the request, is told when it is answered; it began at `now`.
  void watch(RequestWatch& watch, MonoTime now) {
    watch_ = &watch;
    begun_ = now;
  }
  MonoTime begun() const { return begun_; }

  // The answer goes through `gate`, which outlives the request. Hanging up does not.
  void hold_by(AnswerGate& gate) { gate_ = &gate; }
  // For the gate, while it holds the answer: what it holds, another one instead, and on it goes; the connection is not
  // read for `pause` after it.
  const std::vector<ports::Piece>& held_answer() const { return answer_; }
  void replace_answer(Buffer body);
  void pass(Millis pause);
  Millis pause() const { return pause_; }
  // The handler has found that the client is to pause for at least so long.
  void want_pause(Millis pause) { wanted_pause_ = std::max(wanted_pause_, pause); }
  Millis wanted_pause() const { return wanted_pause_; }
  // Between these calls the request's handler runs on the connection's shard; busy() is the time of that so far.
  void handler_begins(MonoTime now) { handled_since_ = now; }
  void handler_ends(MonoTime now) {
    busy_ = busy(now);
    handled_since_.reset();
  }
  Nanos busy(MonoTime now) const { return handled_since_ ? Nanos(busy_ + (now - *handled_since_)) : busy_; }

  bool answered() const { return answered_; }
  bool hangs_up() const { return hang_up_; }

  // The connection has gone; calls what when_abandoned left.
  void abandon();
  bool abandoned() const { return abandoned_; }
  // Calls `task` if the connection goes before the answer comes, for what waits on behalf of this request. At most one.
  void when_abandoned(Task task) { on_abandoned_ = std::move(task); }

  // The whole answer, with length and header; empty for send_nothing and hang_up. Once, after it is answered.
  std::vector<ports::Piece> take_answer();

 private:
  void leave();
  void finish();

  const Listener& listener_;
  ports::Endpoint peer_;
  std::shared_ptr<Client> client_;
  Buffer frame_;
  RequestHeader header_;
  Task on_progress_;
  Task on_abandoned_;
  std::vector<ports::Piece> answer_;
  RequestWatch* watch_ = nullptr;
  AnswerGate* gate_ = nullptr;
  Millis pause_{0};
  Millis wanted_pause_{0};
  Nanos busy_{0};
  std::optional<MonoTime> handled_since_;
  MonoTime begun_;
  bool answered_ = false;
  bool holds_up_ = false;
  bool hang_up_ = false;
  bool silent_ = true;
  bool abandoned_ = false;
};

using RequestPtr = std::shared_ptr<Request>;

}  // namespace millrace::broker
