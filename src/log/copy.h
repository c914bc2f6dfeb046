#pragma once

#include <string>

#include "base/result.h"
#include "ports/file.h"

namespace millrace::log {

// In a job: makes the directory `to` a durable copy of the log directory `from`, but for files that wait for removal.
// Unless `all`, the log in `from` may be open: then the files of its last two segments, which may still change, are
// left out. With `all` it is closed: segments that an earlier call has copied stay, everything else is copied anew, and
// what `from` does not have any more goes. Not for logs that are cut back between the calls.
Status copy_log(ports::BlockingFiles& files, const std::string& from, const std::string& to, bool all);

// In a job: removes a directory of files, durably. Error::not_found if there is none.
Status remove_log(ports::BlockingFiles& files, const std::string& directory);

}  // namespace millrace::log
