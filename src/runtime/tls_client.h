#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ports/tls.h"

namespace millrace::runtime {

// Gathers the rules of a TLS client, then makes it. Each step returns what is wrong with what it was given, for a
// person; empty if nothing is. One thread; the client that it makes is for any.
class TlsClientRules {
 public:
  TlsClientRules();
  ~TlsClientRules();
  TlsClientRules(const TlsClientRules&) = delete;
  TlsClientRules& operator=(const TlsClientRules&) = delete;

  // Trusts those certificates and no others: the bytes of a PEM or PKCS#12 file. Without this call, the system's.
  std::string trust(std::string_view store, const std::string& password);
  // Who the client is, to brokers that ask: chain and key from one PEM or PKCS#12 file.
  std::string identify(std::string_view store, const std::string& password, const std::string& key_password);
  // The same from PEM texts.
  std::string identify_by_pem(std::string_view chain, std::string_view key, const std::string& key_password);
  // "TLSv1.2" and "TLSv1.3"; those named are spoken. Both unless called.
  std::string speak(const std::vector<std::string>& protocols);
  // Cipher suites by their standard names, as Java writes them, or by OpenSSL's.
  std::string use_ciphers(const std::vector<std::string>& names);
  // The certificate need not show the name that was connected to.
  void any_host();

  // Call once, last.
  std::shared_ptr<ports::TlsClient> make();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace::runtime
