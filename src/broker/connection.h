#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/callback.h"
#include "broker/frame_reader.h"
#include "broker/memory_budget.h"
#include "broker/request.h"
#include "ports/net.h"
#include "ports/shard.h"

namespace millrace::broker {

// What connections need of the broker they belong to. One per shard.
class Dispatcher {
 public:
  virtual ~Dispatcher() = default;
  // Whether `listener` takes requests of this API and version. Others end the connection before their body is received.
  virtual bool accepts(const Listener& listener, std::int16_t api_key, std::int16_t version) const = 0;
  // Reads the header of a frame that was accepted. An error ends the connection.
  virtual Result<RequestHeader> read_header(Bytes frame) const = 0;
  // Whether requests of this API may be begun while earlier ones of the same connection, all of this API, have no
  // answer yet.
  virtual bool pipelines(std::int16_t api_key) const = 0;
  // Begins a request.
  virtual void dispatch(RequestPtr request) = 0;
  // Whether no new request can be taken now (a full ring to another shard, a node that still starts). Then `resume` is
  // called once, later, when that may have changed.
  virtual bool busy(Task resume) = 0;
  // The longest frame taken, in bytes (socket.request.max.bytes).
  virtual std::size_t max_frame() const = 0;
};

// One client's connection: cuts what arrives into requests, has them answered in the order in which they came, and
// stops reading while there is too much to do. Between requests it holds no buffer. Requests of an API that pipelines
// are begun while earlier ones of that API are under way and do not hold them up; everything else waits for its
// predecessors. At the end of
// the stream, what has arrived whole is answered before the connection closes.
class ClientConnection final : public ports::ConnectionHandler, public MemoryHolder {
 public:
  // `scratch` is the shard's: what all its connections receive into. All of them outlive the connection. `gone` is
  // called when the connection is no more.
  ClientConnection(ports::Shard& shard, ports::Connection& connection, const Listener& listener, Dispatcher& dispatcher,
                   MemoryBudget& memory, MutableBytes scratch, Task gone);
  ~ClientConnection() override;

  void on_readable() override;
  void on_sent() override;
  void on_closed() override;
  void on_memory() override;

  // Begins no further request until released.
  void hold() { muted_ = true; }
  void release();
  // Closes after `pause`, without having served anything: the peer connects too often (KIP-612).
  void refuse_after(Millis pause);

  // Takes no further request; closes when those under way are answered.
  void drain();
  bool idle() const { return requests_.empty(); }

 private:
  static bool accepts(const void* self, Bytes beginning);
  void pump();
  void mute(Millis pause);
  bool stuffed() const;
  bool may_take_more();
  bool receive();
  void consume(Bytes& input);
  void take_frame(Buffer frame);
  bool may_begin(std::int16_t api_key) const;
  void begin(RequestPtr request);
  void schedule_flush();
  void flush();
  void account();
  void pause(bool paused);
  void go_on_next_turn();
  void end();

  ports::Shard& shard_;
  ports::Connection& connection_;
  const Listener& listener_;
  Dispatcher& dispatcher_;
  MemoryBudget& memory_;
  MutableBytes scratch_;
  Task gone_;
  FrameReader reader_;
  Buffer backlog_;                // received, but not looked at yet
  RequestPtr held_;               // complete, but its predecessors have no answer yet
  std::deque<RequestPtr> requests_;  // begun, in order
  std::size_t request_bytes_ = 0;
  std::size_t accounted_ = 0;
  std::size_t taken_this_turn_ = 0;
  std::size_t begun_this_turn_ = 0;
  bool goes_on_ = false;  // a timer continues in the next turn
  bool paused_ = false;
  bool flush_scheduled_ = false;
  bool blocked_ = false;   // until crossing or memory says that there is room
  bool muted_ = false;     // over its quotas: nothing is read for a while
  ports::TimerId unmute_{};
  bool draining_ = false;
  bool peer_ended_ = false;  // nothing more will arrive
  bool ended_ = false;
  std::shared_ptr<Client> client_ = std::make_shared<Client>();
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace millrace::broker
