// DescribeUserScramCredentials (KIP-554): which users have credentials, and how hard they are to try.
#include <map>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "broker/arena.h"
#include "broker/handlers/handlers.h"
#include "protocol/errc.h"
#include "protocol/gen/describe_user_scram_credentials.h"

namespace millrace::broker {

void describe_user_scram_credentials(RequestPtr request, Broker& broker) {
  using protocol::DescribeUserScramCredentialsResponse;
  using Credential = DescribeUserScramCredentialsResponse::CredentialInfo;
  using protocol::Errc;
  const auto body = read_body<protocol::DescribeUserScramCredentialsRequest>(*request);
  if (!body) return;
  const metadata::ImagePtr image = broker.image();
  std::map<std::string_view, std::vector<Credential>> known;
  for (const auto& [key, credential] : image->scram()) {
    known[key->user].push_back({key->mechanism, credential->iterations});
  }
  // Nobody named means everybody; how often each is named.
  std::map<std::string_view, int> asked;
  if (body->users) {
    for (const auto& user : *body->users) ++asked[user.name];
  }
  if (asked.empty()) {
    for (const auto& [user, credentials] : known) asked[user] = 1;
  }
  Arena arena;
  DescribeUserScramCredentialsResponse response;
  response.error_message = std::nullopt;
  for (const auto& [user, times] : asked) {
    auto& result = response.results.emplace_back();
    result.user = user;
    result.error_message = std::nullopt;
    const auto at = known.find(user);
    if (times > 1) {
      result.error_code = protocol::to_wire(Errc::duplicate_resource);
      result.error_message = arena.keep(fmt::format(
          "Cannot describe SCRAM credentials for the same user twice in a single request: {}", user));
    } else if (at == known.end()) {
      result.error_code = protocol::to_wire(Errc::resource_not_found);
      result.error_message =
          arena.keep(fmt::format("Attempt to describe a user credential that does not exist: {}", user));
    } else {
      result.credential_infos = at->second;
    }
  }
  answer(*request, response);
}

}  // namespace millrace::broker
