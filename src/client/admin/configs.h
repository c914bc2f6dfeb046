#pragma once

#include "client/admin/core.h"
#include "millrace/admin/configs.h"

// Operations on settings; conventions as in topics.h.
namespace millrace::client::admin {

using ConfigItems = Items<ConfigResource, std::vector<ConfigEntry>>;

void describe_configs(AdminCore& core, std::vector<ConfigResource> resources, DescribeConfigsOptions options,
                      Millis timeout, Done<ConfigItems> done);
void alter_configs(AdminCore& core, std::vector<std::pair<ConfigResource, std::vector<AlterConfig>>> changes,
                   bool validate_only, Millis timeout, Done<Items<ConfigResource>> done);
void list_config_resources(AdminCore& core, std::vector<ConfigResourceType> types, Millis timeout,
                           Done<std::vector<ConfigResource>> done);

}  // namespace millrace::client::admin
