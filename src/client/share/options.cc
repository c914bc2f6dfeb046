#include "client/share/options.h"

#include <utility>

namespace millrace::client {
namespace {

constexpr const char* kMeaningless[] = {
    "auto.offset.reset",    "enable.auto.commit", "group.instance.id",     "group.protocol",
    "group.remote.assignor", "isolation.level",   "heartbeat.interval.ms", "partition.assignment.strategy",
    "session.timeout.ms",
};

}  // namespace

Result<ShareOptions> share_options(const Settings& settings) {
  for (const char* name : kMeaningless) {
    if (settings.is_set(name)) {
      return settings.refuse(name, "has no meaning for a share group, whose brokers decide this; unset it");
    }
  }
  auto consumer = consumer_options(settings);
  if (!consumer) return consumer.error();
  if (!consumer->group_id) return settings.refuse("group.id", "a share consumer needs the name of its share group");
  ShareOptions options;
  options.consumer = *std::move(consumer);
  options.acknowledges_itself = settings.text("share.acknowledgement.mode") == "explicit";
  options.by_number = settings.text("share.acquire.mode") == "record_limit";
  return options;
}

}  // namespace millrace::client
