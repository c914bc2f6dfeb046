#include "runtime/tls_client.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include <cstring>
#include <deque>
#include <utility>

#include "runtime/openssl.h"

namespace millrace::runtime {
namespace {

struct Signed {
  Certificate certificate;
  PrivateKey key;
};

std::string pem(X509* certificate) {
  const Bio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::string pem(EVP_PKEY* key) {
  const Bio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

// A certificate that shows `names` ("DNS:a"), signed by `by` or by itself.
Signed sign(const char* names, const Signed* by = nullptr) {
  Signed made{Certificate(X509_new()), PrivateKey(EVP_EC_gen("P-256"))};
  X509* certificate = made.certificate.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), by == nullptr ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(by == nullptr ? "ca" : "leaf"), -1, -1, 0);
  X509_set_issuer_name(certificate, by == nullptr ? name : X509_get_subject_name(by->certificate.get()));
  X509_set_pubkey(certificate, made.key.get());
  X509V3_CTX context;
  X509V3_set_ctx(&context, by == nullptr ? certificate : by->certificate.get(), certificate, nullptr, nullptr, 0);
  const auto extend = [&](int what, const char* text) {
    const std::unique_ptr<X509_EXTENSION, OpensslFree<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, &context, what, text));
    X509_add_ext(certificate, extension.get(), -1);
  };
  if (by == nullptr) extend(NID_basic_constraints, "critical,CA:TRUE");
  extend(NID_subject_alt_name, names);
  X509_sign(certificate, by == nullptr ? made.key.get() : by->key.get(), EVP_sha256());
  return made;
}

class NoTimers final : public ports::Timers {
 public:
  ports::TimerId at(MonoTime, Task) override { return {}; }
  void cancel(ports::TimerId) override {}
  void at_turn_end(Task task) override { tasks.push_back(std::move(task)); }
  std::deque<Task> tasks;
};

// A TCP connection in memory.
class Wire final : public ports::Connection {
 public:
  Result<std::size_t> read(MutableBytes into) override {
    if (to_client.empty()) return hung_up ? Error::closed : Error::would_block;
    const std::size_t size = std::min(into.size(), to_client.size());
    std::memcpy(into.data(), to_client.data(), size);
    to_client.erase(0, size);
    return size;
  }
  void send(std::vector<ports::Piece> pieces) override {
    for (const auto& piece : pieces) to_server += as_text(piece.memory.bytes());
  }
  std::uint64_t unsent() const override { return 0; }
  void pause_reading() override { paused = true; }
  void resume_reading() override { paused = false; }
  void close(bool) override { closed = true; }
  void expect_silence(bool) override {}
  const ports::Endpoint& peer() const override { return endpoint; }
  const ports::Endpoint& local() const override { return endpoint; }

  ports::Endpoint endpoint{"broker", 9093};
  std::string to_client;
  std::string to_server;
  bool hung_up = false;
  bool paused = false;
  bool closed = false;
};

// Who uses the secured connection: keeps what it reads, so much at a time.
class Reader final : public ports::ConnectionHandler {
 public:
  Reader(ports::Connection& connection, std::string& heard, int& ends, std::size_t most)
      : connection_(connection), heard_(heard), ends_(ends), most_(most) {}
  void on_readable() override {
    std::vector<std::byte> bytes(most_);
    const auto got = connection_.read(bytes);
    if (got) heard_ += as_text(Bytes(bytes).first(*got));
  }
  void on_sent() override {}
  void on_closed() override { ++ends_; }

 private:
  ports::Connection& connection_;
  std::string& heard_;
  int& ends_;
  const std::size_t most_;
};

class TlsClientTest : public ::testing::Test {
 protected:
  TlsClientTest() { serve(leaf); }

  void serve(const Signed& with) {
    context.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context.get(), with.certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), with.key.get());
  }
  void connect(TlsClientRules& rules, const std::string& host = "broker", std::size_t most = 65536) {
    server.reset(SSL_new(context.get()));
    SSL_set_bio(server.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(server.get());
    client = rules.make();
    handler = client->secure(
        wire, timers, host,
        [&](ports::Connection& connection) {
          secured = &connection;
          return std::make_unique<Reader>(connection, heard, ends, most);
        },
        [&](std::string why) { refused = std::move(why); });
  }
  void connect_trusting(const std::string& host = "broker", std::size_t most = 65536) {
    TlsClientRules rules;
    ASSERT_EQ(rules.trust(pem(authority.certificate.get()), ""), "");
    connect(rules, host, most);
  }
  // Carries bytes both ways until nothing moves.
  void run() {
    for (int quiet = 0; quiet < 2;) {
      ++quiet;
      if (!wire.to_server.empty()) {
        BIO_write(SSL_get_rbio(server.get()), wire.to_server.data(), static_cast<int>(wire.to_server.size()));
        wire.to_server.clear();
        quiet = 0;
      }
      char bytes[16384];
      const int got = SSL_read(server.get(), bytes, sizeof bytes);
      if (got > 0) {
        at_server.append(bytes, static_cast<std::size_t>(got));
        quiet = 0;
      }
      const int out = BIO_read(SSL_get_wbio(server.get()), bytes, sizeof bytes);
      if (out > 0) {
        wire.to_client.append(bytes, static_cast<std::size_t>(out));
        quiet = 0;
      }
      if (!wire.to_client.empty() && !wire.paused && !wire.closed) {
        handler->on_readable();
        quiet = 0;
      }
    }
  }
  void say(std::string_view text) {
    std::vector<ports::Piece> pieces;
    pieces.push_back(ports::Piece::of(Buffer::copy_of(as_bytes(text))));
    secured->send(std::move(pieces));
  }

  const Signed authority = sign("DNS:ca");
  const Signed leaf = sign("DNS:broker,IP:127.0.0.1", &authority);
  SslContext context;
  Ssl server;
  NoTimers timers;
  Wire wire;
  std::shared_ptr<ports::TlsClient> client;
  ports::Connection* secured = nullptr;
  std::string heard;
  std::string at_server;
  std::string refused;
  int ends = 0;
  std::unique_ptr<ports::ConnectionHandler> handler;
};

