#include "cli/scripts/scram_argument.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <vector>

#include "base/base64.h"
#include "base/sha2.h"
#include "cli/options.h"
#include "metadata/record_frame.h"
#include "protocol/gen/user_scram_credential_record.h"

namespace millrace::cli {
namespace {

constexpr std::int64_t kFewest = 4096;
constexpr std::int64_t kMost = 16384;
constexpr std::size_t kSaltWords = 4;

using Parts = std::map<std::string, std::string>;

Result<std::vector<std::byte>, std::string> decoded(const Parts& parts, const char* name) {
  auto bytes = parse_base64(parts.at(name));
  if (!bytes) return fmt::format("Failed to decode given {}: {}", name, parts.at(name));
  return std::move(bytes).value();
}

Result<Parts, std::string> parts_of(const std::string& text) {
  for (const auto& [there, wrong] : {std::pair(text.starts_with('['), "start with ["),
                                     std::pair(text.size() > 1 && text.ends_with(']'), "end with ]")}) {
    if (!there) return fmt::format("Expected configuration string to {}", wrong);
  }
  Parts parts;
  for (const std::string& part : split_list(std::string_view(text).substr(1, text.size() - 2))) {
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos) return "No equals sign found in SCRAM component: " + part;
    std::string value = part.substr(equals + 1);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    parts[part.substr(0, equals)] = value;
  }
  return parts;
}

Result<void, std::string> check(const Parts& parts) {
  for (const auto& [name, value] : parts) {
    if (name != "name" && name != "password" && name != "salt" && name != "saltedpassword" && name != "iterations") {
      return "Unknown SCRAM configurations: " + name;
    }
  }
  if (!parts.contains("name")) return std::string("You must supply 'name' to add-scram");
  if (parts.contains("password") == parts.contains("saltedpassword")) {
    return fmt::format("You must {} one of 'password' or 'saltedpassword' to add-scram",
                       parts.contains("password") ? "only supply" : "supply");
  }
  if (parts.contains("saltedpassword") && !parts.contains("salt")) {
    return std::string("You must supply 'salt' with 'saltedpassword' to add-scram");
  }
  return {};
}

}  // namespace

Result<FirstCredential, std::string> parse_scram(const std::string& text, ports::Random& random) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) return fmt::format("Failed to find equals sign in SCRAM argument '{}'", text);
  const std::string mechanism = text.substr(0, equals);
  if (mechanism != "SCRAM-SHA-256" && mechanism != "SCRAM-SHA-512") {
    return fmt::format("The add-scram mechanism {} is not supported.", mechanism);
  }
  const Digest kind = mechanism == "SCRAM-SHA-256" ? Digest::sha256 : Digest::sha512;
  const auto parts = parts_of(text.substr(equals + 1));
  if (!parts) return parts.error();
  MR_TRY(check(*parts));
  const auto given = parts->find("iterations");
  const auto iterations = given == parts->end() ? std::optional(kFewest) : whole_number(given->second);
  if (!iterations) return fmt::format("Failed to parse iterations count: {}", given->second);
  if (*iterations < kFewest || *iterations > kMost) {
    const bool few = *iterations < kFewest;
    return fmt::format("The 'iterations' value must be {} {} for add-scram using SCRAM_SHA_{}", few ? ">=" : "<=",
                       few ? kFewest : kMost, kind == Digest::sha256 ? 256 : 512);
  }
  std::vector<std::byte> salt;
  if (parts->contains("salt")) {
    auto bytes = decoded(*parts, "salt");
    if (!bytes) return bytes.error();
    salt = std::move(bytes).value();
  } else {
    std::array<std::uint64_t, kSaltWords> words{};
    for (auto& word : words) word = random.secure();
    const auto bytes = std::as_bytes(std::span(words));
    salt.assign(bytes.begin(), bytes.end());
  }
  std::vector<std::byte> salted;
  if (parts->contains("saltedpassword")) {
    auto bytes = decoded(*parts, "saltedpassword");
    if (!bytes) return bytes.error();
    salted = std::move(bytes).value();
  } else {
    salted = stretched(kind, as_bytes(parts->at("password")), salt, static_cast<std::uint32_t>(*iterations));
  }
  const std::string& name = parts->at("name");
  const auto stored_key = digest(kind, hmac(kind, salted, as_bytes("Client Key")));
  const auto server_key = hmac(kind, salted, as_bytes("Server Key"));
  protocol::UserScramCredentialRecord record;
  record.name = name;
  record.mechanism = kind == Digest::sha256 ? std::int8_t{1} : std::int8_t{2};
  record.salt = salt;
  record.stored_key = stored_key;
  record.server_key = server_key;
  record.iterations = static_cast<std::int32_t>(*iterations);
  return FirstCredential{metadata::frame_record(record, 0),
                         fmt::format("UserScramCredentialRecord(name='{}', mechanism={}, salt=(hidden), "
                                     "storedKey=(hidden), serverKey=(hidden), iterations={})",
                                     name, record.mechanism, record.iterations)};
}

}  // namespace millrace::cli
