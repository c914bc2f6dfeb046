#include "client/errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace millrace::client {
namespace {

using protocol::Errc;

struct Advice {
  Errc code;
  std::string_view text;
};

constexpr auto kAdvice = std::to_array<Advice>({
    {Errc::unknown_topic_or_partition, "create the topic, or check its name and that this user may describe it"},
    {Errc::leader_not_available, "the partition has no leader now; see which brokers are down"},
    {Errc::not_leader_or_follower, "leadership has moved; the client finds the new leader by itself"},
    {Errc::record_list_too_large, "lower batch.size or max.request.size, or raise segment.bytes of the topic"},
    {Errc::message_too_large, "lower max.request.size, or raise max.message.bytes of the topic"},
    {Errc::offset_out_of_range, "the position is not in the log any more; seek, or set auto.offset.reset"},
    {Errc::not_enough_replicas, "fewer replicas are in sync than min.insync.replicas; see which brokers are down"},
    {Errc::topic_authorization_failed, "grant this user the operation on the topic"},
    {Errc::group_authorization_failed, "grant this user READ on the group"},
    {Errc::cluster_authorization_failed, "grant this user the operation on the cluster"},
    {Errc::transactional_id_authorization_failed, "grant this user WRITE on the transactional id"},
    {Errc::unknown_member_id, "the group has removed this member: poll more often, or raise session.timeout.ms"},
    {Errc::rebalance_in_progress, "poll again: the group is rebalancing"},
    {Errc::illegal_generation, "the group has gone on without this member: poll more often"},
    {Errc::fenced_instance_id, "another consumer uses the same group.instance.id: give each its own"},
    {Errc::invalid_topic_exception, "use letters, digits, '.', '_' and '-', at most 249 characters"},
    {Errc::topic_already_exists, "choose another name, or use the topic that is there"},
    {Errc::invalid_replication_factor, "there are not so many brokers: lower the replication factor"},
    {Errc::invalid_partitions, "ask for at least one partition, and for more than there are"},
    {Errc::unsupported_version, "the broker is too old for this call"},
    {Errc::producer_fenced, "another producer uses the same transactional.id: close this one"},
    {Errc::invalid_producer_epoch, "another producer uses the same transactional.id, or this one timed out"},
    {Errc::out_of_order_sequence_number, "records of this producer were lost; check unclean leader elections"},
    {Errc::invalid_txn_state, "the transaction is not in a state for this call"},
    {Errc::sasl_authentication_failed, "check user name, password and sasl.mechanism"},
    {Errc::unsupported_sasl_mechanism, "choose a sasl.mechanism that the broker offers"},
    {Errc::non_empty_group, "stop the group's members first"},
    {Errc::group_id_not_found, "check the group's name"},
    {Errc::security_disabled, "no authorizer is configured on the brokers: set authorizer.class.name"},
    {Errc::policy_violation, "a policy on the brokers forbids it"},
    {Errc::unstable_offset_commit, "a transaction with offsets of this group is open; it ends by itself"},
    {Errc::fenced_member_epoch, "the group has gone on without this member: poll more often"},
    {Errc::stale_member_epoch, "the group has gone on meanwhile: poll again"},
    {Errc::unsupported_assignor, "set group.remote.assignor to one that the brokers have"},
    {Errc::unreleased_instance_id, "another member holds this instance id still: try again after its session ends"},
});

std::string_view cause_name(Cause cause) {
  switch (cause) {
    case Cause::broker: return "broker";
    case Cause::timed_out: return "timed_out";
    case Cause::network: return "network";
    case Cause::closed: return "closed";
    case Cause::invalid_config: return "invalid_config";
    case Cause::invalid_argument: return "invalid_argument";
    case Cause::unsupported_version: return "unsupported_version";
    case Cause::authentication: return "authentication";
    case Cause::too_large: return "too_large";
    case Cause::queue_full: return "queue_full";
    case Cause::wrong_state: return "wrong_state";
    case Cause::corrupt: return "corrupt";
    case Cause::serialization: return "serialization";
    case Cause::cancelled: return "cancelled";
  }
  return "";
}

bool fatal(Errc code) {
  return code == Errc::producer_fenced || code == Errc::fenced_instance_id ||
         code == Errc::transactional_id_authorization_failed;
}

}  // namespace

std::string_view Error::name() const {
  if (cause != Cause::broker) return cause_name(cause);
  return protocol::name(protocol::from_wire(static_cast<std::int16_t>(code)));
}

std::string Error::text() const { return fmt::format("{}: {}", name(), message); }

std::string_view advice(Errc code) {
  const auto at = std::ranges::find(kAdvice, code, &Advice::code);
  return at == kAdvice.end() ? std::string_view() : at->text;
}

Error broker_error(Errc code, std::string_view what, std::string_view detail) {
  Error error;
  error.cause = Cause::broker;
  error.code = static_cast<ErrorCode>(protocol::to_wire(code));
  error.retriable = protocol::retriable(code);
  error.fatal = fatal(code);
  const std::string_view hint = advice(code);
  error.message = fmt::format("{} failed: {}{}{}{}{}", what, protocol::name(code), detail.empty() ? "" : " (", detail,
                              detail.empty() ? "" : ")", hint.empty() ? "" : "; ");
  error.message += hint;
  error.detail = detail;
  return error;
}

Status broker_status(std::int16_t wire_code, std::string_view what, std::string_view detail) {
  if (wire_code == 0) return {};
  return broker_error(protocol::from_wire(wire_code), what, detail);
}

Error local_error(Cause cause, std::string message) {
  Error error;
  error.cause = cause;
  error.retriable = cause == Cause::timed_out || cause == Cause::network || cause == Cause::queue_full;
  error.message = std::move(message);
  return error;
}

}  // namespace millrace::client
