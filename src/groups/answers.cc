#include "groups/answers.h"

#include <cstddef>

#include "protocol/gen/heartbeat.h"
#include "protocol/gen/join_group.h"
#include "protocol/gen/sync_group.h"
#include "protocol/message.h"

namespace millrace::groups {

Buffer encode_join(const classic::JoinAnswer& answer, std::int16_t version) {
  protocol::JoinGroupResponse response;
  response.error_code = to_wire(answer.error);
  response.generation_id = answer.generation;
  response.protocol_type = answer.protocol_type;
  response.protocol_name = answer.protocol;
  if (answer.error != Errc::none) response.protocol_name = std::nullopt;
  response.leader = answer.leader;
  response.skip_assignment = answer.skip_assignment;
  response.member_id = answer.member_id;
  for (const classic::JoinedMember& member : answer.members) {
    response.members.push_back({member.id, member.instance_id, member.metadata.bytes()});
  }
  return encode_body(response, version);
}

Buffer encode_sync(const classic::SyncAnswer& answer, std::int16_t version) {
  protocol::SyncGroupResponse response;
  response.error_code = to_wire(answer.error);
  response.protocol_type = answer.protocol_type;
  response.protocol_name = answer.protocol;
  response.assignment = answer.assignment.bytes();
  return encode_body(response, version);
}

Buffer encode_heartbeat(Errc error, std::int16_t version) {
  protocol::HeartbeatResponse response;
  response.error_code = to_wire(error);
  return encode_body(response, version);
}

std::vector<classic::Leaving> leaving_members(const protocol::LeaveGroupRequest& request, std::int16_t version) {
  std::vector<classic::Leaving> members;
  if (version < 3) {
    members.push_back({std::string(request.member_id), std::nullopt});
    return members;
  }
  for (const auto& member : request.members) {
    classic::Leaving leaving{std::string(member.member_id), std::nullopt};
    if (member.group_instance_id) leaving.instance_id = *member.group_instance_id;
    members.push_back(std::move(leaving));
  }
  return members;
}

Buffer encode_leave(const std::vector<classic::Leaving>& members, const std::vector<Errc>& errors,
                    std::int16_t version) {
  protocol::LeaveGroupResponse response;
  if (version < 3) {
    response.error_code = to_wire(errors.front());
    return encode_body(response, version);
  }
  for (std::size_t i = 0; i < members.size(); ++i) {
    response.members.push_back({members[i].member_id, members[i].instance_id, to_wire(errors[i])});
  }
  return encode_body(response, version);
}

Buffer encode_join_error(Errc error, std::int16_t version) {
  classic::JoinAnswer answer;
  answer.error = error;
  return encode_join(answer, version);
}

Buffer encode_sync_error(Errc error, std::int16_t version) {
  classic::SyncAnswer answer;
  answer.error = error;
  return encode_sync(answer, version);
}

Buffer encode_leave_error(Errc error, std::int16_t version) {
  protocol::LeaveGroupResponse response;
  response.error_code = to_wire(error);
  return encode_body(response, version);
}

}  // namespace millrace::groups
