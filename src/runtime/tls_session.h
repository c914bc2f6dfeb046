#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ports/tls.h"
#include "runtime/openssl.h"

namespace millrace::runtime {

// The client's side of TLS on one connection: handler of the raw one, connection of the inner handler. Bytes go through
// two memory buffers of the library, so nothing here waits.
class TlsSession final : public ports::ConnectionHandler, public ports::Connection {
 public:
  // `ssl`: a client's, with its host name set.
  TlsSession(ports::Connection& raw, ports::Timers& timers, Ssl ssl, ports::TlsClient::Refused refused);
  ~TlsSession() override;

  // Begins to speak. Call once.
  void begin(ports::TlsClient::Inner inner);

  void on_readable() override;
  void on_sent() override;
  void on_closed() override;

  Result<std::size_t> read(MutableBytes into) override;
  void send(std::vector<ports::Piece> pieces) override;
  std::uint64_t unsent() const override;
  void pause_reading() override;
  void resume_reading() override;
  void close(bool graceful) override;
  void expect_silence(bool silence) override { raw_.expect_silence(silence); }
  const ports::Endpoint& peer() const override { return raw_.peer(); }
  const ports::Endpoint& local() const override { return raw_.local(); }

 private:
  bool shake_hands();
  bool take_in();
  void give_out();
  void encrypt(const std::vector<ports::Piece>& pieces);
  void hand_over();
  bool holds_bytes() const;
  void refuse();

  ports::Connection& raw_;
  ports::Timers& timers_;
  Ssl ssl_;
  BIO* in_;   // of ssl_
  BIO* out_;  // of ssl_
  ports::TlsClient::Refused refused_;
  bool established_ = false;
  bool ended_ = false;    // the peer sends no more
  bool closing_ = false;
  bool paused_ = false;
  bool starved_ = false;  // the last read has found nothing
  std::uint64_t reads_ = 0;
  std::vector<ports::Piece> early_;  // sent before the handshake has ended
  std::uint64_t early_bytes_ = 0;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  std::unique_ptr<ports::ConnectionHandler> inner_;
};

}  // namespace millrace::runtime
