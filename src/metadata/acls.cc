#include <memory>
#include <string>
#include <utility>

#include "metadata/draft.h"

namespace millrace::metadata {

Outcome replay(Draft& draft, const protocol::AccessControlEntryRecord& record) {
  AclImage acl;
  acl.id = record.id;
  acl.resource_type = record.resource_type;
  acl.resource_name = record.resource_name;
  acl.pattern_type = record.pattern_type;
  acl.principal = record.principal;
  acl.host = record.host;
  acl.operation = record.operation;
  acl.permission_type = record.permission_type;
  draft.state.acls.set(record.id, std::make_shared<const AclImage>(std::move(acl)));
  return {};
}

Outcome replay(Draft& draft, const protocol::RemoveAccessControlEntryRecord& record) {
  if (draft.state.acls.erase(record.id)) return {};
  return "there is no ACL with the id " + record.id.text();
}

}  // namespace millrace::metadata
