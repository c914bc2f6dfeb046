#include "client/testing/scripted_log.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "client/consumer/partitions.h"
#include "protocol/gen/list_offsets.h"

namespace millrace::client::testing {

using protocol::Errc;
using protocol::FetchRequest;
using protocol::FetchResponse;
using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;

void ScriptedLog::serve(ScriptedBroker& broker, std::function<bool(const FetchRequest&, Part&)> before) {
  broker.on<ListOffsetsRequest, ListOffsetsResponse>([this](const ListOffsetsRequest& request, auto) {
    ListOffsetsResponse response;
    auto& topic = response.topics.emplace_back();
    topic.name = request.topics.at(0).name;
    const bool first = request.topics.at(0).partitions.at(0).timestamp == kEarliestTime;
    topic.partitions.push_back({0, 0, -1, first ? 0 : static_cast<std::int64_t>(values.size()), 1});
    return response;
  });
  broker.offer(protocol::ApiKey::fetch, {4, 12});  // every request is whole
  broker.on<FetchRequest, FetchResponse>([this, before = std::move(before)](const FetchRequest& request, auto) {
    FetchResponse response;
    if (request.topics.empty()) return response;
    const auto& asked = request.topics.at(0).partitions.at(0);
    auto& topic = response.responses.emplace_back();
    topic.topic = request.topics.at(0).topic;
    Part& part = topic.partitions.emplace_back();
    part.high_watermark = static_cast<std::int64_t>(values.size());
    part.aborted_transactions.reset();
    if (before && before(request, part)) return response;
    if (asked.fetch_offset > part.high_watermark) {
      part.error_code = protocol::to_wire(Errc::offset_out_of_range);
    } else if (asked.fetch_offset < part.high_watermark) {
      part.records = protocol::RecordsRef(batch(static_cast<std::size_t>(asked.fetch_offset)));
    } else {
      part.error_code = protocol::to_wire(Errc::offset_not_available);  // else it would be asked without end
    }
    return response;
  });
}

Bytes ScriptedLog::batch(std::size_t at) {
  shape.base_offset = Offset(static_cast<std::int64_t>(at));
  record::BatchBuilder builder(shape);
  builder.add(WallTime(1000), std::nullopt, as_bytes(values[at]), {});
  held_.push_back(builder.build());
  return held_.back().bytes();
}

}  // namespace millrace::client::testing
