#include "metadata/draft.h"

namespace millrace::metadata {

Outcome replay(Draft& draft, const protocol::ZkMigrationStateRecord& record) {
  draft.state.zk_migration_state = record.zk_migration_state;
  return {};
}

}  // namespace millrace::metadata
