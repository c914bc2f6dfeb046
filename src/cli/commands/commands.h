#pragma once

#include "cli/call.h"
#include "cli/command.h"

// The commands of this library, a file each. A new one is declared here and put into the list of commands.cc.
namespace millrace::cli {

extern const Command kTopicList;
extern const Command kTopicDescribe;
extern const Command kTopicOffsets;
extern const Command kTopicCreate;
extern const Command kTopicAlter;
extern const Command kTopicAddPartitions;
extern const Command kTopicTrim;
extern const Command kTopicDelete;
extern const Command kGroupList;
extern const Command kGroupDescribe;
extern const Command kGroupLag;
extern const Command kGroupSeek;
extern const Command kGroupDelete;
extern const Command kConfigGet;
extern const Command kConfigDescribe;
extern const Command kConfigSet;
extern const Command kQuotaList;
extern const Command kQuotaSet;
extern const Command kClusterInfo;
extern const Command kClusterHealth;
extern const Command kClusterQuorum;
extern const Command kClusterFeatures;
extern const Command kTop;
extern const Command kApi;
extern const Command kExplain;
extern const Command kStorageInfo;
extern const Command kProfileList;
extern const Command kProfileShow;
extern const Command kProfileUse;
extern const Command kProfileSet;
extern const Command kCompletion;
extern const Command kCompletionWords;
extern const Command kProduce;
extern const Command kConsume;
extern const Command kCat;
extern const Command kBenchProduce;
extern const Command kBenchConsume;
extern const Command kBenchEndToEnd;
extern const Command kHelp;

}  // namespace millrace::cli
