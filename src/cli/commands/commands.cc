#include "cli/commands/commands.h"

#include <array>

#include "cli/program.h"

namespace millrace::cli {

Commands commands() {
  static constexpr auto kAll = std::to_array<const Command*>({
      &kTopicList,
      &kTopicDescribe,
      &kTopicOffsets,
      &kTopicCreate,
      &kTopicAlter,
      &kTopicAddPartitions,
      &kTopicTrim,
      &kTopicDelete,
      &kGroupList,
      &kGroupDescribe,
      &kGroupLag,
      &kGroupSeek,
      &kGroupDelete,
      &kConfigGet,
      &kConfigDescribe,
      &kConfigSet,
      &kQuotaList,
      &kQuotaSet,
      &kClusterInfo,
      &kClusterHealth,
      &kClusterQuorum,
      &kClusterFeatures,
      &kTop,
      &kApi,
      &kExplain,
      &kStorageInfo,
      &kProfileList,
      &kProfileShow,
      &kProfileUse,
      &kProfileSet,
      &kCompletion,
      &kCompletionWords,
      &kProduce,
      &kConsume,
      &kCat,
      &kBenchProduce,
      &kBenchConsume,
      &kBenchEndToEnd,
      &kHelp,
  });
  return kAll;
}

}  // namespace millrace::cli
