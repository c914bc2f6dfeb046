#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "ports/random.h"

namespace millrace::cli {

// A credential that a cluster begins with.
struct FirstCredential {
  Buffer record;     // of the metadata log
  std::string text;  // as kafka-storage shows it, without what is secret
};

// "SCRAM-SHA-256=[name=alice,password=secret]", with iterations=N, salt="..." and saltedpassword="..." (base64) at
// will. The error is a line in the words of kafka-storage.
Result<FirstCredential, std::string> parse_scram(const std::string& text, ports::Random& random);

}  // namespace millrace::cli
