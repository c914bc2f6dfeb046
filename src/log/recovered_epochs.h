#pragma once

#include <optional>
#include <string>

#include "log/recovery.h"

namespace millrace::log {

// In a job: gives a log whose segments have been recovered its epochs. They are those of the checkpoint (or of
// `settings`), completed and overruled by the batches: by `seen`, those of what was scanned, or by all of them where
// the two contradict each other. Written down if they are not what the checkpoint says, unless the log is damaged.
std::optional<RecoveryFailure> recover_epochs(ports::BlockingFiles& files, const std::string& directory,
                                              const RecoverySettings& settings, const EpochTable& seen,
                                              RecoveredLog& log);

}  // namespace millrace::log