TEST_F(TlsClientTest, CarriesWhatIsSentBeforeAndAfterTheHandshake) {
  connect_trusting();
  say("early ");
  run();
  say("late");
  run();
  EXPECT_EQ(at_server, "early late");
  ASSERT_GT(SSL_write(server.get(), "answer", 6), 0);
  run();
  EXPECT_EQ(heard, "answer");
  EXPECT_EQ(refused, "");
}

TEST_F(TlsClientTest, EveryByteArrivesHoweverLittleIsReadAtOnce) {
  connect_trusting("broker", 1000);
  run();
  std::string large(100'000, 'x');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i % 26);
  ASSERT_GT(SSL_write(server.get(), large.data(), static_cast<int>(large.size())), 0);
  run();
  EXPECT_EQ(heard, large);
}

TEST_F(TlsClientTest, PausedReaderIsOfferedTheRestWhenItGoesOn) {
  connect_trusting("broker", 10);
  run();
  ASSERT_GT(SSL_write(server.get(), "0123456789abcdefghij", 20), 0);
  secured->pause_reading();
  run();
  EXPECT_EQ(heard, "");
  secured->resume_reading();
  for (auto& task : timers.tasks) task();
  run();
  EXPECT_EQ(heard, "0123456789abcdefghij");
}

TEST_F(TlsClientTest, AddressIsAcceptedWhereTheCertificateShowsIt) {
  connect_trusting("127.0.0.1");
  say("x");
  run();
  EXPECT_EQ(at_server, "x");
}

TEST_F(TlsClientTest, CertificateForAnotherNameIsRefusedUnlessAnyWillDo) {
  connect_trusting("elsewhere");
  run();
  EXPECT_NE(refused.find("ssl.endpoint.identification.algorithm"), std::string::npos) << refused;
  EXPECT_TRUE(wire.closed);
  EXPECT_EQ(heard, "");

  wire = Wire();
  refused.clear();
  TlsClientRules rules;
  ASSERT_EQ(rules.trust(pem(authority.certificate.get()), ""), "");
  rules.any_host();
  connect(rules, "elsewhere");
  say("x");
  run();
  EXPECT_EQ(refused, "");
  EXPECT_EQ(at_server, "x");
}

TEST_F(TlsClientTest, CertificateOfAStrangerIsRefused) {
  const Signed other = sign("DNS:ca");
  TlsClientRules rules;
  ASSERT_EQ(rules.trust(pem(other.certificate.get()), ""), "");
  connect(rules);
  say("secret");
  run();
  EXPECT_NE(refused.find("ssl.truststore.location"), std::string::npos) << refused;
  EXPECT_EQ(at_server, "");
}

TEST_F(TlsClientTest, ShowsItsOwnCertificateToThoseWhoAsk) {
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.certificate.get());
  const Signed own = sign("DNS:me", &authority);
  TlsClientRules rules;
  ASSERT_EQ(rules.trust(pem(authority.certificate.get()), ""), "");
  ASSERT_EQ(rules.identify(pem(own.certificate.get()) + pem(own.key.get()), "", ""), "");
  connect(rules);
  say("x");
  run();
  EXPECT_EQ(at_server, "x");

  wire = Wire();
  TlsClientRules nameless;
  ASSERT_EQ(nameless.trust(pem(authority.certificate.get()), ""), "");
  connect(nameless);
  say("y");
  run();
  EXPECT_NE(refused.find("ssl.keystore.location"), std::string::npos) << refused;
}

TEST_F(TlsClientTest, PeerThatSpeaksNoTlsIsNamed) {
  connect_trusting();
  wire.to_server.clear();
  wire.to_client = "HTTP/1.1 400 Bad Request\r\n";
  handler->on_readable();
  EXPECT_NE(refused.find("security.protocol"), std::string::npos) << refused;
}

TEST(TlsClientRules, Pkcs12IsReadWithItsPasswordOnly) {
  const Signed own = sign("DNS:me");
  const std::unique_ptr<PKCS12, OpensslFree<PKCS12_free>> file(
      PKCS12_create("pw", "me", own.key.get(), own.certificate.get(), nullptr, 0, 0, 0, 0, 0));
  const Bio out(BIO_new(BIO_s_mem()));
  i2d_PKCS12_bio(out.get(), file.get());
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  const std::string_view store(bytes, static_cast<std::size_t>(size));
  TlsClientRules rules;
  EXPECT_EQ(rules.identify(store, "pw", ""), "");
  EXPECT_EQ(rules.trust(store, "pw"), "");
  EXPECT_NE(rules.trust(store, "other").find("password"), std::string::npos);
}

TEST(TlsClientRules, WhatCannotBeUsedIsExplained) {
  TlsClientRules rules;
  EXPECT_NE(rules.trust("no certificate", "").find("PEM"), std::string::npos);
  EXPECT_NE(rules.trust("\xfe\xed\xfe\xed....", "").find("keytool"), std::string::npos);
  EXPECT_NE(rules.speak({"TLSv1.1"}), "");
  EXPECT_NE(rules.use_ciphers({"TLS_NONE"}).find("TLS_NONE"), std::string::npos);
  EXPECT_EQ(rules.use_ciphers({"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"}), "");
}

}  // namespace
}  // namespace millrace::runtime
