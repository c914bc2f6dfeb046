#include "protocol/errc.h"

namespace millrace::protocol {

namespace {
const ErrcInfo& info(Errc code) {
  const auto codes = all_errors();
  for (const ErrcInfo& candidate : codes) {
    if (candidate.code == code) return candidate;
  }
  return codes.front();
}
}  // namespace

std::string_view name(Errc code) { return info(code).name; }
bool retriable(Errc code) { return info(code).retriable; }

}  // namespace millrace::protocol
