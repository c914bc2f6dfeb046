#include "client/admin/configs.h"

#include <algorithm>
#include <limits>
#include <map>

#include "config/value.h"
#include "protocol/gen/describe_configs.h"
#include "protocol/gen/incremental_alter_configs.h"
#include "protocol/gen/list_config_resources.h"

namespace millrace::client::admin {

using namespace protocol;
template <typename T>
using Result = client::Result<T>;

namespace {

// A broker's own settings are known to that broker only; everything else to all.
Target target_of(const ConfigResource& resource) {
  const bool own = resource.type == ConfigResourceType::broker || resource.type == ConfigResourceType::broker_logger;
  const auto id = own ? config::parse_whole(resource.name) : std::nullopt;
  const bool is_node = id && *id >= 0 && *id <= std::numeric_limits<std::int32_t>::max();
  return is_node ? Target::node(NodeId(static_cast<std::int32_t>(*id))) : Target::any();
}

// Controllers (KIP-919) are not told apart: each answers for all that they have.
std::map<NodeId, std::vector<std::size_t>> by_target(const AdminCore& core,
                                                     const std::vector<ConfigResource>& resources) {
  const bool controllers = core.cluster.options().bootstrap_controllers;
  std::map<NodeId, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < resources.size(); ++i) {
    groups[controllers ? kNoNode : target_of(resources[i]).id].push_back(i);
  }
  return groups;
}

ConfigEntry entry_of(const DescribeConfigsResponse::DescribeConfigsResourceResult& from) {
  ConfigEntry entry{std::string(from.name), optional_text(from.value), static_cast<ConfigSource>(from.config_source),
                    from.read_only,         from.is_sensitive,         {},
                    optional_text(from.documentation), static_cast<ConfigType>(from.config_type)};
  for (const auto& synonym : from.synonyms) {
    entry.synonyms.push_back(
        {std::string(synonym.name), optional_text(synonym.value), static_cast<ConfigSource>(synonym.source)});
  }
  return entry;
}

ConfigItems items_of(const Answer<DescribeConfigsResponse>& answer) {
  ConfigItems items;
  for (const auto& from : answer.body.results) {
    ConfigResource key{static_cast<ConfigResourceType>(from.resource_type), std::string(from.resource_name)};
    if (from.error_code != 0) {
      const std::string what = "describing the settings of " + key.name;
      items.push_back({key, broker_error(from_wire(from.error_code), what, text(from.error_message))});
      continue;
    }
    std::vector<ConfigEntry> entries;
    for (const auto& entry : from.configs) entries.push_back(entry_of(entry));
    items.push_back({std::move(key), std::move(entries)});
  }
  return items;
}

// Broker settings go to brokers that the client must know first.
template <typename Send>
void once_known(AdminCore& core, bool brokers, Millis timeout, Send send) {
  if (!brokers) return send(Status());
  core.cluster.when_refreshed(timeout, std::move(send));
}

}  // namespace

void describe_configs(AdminCore& core, std::vector<ConfigResource> resources, DescribeConfigsOptions options,
                      Millis timeout, Done<ConfigItems> done) {
  auto groups = by_target(core, resources);
  const bool brokers = groups.size() > 1 || (groups.size() == 1 && groups.begin()->first != kNoNode);
  auto all = gather<ConfigItems>(std::move(done));
  once_known(core, brokers, timeout, [&core, resources, options, timeout, groups, all](Status known) {
    if (!known.ok()) return all->fail(known.error());
    for (const auto& [node, indexes] : groups) {
      std::vector<ConfigResource> mine;
      for (const std::size_t i : indexes) mine.push_back(resources[i]);
      ask<ConfigItems, DescribeConfigsResponse, DescribeConfigsRequest>(
          core, node == kNoNode ? Target::any() : Target::node(node), timeout,
          [mine, options](std::int16_t) {
            DescribeConfigsRequest request;
            for (const auto& resource : mine) {
              auto& entry = request.resources.emplace_back();
              entry.resource_type = static_cast<std::int8_t>(resource.type);
              entry.resource_name = resource.name;
              entry.configuration_keys.reset();
            }
            request.include_synonyms = options.synonyms;
            request.include_documentation = options.documentation;
            return request;
          },
          never_again,
          [](const Answer<DescribeConfigsResponse>& answer) -> Result<ConfigItems> { return items_of(answer); },
          [all, mine](Result<ConfigItems> items) {
            if (items) {
              for (auto& item : *items) all->value.push_back(std::move(item));
              return;
            }
            for (const auto& resource : mine) all->value.push_back({resource, items.error()});
          },
          options.documentation ? VersionRange{3, DescribeConfigsRequest::kMaxVersion}
                                : Cluster::stable_versions(DescribeConfigsRequest::kApi));
    }
  });
}

