#include "metadata/replayer.h"

#include <memory>
#include <utility>

#include "metadata/record_frame.h"
#include "protocol/gen/abort_transaction_record.h"
#include "protocol/gen/begin_transaction_record.h"
#include "protocol/gen/end_transaction_record.h"
#include "protocol/gen/no_op_record.h"

namespace millrace::metadata {
namespace {

// Decodes the message of type T and hands it to `use`.
template <protocol::Message T, typename Use>
Outcome decoded(const Frame& frame, Use use) {
  T record;
  const Status status = protocol::decode_body(frame.message, frame.version, record);
  if (!status.ok()) return "version " + std::to_string(frame.version) + " is " + to_string(status.error());
  return use(record);
}

template <protocol::Message T>
Outcome run(Draft& draft, const Frame& frame) {
  return decoded<T>(frame, [&](const T& record) { return replay(draft, record); });
}

template <protocol::Message T>
Outcome skip(Draft&, const Frame& frame) {
  return decoded<T>(frame, [](const T&) { return Outcome(); });
}

struct Entry {
  std::int16_t type;
  Outcome (*apply)(Draft&, const Frame&);
};

// Every type of the metadata log but the transaction brackets.
constexpr Entry kTypes[] = {
    {protocol::RegisterBrokerRecord::kType, run<protocol::RegisterBrokerRecord>},
    {protocol::UnregisterBrokerRecord::kType, run<protocol::UnregisterBrokerRecord>},
    {protocol::TopicRecord::kType, run<protocol::TopicRecord>},
    {protocol::PartitionRecord::kType, run<protocol::PartitionRecord>},
    {protocol::ConfigRecord::kType, run<protocol::ConfigRecord>},
    {protocol::PartitionChangeRecord::kType, run<protocol::PartitionChangeRecord>},
    {protocol::FenceBrokerRecord::kType, run<protocol::FenceBrokerRecord>},
    {protocol::UnfenceBrokerRecord::kType, run<protocol::UnfenceBrokerRecord>},
    {protocol::RemoveTopicRecord::kType, run<protocol::RemoveTopicRecord>},
    {protocol::DelegationTokenRecord::kType, run<protocol::DelegationTokenRecord>},
    {protocol::UserScramCredentialRecord::kType, run<protocol::UserScramCredentialRecord>},
    {protocol::FeatureLevelRecord::kType, run<protocol::FeatureLevelRecord>},
    {protocol::ClientQuotaRecord::kType, run<protocol::ClientQuotaRecord>},
    {protocol::ProducerIdsRecord::kType, run<protocol::ProducerIdsRecord>},
    {protocol::BrokerRegistrationChangeRecord::kType, run<protocol::BrokerRegistrationChangeRecord>},
    {protocol::AccessControlEntryRecord::kType, run<protocol::AccessControlEntryRecord>},
    {protocol::RemoveAccessControlEntryRecord::kType, run<protocol::RemoveAccessControlEntryRecord>},
    {protocol::NoOpRecord::kType, skip<protocol::NoOpRecord>},
    {protocol::ZkMigrationStateRecord::kType, run<protocol::ZkMigrationStateRecord>},
    {protocol::RemoveUserScramCredentialRecord::kType, run<protocol::RemoveUserScramCredentialRecord>},
    {protocol::RemoveDelegationTokenRecord::kType, run<protocol::RemoveDelegationTokenRecord>},
    {protocol::RegisterControllerRecord::kType, run<protocol::RegisterControllerRecord>},
    {protocol::ClearElrRecord::kType, run<protocol::ClearElrRecord>},
};

std::string of_type(std::uint32_t type, const std::string& what) {
  return "type " + std::to_string(type) + ": " + what;
}

}  // namespace

Outcome Replayer::replay(Bytes value, Offset at) {
  const Outcome outcome = apply(value);
  if (outcome.ok()) return {};
  return "the metadata record at offset " + std::to_string(at.value()) + " cannot be used, " + outcome.error();
}

Outcome Replayer::apply(Bytes value) {
  const auto frame = parse_frame(value);
  if (!frame.ok()) return std::string("its frame is ") + to_string(frame.error());
  switch (frame->type) {
    case protocol::BeginTransactionRecord::kType:
      if (before_transaction_) return of_type(frame->type, "a transaction has begun already");
      before_transaction_ = draft_;
      return {};
    case protocol::EndTransactionRecord::kType:
      if (!before_transaction_) return of_type(frame->type, "no transaction has begun");
      before_transaction_.reset();
      return {};
    case protocol::AbortTransactionRecord::kType:
      if (!before_transaction_) return of_type(frame->type, "no transaction has begun");
      draft_ = std::move(*before_transaction_);
      before_transaction_.reset();
      return {};
    default: break;
  }
  for (const Entry& entry : kTypes) {
    if (entry.type != static_cast<std::int16_t>(frame->type)) continue;
    const Outcome outcome = entry.apply(draft_, *frame);
    return outcome.ok() ? Outcome() : Outcome(of_type(frame->type, outcome.error()));
  }
  return of_type(frame->type, "is not known; a newer version may have written it");
}

void Replayer::set_leader(NodeId leader, LeaderEpoch epoch) {
  for (Draft* draft : {&draft_, before_transaction_ ? &*before_transaction_ : &draft_}) {
    draft->state.leader = leader;
    draft->state.leader_epoch = epoch;
  }
}

void Replayer::set_kraft_version(std::int16_t level) {
  draft_.state.kraft_version = level;
  if (before_transaction_) before_transaction_->state.kraft_version = level;
}

Result<ImagePtr, std::string> Replayer::image(Offset next) {
  Draft& draft = before_transaction_ ? *before_transaction_ : draft_;
  const Outcome settled = draft.settle();
  if (!settled.ok()) return settled.error();
  draft.state.offset = next;
  return ImagePtr(std::make_shared<const Image>(std::make_shared<const Image::State>(draft.state)));
}

}  // namespace millrace::metadata
