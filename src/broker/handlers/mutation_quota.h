#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/callback.h"
#include "broker/broker.h"
#include "broker/request.h"

namespace millrace::broker {

inline constexpr std::string_view kMutationQuotaExceeded = "The throttling quota has been exceeded.";

// Takes the controller's permits for a request on topics (KIP-599): `costs` says for each of its topics how many
// partitions it makes or removes. `done` gets how many of the first topics have their permits: all of them unless
// `strict`. The client pauses after the answer if it has gone beyond its quota.
void take_permits(const RequestPtr& request, Broker& broker, std::vector<double> costs, bool strict,
                  Callback<void(std::size_t granted)> done);

// Hands the request on with the first `granted` entries of `topics` alone; for each of the others, `refuse` (entry,
// Response&) adds its refusal to the controller's answer. Precondition: granted < topics.size().
template <protocol::Message Response, protocol::Message Asked, typename Entry, typename Refuse>
void forward_some(RequestPtr request, Broker& broker, Asked body, std::vector<Entry> Asked::* topics,
                  std::size_t granted, Refuse refuse) {
  auto& all = body.*topics;
  std::vector<Entry> refused(all.begin() + static_cast<std::ptrdiff_t>(granted), all.end());
  all.resize(granted);
  const std::int16_t version = request->version();
  const std::int16_t api_key = request->api_key();
  broker.to_controller(api_key, version, protocol::encode_body(body, version),
                       [request = std::move(request), version, refused = std::move(refused), refuse](Buffer answered) {
                         Response response;
                         const Status read = protocol::decode_body(answered.bytes(), version, response);
                         if (!read.ok()) return request->hang_up();
                         for (const Entry& entry : refused) refuse(entry, response);
                         request->send(protocol::encode_body(response, version));
                       });
}

}  // namespace millrace::broker
