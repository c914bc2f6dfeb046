#include <memory>
#include <utility>

#include "metadata/draft.h"

namespace millrace::metadata {

// Level 0 is the same as no level.
Outcome replay(Draft& draft, const protocol::FeatureLevelRecord& record) {
  FeatureLevels levels = *draft.state.features;
  if (record.feature_level == 0) {
    levels.erase(std::string(record.name));
  } else {
    levels[std::string(record.name)] = record.feature_level;
  }
  draft.state.features = std::make_shared<const FeatureLevels>(std::move(levels));
  return {};
}

}  // namespace millrace::metadata
