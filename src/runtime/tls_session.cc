#include "runtime/tls_session.h"

#include <openssl/x509v3.h>

#include <array>
#include <utility>

#include "runtime/limits.h"

namespace millrace::runtime {
namespace {

// What a person can do about a certificate that was not accepted.
std::string about_certificate(long verdict) {
  std::string text = std::string("its certificate is not accepted: ") + X509_verify_cert_error_string(verdict);
  switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return text + "; connect by a name that the certificate shows, or set ssl.endpoint.identification.algorithm to "
                    "nothing";
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID: return text + "; renew it, or set the clock";
    default: return text + "; set ssl.truststore.location to a PEM file with the certificate that signed it";
  }
}

}  // namespace

TlsSession::TlsSession(ports::Connection& raw, ports::Timers& timers, Ssl ssl, ports::TlsClient::Refused refused)
    : raw_(raw),
      timers_(timers),
      ssl_(std::move(ssl)),
      in_(BIO_new(BIO_s_mem())),
      out_(BIO_new(BIO_s_mem())),
      refused_(std::move(refused)) {
  BIO_set_mem_eof_return(in_, -1);
  SSL_set_bio(ssl_.get(), in_, out_);
  SSL_set_connect_state(ssl_.get());
}

TlsSession::~TlsSession() = default;

void TlsSession::begin(ports::TlsClient::Inner inner) {
  inner_ = inner(*this);
  if (!inner_) return close(false);
  (void)shake_hands();
}

// Goes on with the handshake as far as what has arrived allows; whether it has ended well.
bool TlsSession::shake_hands() {
  while (!closing_) {
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_.get());
    const int why = SSL_get_error(ssl_.get(), done);
    give_out();
    if (done == 1) {
      established_ = true;
      early_bytes_ = 0;
      encrypt(std::exchange(early_, {}));
      return true;
    }
    if (why != SSL_ERROR_WANT_READ) {
      refuse();
      return false;
    }
    if (!take_in()) break;
  }
  if (ended_) close(false);
  return false;
}

void TlsSession::refuse() {
  const long verdict = SSL_get_verify_result(ssl_.get());
  std::string why = openssl_reason();
  if (verdict != X509_V_OK) {
    why = about_certificate(verdict);
  } else {
    why = "TLS cannot be agreed on: " + why + "; check that security.protocol fits its listener, " +
          "ssl.enabled.protocols, and ssl.keystore.location if it asks for a certificate";
  }
  if (refused_) std::exchange(refused_, {})(std::move(why));
  close(false);
}

// Reads once from the raw connection; false when there is nothing now.
bool TlsSession::take_in() {
  std::array<std::byte, kTlsReadBytes> bytes;
  const auto got = raw_.read(bytes);
  if (!got) {
    ended_ = ended_ || got.error() == Error::closed;
    return false;
  }
  BIO_write(in_, bytes.data(), static_cast<int>(*got));
  return true;
}

void TlsSession::give_out() {
  const auto size = BIO_ctrl_pending(out_);
  if (size == 0) return;
  Buffer bytes = Buffer::allocate(size);
  BIO_read(out_, bytes.data(), static_cast<int>(size));
  std::vector<ports::Piece> pieces;
  pieces.push_back(ports::Piece::of(std::move(bytes)));
  raw_.send(std::move(pieces));
}

void TlsSession::encrypt(const std::vector<ports::Piece>& pieces) {
  for (const ports::Piece& piece : pieces) {
    Bytes left = piece.memory.bytes();
    while (!left.empty()) {
      std::size_t put = 0;
      ERR_clear_error();
      if (SSL_write_ex(ssl_.get(), left.data(), left.size(), &put) != 1) return close(false);
      left = left.subspan(put);
    }
  }
  give_out();
}

void TlsSession::on_readable() {
  if (!established_ && !shake_hands()) return;
  hand_over();
}

bool TlsSession::holds_bytes() const { return SSL_pending(ssl_.get()) > 0 || BIO_ctrl_pending(in_) > 0; }

// The raw connection calls for what it holds; for what has been taken from it already nobody does, so it is offered
// until it is read, or the reader has had enough.
void TlsSession::hand_over() {
  for (bool first = true; !closing_ && !paused_; first = false) {
    if (!first && (starved_ || !holds_bytes())) return;
    const std::uint64_t before = reads_;
    starved_ = false;
    inner_->on_readable();
    if (reads_ == before) return;
  }
}

Result<std::size_t> TlsSession::read(MutableBytes into) {
  ++reads_;
  if (closing_ || !established_) return closing_ ? Error::closed : Error::would_block;
  for (;;) {
    std::size_t got = 0;
    ERR_clear_error();
    const int done = SSL_read_ex(ssl_.get(), into.data(), into.size(), &got);
    const int why = SSL_get_error(ssl_.get(), done);
    give_out();
    if (done == 1) return got;
    if (why != SSL_ERROR_WANT_READ) {
      if (why == SSL_ERROR_SSL) refuse();
      return Error::closed;
    }
    if (take_in()) continue;
    starved_ = true;
    return ended_ ? Error::closed : Error::would_block;
  }
}

void TlsSession::send(std::vector<ports::Piece> pieces) {
  if (closing_) return;
  if (established_) return encrypt(pieces);
  for (ports::Piece& piece : pieces) {
    early_bytes_ += piece.size();
    early_.push_back(std::move(piece));
  }
}

std::uint64_t TlsSession::unsent() const { return raw_.unsent() + early_bytes_; }

void TlsSession::pause_reading() {
  paused_ = true;
  raw_.pause_reading();
}

void TlsSession::resume_reading() {
  paused_ = false;
  raw_.resume_reading();
  timers_.at_turn_end([this, watch = std::weak_ptr<const bool>(alive_)] {
    if (!watch.expired() && established_ && holds_bytes()) hand_over();
  });
}

void TlsSession::close(bool graceful) {
  if (closing_) return;
  closing_ = true;
  if (established_ && graceful) {
    SSL_shutdown(ssl_.get());
    give_out();
  }
  raw_.close(graceful);
}

void TlsSession::on_sent() {
  if (established_) inner_->on_sent();
}

void TlsSession::on_closed() {
  closing_ = true;
  if (inner_) inner_->on_closed();
}

}  // namespace millrace::runtime
