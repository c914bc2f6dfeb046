#include "controller/broker_states.h"

#include <algorithm>
#include <vector>

#include "controller/leadership.h"

namespace millrace::controller {
namespace {

protocol::BrokerRegistrationChangeRecord change_of(const metadata::BrokerImage& broker) {
  protocol::BrokerRegistrationChangeRecord record;
  record.broker_id = broker.id.value();
  record.broker_epoch = broker.epoch;
  return record;
}

}  // namespace

void fence(const Context& context, const metadata::BrokerImage& broker, Decision& decision) {
  shift_partitions(context, {broker.id, kNoNode, kNoNode}, decision);
  auto record = change_of(broker);
  record.fenced = 1;
  decision.record(record, 0);
}

void unfence(const Context& context, const metadata::BrokerImage& broker, Decision& decision) {
  auto record = change_of(broker);
  record.fenced = -1;
  decision.record(record, 0);
  shift_partitions(context, {kNoNode, kNoNode, broker.id}, decision);
}

void lose_directories(const Context& context, const metadata::BrokerImage& broker, const std::vector<Uuid>& failed,
                      Decision& decision) {
  const auto has_failed = [&](const Uuid& id) { return std::find(failed.begin(), failed.end(), id) != failed.end(); };
  Shift shift;
  shift.leaves = broker.id;
  auto record = change_of(broker);
  for (const Uuid& id : broker.log_dirs) (has_failed(id) ? shift.lost : record.log_dirs).push_back(id);
  if (shift.lost.empty()) return;
  shift_partitions(context, shift, decision);
  decision.record(record, 2);
}

void begin_shutdown(const Context& context, const metadata::BrokerImage& broker, Decision& decision) {
  auto record = change_of(broker);
  record.in_controlled_shutdown = 1;
  decision.record(record, 1);
  shift_partitions(context, {broker.id, kNoNode, kNoNode}, decision);
}

}  // namespace millrace::controller
