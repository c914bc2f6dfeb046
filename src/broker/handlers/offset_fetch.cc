#include <memory>
#include <utility>
#include <vector>

#include "broker/handlers/handlers.h"
#include "groups/group_coordinator.h"
#include "protocol/gen/offset_fetch.h"

namespace millrace::broker {
namespace {

struct Collecting {
  RequestPtr request;
  std::vector<groups::OffsetAnswer> answers;
  std::size_t left = 0;

  void one_less() {
    if (--left == 0) request->send(groups::encode_offset_fetch(answers, request->version()));
  }
};

}  // namespace

// KIP-709: several groups at once since version 8, each answered by the shard of its coordinator.
void offset_fetch(RequestPtr request, Broker& broker) {
  const auto body = read_body<protocol::OffsetFetchRequest>(*request);
  if (!body) return;
  auto queries = groups::split_offset_fetch(*body, request->version());
  auto collecting = std::make_shared<Collecting>();
  collecting->request = std::move(request);
  collecting->answers.resize(queries.size());
  collecting->left = queries.size() + 1;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const ShardId shard = broker.groups().place_of(queries[i].group_id).shard;
    broker.crossing().ask<groups::OffsetAnswer>(
        shard,
        [query = std::move(queries[i]), image = broker.image()](
            Broker& there, Callback<void(groups::OffsetAnswer)> reply) mutable {
          there.observe(image);
          there.groups().coordinator().fetch_offsets(std::move(query), std::move(reply));
        },
        [collecting, i](groups::OffsetAnswer answer) {
          collecting->answers[i] = std::move(answer);
          collecting->one_less();
        });
  }
  collecting->one_less();
}

}  // namespace millrace::broker
