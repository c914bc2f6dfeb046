#include "runtime/tls_client.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "runtime/address.h"
#include "runtime/openssl.h"
#include "runtime/tls_session.h"

namespace millrace::runtime {
namespace {

constexpr std::string_view kJavaKeyStore = "\xfe\xed\xfe\xed";
constexpr char kAsn1Sequence = '\x30';  // how a PKCS#12 file begins

int password_for_pem(char* into, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  const int length = std::min(size, static_cast<int>(text.size()));
  std::copy_n(text.data(), length, into);
  return length;
}

Bio reader(std::string_view bytes) { return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))); }

// What a file of certificates and keys holds.
struct Store {
  PrivateKey key;
  std::vector<Certificate> certificates;  // the key's own first
};

std::string read_pkcs12(std::string_view bytes, const std::string& password, Store& store) {
  const Bio in = reader(bytes);
  const std::unique_ptr<PKCS12, OpensslFree<PKCS12_free>> file(d2i_PKCS12_bio(in.get(), nullptr));
  if (!file) return "it is neither PEM nor PKCS#12";
  EVP_PKEY* key = nullptr;
  X509* own = nullptr;
  STACK_OF(X509)* others = nullptr;
  if (PKCS12_parse(file.get(), password.c_str(), &key, &own, &others) != 1) {
    return "its password is wrong, or it is damaged (" + openssl_reason() + ")";
  }
  store.key.reset(key);
  if (own != nullptr) store.certificates.emplace_back(own);
  const Certificates rest(others);
  while (others != nullptr && sk_X509_num(others) > 0) store.certificates.emplace_back(sk_X509_shift(others));
  return {};
}

std::string read_key(std::string_view pem, std::string password, PrivateKey& key) {
  const Bio in = reader(pem);
  key.reset(PEM_read_bio_PrivateKey(in.get(), nullptr, password_for_pem, &password));
  if (key) return {};
  return "its private key cannot be read: it must be in PEM, and its password right (" + openssl_reason() + ")";
}

void read_certificates(std::string_view pem, Store& store) {
  const Bio in = reader(pem);
  while (X509* one = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) store.certificates.emplace_back(one);
  ERR_clear_error();
}

std::string read_store(std::string_view bytes, const std::string& password, Store& store) {
  if (bytes.starts_with(kJavaKeyStore)) {
    return "it is a JKS file, which only Java reads; turn it into PKCS#12: keytool -importkeystore -srckeystore FILE "
           "-destkeystore FILE.p12 -deststoretype PKCS12";
  }
  if (bytes.starts_with(kAsn1Sequence)) return read_pkcs12(bytes, password, store);
  read_certificates(bytes, store);
  return {};
}

class Client final : public ports::TlsClient {
 public:
  Client(SslContext context, bool check_host) : context_(std::move(context)), check_host_(check_host) {}

  std::unique_ptr<ports::ConnectionHandler> secure(ports::Connection& raw, ports::Timers& timers,
                                                   const std::string& host, Inner inner, Refused refused) override {
    Ssl ssl(SSL_new(context_.get()));
    MR_ASSERT(ssl != nullptr);
    const bool address = is_numeric(host);
    if (!address) SSL_set_tlsext_host_name(ssl.get(), host.c_str());
    if (check_host_) {
      X509_VERIFY_PARAM* rules = SSL_get0_param(ssl.get());
      X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
      if (address) {
        X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str());
      } else {
        X509_VERIFY_PARAM_set1_host(rules, host.c_str(), 0);
      }
    }
    auto session = std::make_unique<TlsSession>(raw, timers, std::move(ssl), std::move(refused));
    session->begin(std::move(inner));
    return session;
  }

 private:
  const SslContext context_;
  const bool check_host_;
};

}  // namespace

struct TlsClientRules::State {
  SslContext context{SSL_CTX_new(TLS_client_method())};
  bool check_host = true;
  bool trusts_system = true;
};

TlsClientRules::TlsClientRules() : state_(std::make_unique<State>()) {
  MR_ASSERT(state_->context != nullptr);
  SSL_CTX* context = state_->context.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
}

TlsClientRules::~TlsClientRules() = default;

