#include "broker/monitor/monitor.h"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "broker/broker.h"
#include "broker/monitor/collect.h"
#include "broker/monitor/families.h"
#include "metrics/text.h"

namespace millrace::broker {

Monitor::Monitor(Broker& broker)
    : broker_(broker), server_([this](http::Request request, http::Server::Reply reply) {
        handle(std::move(request), std::move(reply));
      }) {}

Result<std::uint16_t, std::string> Monitor::listen(const ports::Endpoint& endpoint) {
  const auto port = broker_.shard().network.listen(endpoint, {}, server_);
  if (port) return *port;
  const char* why = port.error() == Error::refused     ? "the port is in use or may not be used"
                    : port.error() == Error::not_found ? "there is no such host"
                                                       : to_string(port.error());
  return fmt::format("millrace.http.listener={}:{}: {}", endpoint.host, endpoint.port, why);
}

void Monitor::handle(http::Request request, http::Server::Reply reply) {
  const auto text = [](int status, std::string body) {
    return http::Response{status, "text/plain; charset=utf-8", std::move(body), {}};
  };
  if (request.method != "GET" && request.method != "HEAD") {
    http::Response refusal = text(405, "only GET and HEAD\n");
    refusal.headers.emplace_back("Allow", "GET, HEAD");
    return reply(std::move(refusal));
  }
  if (request.path == "/live") return reply(text(200, "alive\n"));
  if (request.path == "/ready") {
    if (state_ == State::running) return reply(text(200, "ready\n"));
    return reply(text(503, state_ == State::starting ? "starting\n" : "stopping\n"));
  }
  if (request.path == "/metrics") return metrics(std::move(reply));
  reply(text(404, "there are /metrics, /live and /ready\n"));
}

// Asks every shard, and adds up what they say.
void Monitor::metrics(http::Server::Reply reply) {
  struct Gathering {
    metrics::Sheet sheet;
    std::uint32_t left = 0;
    http::Server::Reply reply;
  };
  auto gathering = std::make_shared<Gathering>();
  gathering->sheet = collect_node(broker_);
  gathering->sheet.add(families::kBrokerState, static_cast<double>(state_));
  gathering->left = broker_.shard().count;
  gathering->reply = std::move(reply);
  for (std::uint32_t i = 0; i < broker_.shard().count; ++i) {
    broker_.crossing().ask<metrics::Sheet>(
        ShardId(i),
        [](Broker& there, Callback<void(metrics::Sheet)> answer) { answer(collect_shard(there)); },
        [gathering](metrics::Sheet part) {
          gathering->sheet.add(part);
          if (--gathering->left > 0) return;
          gathering->reply({200, std::string(metrics::kTextType), metrics::to_text(gathering->sheet), {}});
        });
  }
}

}  // namespace millrace::broker
