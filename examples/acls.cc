// Who may do what: lets User:alice read a topic, prints every ACL of it, and takes the permission back. Needs brokers
// with an authorizer.
#include <cstdio>
#include <string>

#include "millrace/admin.h"

namespace client = millrace::client;

namespace {

int fail(const client::Error& error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s BOOTSTRAP TOPIC\n", argv[0]);
    return 2;
  }
  auto admin = client::Admin::create(client::AdminConfig().bootstrap_servers(argv[1]));
  if (!admin) return fail(admin.error());

  client::Acl acl;
  acl.name = argv[2];
  acl.principal = "User:alice";
  acl.operation = client::AclOperation::read;
  const auto created = admin->create_acls({acl}).get();
  if (!created) return fail(created.error());
  if (const auto& result = created->front().result; !result) return fail(result.error());

  client::AclFilter filter;
  filter.resource = client::AclResource::topic;
  filter.name = argv[2];
  filter.pattern = client::AclPattern::match;
  const auto found = admin->describe_acls(filter).get();
  if (!found) return fail(found.error());
  for (const auto& one : *found) {
    std::printf("%s from %s: %s operation %d\n", one.principal.c_str(), one.host.c_str(),
                one.permission == client::AclPermission::allow ? "may" : "may not", static_cast<int>(one.operation));
  }

  client::AclFilter exactly;
  exactly.name = acl.name;
  exactly.pattern = client::AclPattern::literal;
  exactly.principal = acl.principal;
  const auto deleted = admin->delete_acls({exactly}).get();
  if (!deleted) return fail(deleted.error());
  if (const auto& result = deleted->front().result; !result) return fail(result.error());
  std::printf("%zu taken back\n", deleted->front().result->size());
  return 0;
}
