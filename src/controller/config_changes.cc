#include "controller/config_changes.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "config/definition.h"
#include "controller/config_rules.h"
#include "controller/limits.h"
#include "controller/record_versions.h"
#include "protocol/gen/clear_elr_record.h"
#include "protocol/gen/config_record.h"

namespace millrace::controller {
namespace {

using metadata::ConfigResource;
using metadata::ResourceType;
using protocol::Errc;

constexpr std::string_view kMinIsr = "min.insync.replicas";

// Kafka cuts at every comma, and of empty parts keeps those before the last one that is not.
std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = text.find(',', begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos) break;
    begin = end + 1;
  }
  while (parts.size() > 1 && parts.back().empty()) parts.pop_back();
  return parts;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (&part != &parts.front()) text += ',';
    text += part;
  }
  return text;
}

const config::Definition* list_definition(const ConfigResource& resource, const std::string& setting) {
  const config::Definition* definition = nullptr;
  if (resource.type == ResourceType::topic) definition = config::find_definition(config::Scope::topic, setting);
  if (resource.type == ResourceType::broker) definition = config::find_definition(config::Scope::broker, setting);
  return definition != nullptr && definition->type == config::Type::list_ ? definition : nullptr;
}

// With eligible replicas the smallest ISR is decided for the whole cluster, and always decided (KIP-966).
Refusal check_min_isr(const Context& context, const ConfigResource& resource, const ConfigValues& values) {
  const auto found = values.find(std::string(kMinIsr));
  if (found == values.end() || resource.type != ResourceType::broker || !keeps_eligible_replicas(context.image)) {
    return {};
  }
  if (!resource.name.empty()) {
    return {Errc::invalid_config, "Broker-level min.insync.replicas cannot be altered while ELR is enabled."};
  }
  if (resource.name.empty() && !found->second) {
    return {Errc::invalid_config, "Cluster-level min.insync.replicas cannot be removed while ELR is enabled."};
  }
  return {};
}

// `values` are the changes, null where a setting is taken back; `silent` are settings that go because they were not
// named, which Kafka does not look at.
Refusal record_changes(const Context& context, const ConfigResource& resource, const ConfigValues& values,
                       const std::vector<std::string>& silent, Decision& decision) {
  if (Refusal refusal = check_min_isr(context, resource, values); refusal.code != Errc::none) return refusal;
  config::Overrides all = context.image.configs(resource);
  for (const auto& [name, value] : values) {
    if (!value) {
      all.erase(name);
    } else if (value->size() > kMaxConfigValue) {
      return {Errc::invalid_config,
              "The configuration value cannot be added because it exceeds the maximum value size of 32767 bytes."};
    } else {
      all[name] = *value;
    }
  }
  for (const std::string& name : silent) all.erase(name);
  if (Refusal refusal = check_configs(context, resource, all); refusal.code != Errc::none) return refusal;
  if (Refusal refusal = check_exists(context, resource); refusal.code != Errc::none) return refusal;

  protocol::ConfigRecord record;
  record.resource_type = static_cast<std::int8_t>(resource.type);
  record.resource_name = resource.name;
  bool min_isr = false;
  const auto add = [&](std::string_view name, std::optional<std::string_view> value) {
    record.name = name;
    record.value = value;
    decision.record(record, 0);
    min_isr |= name == kMinIsr;
  };
  for (const auto& [name, value] : values) add(name, value ? std::optional<std::string_view>(*value) : std::nullopt);
  for (const std::string& name : silent) add(name, std::nullopt);
  // Who is eligible was judged by the old value.
  if (min_isr && keeps_eligible_replicas(context.image)) {
    protocol::ClearElrRecord clear;
    if (resource.type == ResourceType::topic) clear.topic_name = resource.name;
    decision.record(clear, 0);
  }
  return {};
}

// Brokers read files and listeners anew when a setting is set to what it is already (KAFKA-14136).
bool counts(const ConfigResource& resource, const std::optional<std::string>& now,
            const std::optional<std::string>& wanted) {
  return now != wanted || resource.type == ResourceType::broker;
}

std::optional<std::string> value_of(const metadata::Image::Configs& configs, const std::string& name) {
  const auto found = configs.find(name);
  return found == configs.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::optional<std::string> edited_list(const ConfigResource& resource, const std::string& setting,
                                       const std::optional<std::string>& now, const ConfigStep& step) {
  const config::Definition* definition = list_definition(resource, setting);
  if (definition == nullptr) return std::nullopt;
  std::vector<std::string> parts = parts_of(now ? *now : std::string(definition->default_text));
  std::erase(parts, "");
  for (const std::string& part : parts_of(step.value.value_or(""))) {
    const auto at = std::find(parts.begin(), parts.end(), part);
    if (step.operation == ConfigOperation::append && at == parts.end()) parts.push_back(part);
    if (step.operation == ConfigOperation::subtract && at != parts.end()) parts.erase(at);
  }
  return joined(parts);
}

Refusal change_configs(const Context& context, const ConfigResource& resource, const ConfigSteps& steps,
                       Decision& decision) {
  const auto& configs = context.image.configs(resource);
  ConfigValues values;
  for (const auto& [name, step] : steps) {
    const auto now = value_of(configs, name);
    std::optional<std::string> wanted = step.value;
    if (step.operation == ConfigOperation::remove) {
      wanted.reset();
    } else if (step.operation != ConfigOperation::set) {
      wanted = edited_list(resource, name, now, step);
      if (!wanted) {
        const bool adds = step.operation == ConfigOperation::append;
        return {Errc::invalid_config, std::string("Can't ") + (adds ? "APPEND" : "SUBTRACT") + " to key " + name +
                                          " because its type is not LIST."};
      }
    }
    if (counts(resource, now, wanted)) values[name] = std::move(wanted);
  }
  return record_changes(context, resource, values, {}, decision);
}

Refusal replace_configs(const Context& context, const ConfigResource& resource, const ConfigValues& values,
                        Decision& decision) {
  const auto& configs = context.image.configs(resource);
  ConfigValues changed;
  for (const auto& [name, value] : values) {
    if (counts(resource, value_of(configs, name), value)) changed[name] = value;
  }
  std::vector<std::string> silent;
  for (const auto& [name, value] : configs) {
    if (!values.contains(name)) silent.push_back(name);
  }
  return record_changes(context, resource, changed, silent, decision);
}

}  // namespace millrace::controller
