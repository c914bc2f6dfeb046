// A worker of a share group: takes its part of a topic's records until nothing has come for ten seconds. Start several;
// each record goes to one of them. Every tenth of a partition is released at first, and comes back; "bad" ones are
// rejected.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "millrace/admin.h"
#include "millrace/share_consumer.h"

namespace client = millrace::client;

namespace {

int fail(const client::Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return 1;
}

client::AcknowledgeType judge(const client::ConsumerRecord& record) {
  if (record.value == "bad") return client::AcknowledgeType::reject;
  if (record.offset % 10 == 0 && record.delivery_count == 1) return client::AcknowledgeType::release;
  return client::AcknowledgeType::accept;
}

// Share groups begin at the end of a topic unless their own setting says otherwise.
client::Status begin_at_the_first_record(const std::string& servers, const std::string& group) {
  auto admin = client::Admin::create(client::AdminConfig().bootstrap_servers(servers));
  if (!admin) return admin.error();
  const client::ConfigResource resource{client::ConfigResourceType::group, group};
  const auto changed = admin->alter_configs({{resource, {{"share.auto.offset.reset", "earliest"}}}}).get();
  return changed ? changed->front().result : client::Status(changed.error());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s BOOTSTRAP GROUP TOPIC [COUNT]\n", argv[0]);
    return 2;
  }
  const long wanted = argc > 4 ? std::atol(argv[4]) : 0;
  if (const auto set = begin_at_the_first_record(argv[1], argv[2]); !set) return fail(set.error());

  client::ShareConsumerConfig config;
  config.bootstrap_servers(argv[1]).group_id(argv[2]).explicit_acknowledgement(true);
  auto consumer = client::ShareConsumer::create(config);
  if (!consumer) return fail(consumer.error());
  if (const auto subscribed = consumer->subscribe({argv[3]}); !subscribed) return fail(subscribed.error());

  long accepted = 0;
  long released = 0;
  long rejected = 0;
  auto last = std::chrono::steady_clock::now();
  while ((wanted == 0 || accepted < wanted) && std::chrono::steady_clock::now() < last + std::chrono::seconds(10)) {
    const auto records = consumer->poll(std::chrono::seconds(1));
    if (!records) return fail(records.error());
    for (const auto& record : *records) {
      const auto type = judge(record);
      if (const auto said = consumer->acknowledge(record, type); !said) return fail(said.error());
      accepted += type == client::AcknowledgeType::accept ? 1 : 0;
      released += type == client::AcknowledgeType::release ? 1 : 0;
      rejected += type == client::AcknowledgeType::reject ? 1 : 0;
      last = std::chrono::steady_clock::now();
    }
    const auto committed = consumer->commit().get();
    if (!committed) return fail(committed.error());
    for (const auto& [partition, status] : *committed) {
      if (!status) std::fprintf(stderr, "%s\n", status.error().text().c_str());
    }
  }
  std::printf("%ld accepted, %ld released, %ld rejected\n", accepted, released, rejected);
  const auto closed = consumer->close();
  return closed ? 0 : fail(closed.error());
}