std::string TlsClientRules::trust(std::string_view bytes, const std::string& password) {
  state_->trusts_system = false;
  Store store;
  if (auto wrong = read_store(bytes, password, store); !wrong.empty()) return wrong;
  if (store.certificates.empty()) return "there is no certificate in it; give a PEM or PKCS#12 file";
  X509_STORE* trusted = SSL_CTX_get_cert_store(state_->context.get());
  X509_STORE_set_flags(trusted, X509_V_FLAG_PARTIAL_CHAIN);
  for (const Certificate& one : store.certificates) X509_STORE_add_cert(trusted, one.get());
  return {};
}

namespace {

std::string use(SSL_CTX* context, const Store& store) {
  if (store.certificates.empty()) return "there is no certificate in it";
  if (!store.key) return "there is no private key in it";
  SSL_CTX_clear_chain_certs(context);
  if (SSL_CTX_use_certificate(context, store.certificates.front().get()) != 1) {
    return "its certificate cannot be used (" + openssl_reason() + ")";
  }
  for (std::size_t i = 1; i < store.certificates.size(); ++i) {
    SSL_CTX_add1_chain_cert(context, store.certificates[i].get());
  }
  if (SSL_CTX_use_PrivateKey(context, store.key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return "its private key does not belong to its first certificate (" + openssl_reason() + ")";
  }
  return {};
}

}  // namespace

std::string TlsClientRules::identify(std::string_view bytes, const std::string& password,
                                     const std::string& key_password) {
  Store store;
  if (auto wrong = read_store(bytes, password, store); !wrong.empty()) return wrong;
  if (!store.key) {
    if (auto wrong = read_key(bytes, key_password.empty() ? password : key_password, store.key); !wrong.empty()) {
      return wrong;
    }
  }
  return use(state_->context.get(), store);
}

std::string TlsClientRules::identify_by_pem(std::string_view chain, std::string_view key,
                                            const std::string& key_password) {
  Store store;
  read_certificates(chain, store);
  if (auto wrong = read_key(key, key_password, store.key); !wrong.empty()) return wrong;
  return use(state_->context.get(), store);
}

std::string TlsClientRules::speak(const std::vector<std::string>& protocols) {
  const auto has = [&](std::string_view name) { return std::ranges::find(protocols, name) != protocols.end(); };
  const bool older = has("TLSv1.2");
  const bool newer = has("TLSv1.3");
  if (!older && !newer) return "at least one of TLSv1.2 and TLSv1.3 must be spoken; older ones are not safe";
  SSL_CTX_set_min_proto_version(state_->context.get(), older ? TLS1_2_VERSION : TLS1_3_VERSION);
  SSL_CTX_set_max_proto_version(state_->context.get(), newer ? TLS1_3_VERSION : TLS1_2_VERSION);
  return {};
}

std::string TlsClientRules::use_ciphers(const std::vector<std::string>& names) {
  const SslContext all(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_cipher_list(all.get(), "ALL");
  const STACK_OF(SSL_CIPHER)* known = SSL_CTX_get_ciphers(all.get());
  std::string older;
  std::string newer;
  for (const std::string& name : names) {
    const SSL_CIPHER* found = nullptr;
    for (int i = 0; i < sk_SSL_CIPHER_num(known) && found == nullptr; ++i) {
      const SSL_CIPHER* one = sk_SSL_CIPHER_value(known, i);
      if (name == SSL_CIPHER_standard_name(one) || name == SSL_CIPHER_get_name(one)) found = one;
    }
    if (found == nullptr) return name + " is no cipher suite that this system knows";
    std::string& list = std::string_view(SSL_CIPHER_get_version(found)) == "TLSv1.3" ? newer : older;
    list += (list.empty() ? "" : ":") + std::string(SSL_CIPHER_get_name(found));
  }
  if (SSL_CTX_set_ciphersuites(state_->context.get(), newer.c_str()) != 1 ||
      (!older.empty() && SSL_CTX_set_cipher_list(state_->context.get(), older.c_str()) != 1)) {
    return "they cannot be used together (" + openssl_reason() + ")";
  }
  if (older.empty()) SSL_CTX_set_min_proto_version(state_->context.get(), TLS1_3_VERSION);
  if (newer.empty()) SSL_CTX_set_max_proto_version(state_->context.get(), TLS1_2_VERSION);
  return {};
}

void TlsClientRules::any_host() { state_->check_host = false; }

std::shared_ptr<ports::TlsClient> TlsClientRules::make() {
  if (state_->trusts_system) SSL_CTX_set_default_verify_paths(state_->context.get());
  ERR_clear_error();
  return std::make_shared<Client>(std::move(state_->context), state_->check_host);
}

}  // namespace millrace::runtime
