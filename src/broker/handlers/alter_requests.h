#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/handlers/config_changes.h"
#include "broker/handlers/handlers.h"
#include "protocol/errc.h"

namespace millrace::broker {

// The common way of AlterConfigs and IncrementalAlterConfigs: the broker judges, the controller gets what is left, and
// both answers are put together in the order of the request. `Format` has the messages `Request` and `Response`,
// whether it `kReplaces`, and `change(config)`, which makes a SettingChange.
template <typename Format>
class AlterRequest {
 public:
  using Body = typename Format::Request;
  using Answer = typename Format::Response;

  static void handle(RequestPtr request, Broker& broker) {
    if (request->listener().controller) {
      if (read_body<Body>(*request)) forward(std::move(request), broker);
      return;
    }
    auto body = read_body<Body>(*request);
    if (!body) return;
    auto under_way = std::make_shared<AlterRequest>(std::move(request), broker, std::move(*body));
    under_way->begin(under_way);
  }

  AlterRequest(RequestPtr request, Broker& broker, Body body)
      : request_(std::move(request)), broker_(broker), body_(std::move(body)) {}

 private:
  using Self = std::shared_ptr<AlterRequest>;

  void begin(const Self& self) {
    for (const auto& resource : body_.resources) {
      ResourceChange change{resource.resource_type, resource.resource_name, {}};
      for (const auto& config : resource.configs) change.settings.push_back(Format::change(config));
      changes_.push_back(std::move(change));
    }
    judgements_ = judge(broker_, changes_, Format::kReplaces);
    if (body_.validate_only) return ask_controller(self);
    set_loggers(broker_, changes_, judgements_, [this, self] { ask_controller(self); });
  }

  void ask_controller(const Self& self) {
    Body rest;
    rest.validate_only = body_.validate_only;
    for (std::size_t i = 0; i < judgements_.size(); ++i) {
      if (!judgements_[i].decided) rest.resources.push_back(body_.resources[i]);
    }
    if (rest.resources.empty()) return finish(Answer{});
    broker_.to_controller(request_->api_key(), request_->version(), protocol::encode_body(rest, request_->version()),
                          [this, self](Buffer answer) {
      Answer decided;
      if (answer.empty() || !protocol::decode_body(answer.bytes(), request_->version(), decided).ok()) {
        return request_->hang_up();
      }
      finish(decided);
    });
  }

  void finish(const Answer& decided) {
    Answer whole;
    for (std::size_t i = 0; i < judgements_.size(); ++i) {
      auto& target = whole.responses.emplace_back();
      target.resource_type = body_.resources[i].resource_type;
      target.resource_name = body_.resources[i].resource_name;
      target.error_message = std::nullopt;
      if (judgements_[i].decided) {
        target.error_code = protocol::to_wire(judgements_[i].error);
        if (!judgements_[i].message.empty()) target.error_message = judgements_[i].message;
        continue;
      }
      target.error_code = protocol::to_wire(protocol::Errc::unknown_server_error);
      for (const auto& response : decided.responses) {
        if (response.resource_type != target.resource_type || response.resource_name != target.resource_name) continue;
        target.error_code = response.error_code;
        target.error_message = response.error_message;
      }
    }
    answer(*request_, whole);
  }

  RequestPtr request_;
  Broker& broker_;
  const Body body_;
  std::vector<ResourceChange> changes_;
  std::vector<Judgement> judgements_;
};

}  // namespace millrace::broker
