#include "controller/broker_states.h"

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

void begin_shutdown(const Context& context, const metadata::BrokerImage& broker, Decision& decision) {
  auto record = change_of(broker);
  record.in_controlled_shutdown = 1;
  decision.record(record, 1);
  shift_partitions(context, {broker.id, kNoNode, kNoNode}, decision);
}

}  // namespace millrace::controller
