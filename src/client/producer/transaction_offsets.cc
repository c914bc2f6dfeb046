// Committed positions as part of a transaction.
#include <memory>

#include "client/arguments.h"
#include "client/errors.h"
#include "client/producer/transactions.h"
#include "client/retry.h"
#include "protocol/gen/add_offsets_to_txn.h"
#include "protocol/gen/txn_offset_commit.h"

namespace millrace::client {

using protocol::AddOffsetsToTxnRequest;
using protocol::AddOffsetsToTxnResponse;
using protocol::Errc;
using protocol::TxnOffsetCommitRequest;
using protocol::TxnOffsetCommitResponse;

namespace {

constexpr const char* kCall = "send_offsets_to_transaction()";
constexpr std::int16_t kFirstWithMember = 3;
constexpr std::int16_t kOfSecondGeneration = 5;

Errc first_error(const TxnOffsetCommitResponse& answer) {
  for (const auto& topic : answer.topics) {
    for (const auto& part : topic.partitions) {
      if (part.error_code != 0) return protocol::from_wire(part.error_code);
    }
  }
  return Errc::none;
}

}  // namespace

void Transactions::send_offsets(Offsets offsets, GroupIdentity who, Done done) {
  if (state_ != State::open) return later(std::move(done), wrong_state(kCall));
  if (Status usable = check_offsets(kCall, offsets); !usable) return later(std::move(done), std::move(usable));
  if (offsets.empty()) return later(std::move(done), {});
  if (who.group_id.empty()) {
    return later(std::move(done), local_error(Cause::invalid_argument, std::string(kCall) +
                                                                           " got no group; hand in the consumer's "
                                                                           "group_metadata()"));
  }
  ++offsets_under_way_;
  started_ = true;
  auto shared = std::make_shared<Offsets>(std::move(offsets));
  auto ended = [this, done = std::move(done)](Status status) mutable { offsets_done(status, std::move(done)); };
  if (second_generation_) return commit_offsets(std::move(shared), std::move(who), std::move(ended));
  add_offsets(std::move(shared), std::move(who), std::move(ended));
}

// Tells the coordinator of the group whose positions are to come.
void Transactions::add_offsets(std::shared_ptr<Offsets> offsets, GroupIdentity who, Done done) {
  const auto make = [this, group = who.group_id](std::int16_t) {
    AddOffsetsToTxnRequest request;
    request.transactional_id = options_.transactional_id;
    request.producer_id = identity_.id().value();
    request.producer_epoch = identity_.epoch().value();
    request.group_id = group;
    return request;
  };
  send_until<AddOffsetsToTxnResponse, AddOffsetsToTxnRequest>(
      cluster_, coordinator(), make,
      [](const Answer<AddOffsetsToTxnResponse>& answer) { return protocol::from_wire(answer.body.error_code); },
      RetryOptions{options_.max_block},
      alive_.guard([this, offsets = std::move(offsets), who = std::move(who),
                    done = std::move(done)](Result<Answer<AddOffsetsToTxnResponse>> answer) mutable {
        Status status = answer ? broker_status(answer->body.error_code,
                                               "adding positions of group " + who.group_id + " to the transaction")
                               : Status(answer.error());
        if (!status) return done(std::move(status));
        commit_offsets(std::move(offsets), std::move(who), std::move(done));
      }));
}

void Transactions::commit_offsets(std::shared_ptr<Offsets> offsets, GroupIdentity who, Done done) {
  auto member = std::make_shared<const GroupIdentity>(std::move(who));
  VersionRange versions = Cluster::stable_versions(TxnOffsetCommitRequest::kApi);
  if (!member->member_id.empty()) versions.min = kFirstWithMember;
  if (second_generation_) {
    versions.min = kOfSecondGeneration;
  } else {
    versions.max = kOfSecondGeneration - 1;
  }
  const auto make = [this, offsets, member](std::int16_t version) {
    TxnOffsetCommitRequest request;
    request.transactional_id = options_.transactional_id;
    request.group_id = member->group_id;
    request.producer_id = identity_.id().value();
    request.producer_epoch = identity_.epoch().value();
    if (version >= kFirstWithMember) {
      request.generation_id = member->generation;
      request.member_id = member->member_id;
      if (member->instance_id) request.group_instance_id = *member->instance_id;
    }
    for (const auto& [key, position] : *offsets) {
      if (request.topics.empty() || request.topics.back().name != key.topic) {
        request.topics.emplace_back().name = key.topic;
      }
      auto& part = request.topics.back().partitions.emplace_back();
      part.partition_index = key.partition;
      part.committed_offset = position.offset;
      if (version >= 2) part.committed_leader_epoch = position.leader_epoch.value_or(-1);
      part.committed_metadata = position.metadata;
    }
    return request;
  };
  send_until<TxnOffsetCommitResponse, TxnOffsetCommitRequest>(
      cluster_, Target::coordinator(CoordinatorType::group, member->group_id), make,
      [](const Answer<TxnOffsetCommitResponse>& answer) { return first_error(answer.body); },
      RetryOptions{options_.max_block},
      alive_.guard([member, done = std::move(done)](Result<Answer<TxnOffsetCommitResponse>> answer) mutable {
        if (!answer) return done(answer.error());
        const Errc code = first_error(answer->body);
        if (code == Errc::none) return done({});
        done(broker_error(code, "adding positions of group " + member->group_id + " to the transaction"));
      }),
      versions);
}

}  // namespace millrace::client
