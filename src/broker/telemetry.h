#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/pattern.h"
#include "base/uuid.h"
#include "metadata/image.h"
#include "protocol/errc.h"
#include "record/codec.h"

namespace millrace::broker {

// Who pushes: what subscriptions are matched with.
struct TelemetryClient {
  Uuid instance;
  std::string client_id;
  std::string software_name;
  std::string software_version;
  std::string address;
  std::uint16_t port = 0;
};

// What a client has measured.
struct TelemetryPush {
  const TelemetryClient& client;
  bool terminating = false;  // the last one
  Bytes metrics;             // OTLP's MetricsData, decompressed; lives for the call
  WallTime at = kNoTime;
};

// Takes the metrics that clients push to one shard.
class TelemetryReceiver {
 public:
  virtual ~TelemetryReceiver() = default;
  // False if the metrics cannot be read: the client is told INVALID_RECORD.
  virtual bool take(const TelemetryPush& push) = 0;
  // The client has gone, or has not been heard of for three intervals.
  virtual void forget(const Uuid& /*instance*/) {}
};

// The metrics that clients push (KIP-714): what each is asked for by the settings of client metrics, and when. One per
// shard; it has the clients whose instance ids are this shard's.
class Telemetry {
 public:
  // `max_bytes`: telemetry.max.bytes. `clients`: the most that are remembered.
  Telemetry(std::int32_t max_bytes, std::size_t clients) : max_bytes_(max_bytes), max_clients_(clients) {}

  // Where the metrics go; null: nowhere, but clients are answered. Outlives the telemetry.
  void set_receiver(TelemetryReceiver* receiver) { receiver_ = receiver; }
  // Whether clients are to be told that they may push.
  bool wanted() const { return receiver_ != nullptr; }

  // Subscriptions are those of the newest image; they are read when a client asks.
  void set_image(metadata::ImagePtr image) { newest_ = std::move(image); }

  struct Subscription {
    protocol::Errc error = protocol::Errc::none;
    Uuid instance;
    std::int32_t id = 0;
    std::int32_t interval_ms = 0;
    std::int32_t max_bytes = 0;
    std::vector<std::string> metrics;
  };
  // What the client is to push. THROTTLING_QUOTA_EXCEEDED if it asks before its interval is over and nothing has
  // changed.
  Subscription subscription(const TelemetryClient& client, WallTime now);

  struct Push {
    std::int32_t subscription_id = 0;
    bool terminating = false;
    std::int8_t compression = 0;
    Buffer metrics;
  };
  // INVALID_REQUEST after a last push, THROTTLING_QUOTA_EXCEEDED before the interval is over,
  // UNKNOWN_SUBSCRIPTION_ID, UNSUPPORTED_COMPRESSION_TYPE, TELEMETRY_TOO_LARGE, INVALID_RECORD.
  protocol::Errc push(const TelemetryClient& client, const Push& push, WallTime now);

  // The client's connection has gone.
  void forget(const Uuid& instance);

  std::size_t clients() const { return known_.size(); }

 private:
  struct Rule {
    std::vector<std::string> metrics;
    std::int32_t interval_ms = 0;
    std::vector<std::pair<std::string, Pattern>> match;  // all must take the client
  };
  struct Known {
    TelemetryClient client;
    std::uint64_t rules_version = 0;
    std::int32_t id = 0;
    std::int32_t interval_ms = 0;
    std::vector<std::string> metrics;
    WallTime last_get{0};
    WallTime last_push{0};
    WallTime last_seen{0};
    bool terminating = false;
  };

  void read_rules();
  Known& known(const TelemetryClient& client, WallTime now);
  void subscribe(Known& known) const;
  void make_room(WallTime now);
  static bool takes(const Rule& rule, const TelemetryClient& client);

  std::int32_t max_bytes_;
  std::size_t max_clients_;
  TelemetryReceiver* receiver_ = nullptr;
  metadata::ImagePtr newest_;
  metadata::ImagePtr read_;  // of which the rules are
  std::map<std::string, const metadata::Image::Configs*> configured_;  // in read_
  std::vector<Rule> rules_;
  std::uint64_t rules_version_ = 1;
  std::map<Uuid, Known> known_;
  record::Scratch scratch_;
};

}  // namespace millrace::broker