void alter_configs(AdminCore& core, std::vector<std::pair<ConfigResource, std::vector<AlterConfig>>> changes,
                   bool validate_only, Millis timeout, Done<Items<ConfigResource>> done) {
  using All = Items<ConfigResource>;
  std::vector<ConfigResource> resources;
  for (const auto& [resource, alterations] : changes) resources.push_back(resource);
  auto groups = by_target(core, resources);
  const bool brokers = groups.size() > 1 || (groups.size() == 1 && groups.begin()->first != kNoNode);
  auto all = gather<All>(std::move(done));
  once_known(core, brokers, timeout, [&core, changes, validate_only, timeout, groups, all](Status known) {
    if (!known.ok()) return all->fail(known.error());
    for (const auto& [node, indexes] : groups) {
      std::vector<std::pair<ConfigResource, std::vector<AlterConfig>>> mine;
      for (const std::size_t i : indexes) mine.push_back(changes[i]);
      ask<All, IncrementalAlterConfigsResponse, IncrementalAlterConfigsRequest>(
          core, node == kNoNode ? Target::controller() : Target::node(node), timeout,
          [mine, validate_only](std::int16_t) {
            IncrementalAlterConfigsRequest request;
            for (const auto& [resource, alterations] : mine) {
              auto& entry = request.resources.emplace_back();
              entry.resource_type = static_cast<std::int8_t>(resource.type);
              entry.resource_name = resource.name;
              for (const auto& change : alterations) {
                auto& config = entry.configs.emplace_back();
                config.name = change.name;
                config.config_operation = static_cast<std::int8_t>(change.operation);
                config.value = change.value ? std::optional<std::string_view>(*change.value) : std::nullopt;
              }
            }
            request.validate_only = validate_only;
            return request;
          },
          [](const Answer<IncrementalAlterConfigsResponse>& answer) {
            const auto& all_of = answer.body.responses;
            const Errc code = all_of.empty() ? Errc::none : from_wire(all_of.front().error_code);
            return code == Errc::not_controller ? code : Errc::none;
          },
          [](const Answer<IncrementalAlterConfigsResponse>& answer) -> Result<All> {
            All items;
            for (const auto& from : answer.body.responses) {
              ConfigResource key{static_cast<ConfigResourceType>(from.resource_type), std::string(from.resource_name)};
              const std::string what = "changing the settings of " + key.name;
              items.push_back({key, broker_status(from.error_code, what, text(from.error_message))});
            }
            return items;
          },
          [all, mine](Result<All> items) {
            if (items) {
              for (auto& item : *items) all->value.push_back(std::move(item));
              return;
            }
            for (const auto& [resource, alterations] : mine) all->value.push_back({resource, items.error()});
          });
    }
  });
}

void list_config_resources(AdminCore& core, std::vector<ConfigResourceType> types, Millis timeout,
                           Done<std::vector<ConfigResource>> done) {
  const bool only_metrics = types.size() == 1 && types.front() == ConfigResourceType::client_metrics;
  VersionRange versions = Cluster::stable_versions(ListConfigResourcesRequest::kApi);
  if (!only_metrics) versions.min = 1;  // version 0 knows client metrics only
  ask<std::vector<ConfigResource>, ListConfigResourcesResponse, ListConfigResourcesRequest>(
      core, Target::any(), timeout,
      [types = std::move(types)](std::int16_t version) {
        ListConfigResourcesRequest request;
        for (const auto type : types) {
          if (version >= 1) request.resource_types.push_back(static_cast<std::int8_t>(type));
        }
        return request;
      },
      by_code,
      [](const Answer<ListConfigResourcesResponse>& answer) -> Result<std::vector<ConfigResource>> {
        const auto status = broker_status(answer.body.error_code, "listing what has settings");
        if (!status.ok()) return status.error();
        std::vector<ConfigResource> result;
        for (const auto& from : answer.body.config_resources) {
          result.push_back({static_cast<ConfigResourceType>(from.resource_type), std::string(from.resource_name)});
        }
        return result;
      },
      std::move(done), versions);
}

}  // namespace millrace::client::admin
