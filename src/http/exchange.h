#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "http/message.h"

namespace millrace::http {

// Cuts the bytes of one connection into requests.
class RequestReader {
 public:
  RequestReader();
  ~RequestReader();

  struct Step {
    std::size_t used = 0;              // bytes of the input that are done with
    std::optional<Request> request;    // one is whole
    bool keep_alive = true;            // of that request: whether the connection goes on after its answer
    int refusal = 0;                   // 400, 413 or 431: the connection ends with it
  };
  // Reads on. Bytes that are not used belong before the next ones.
  Step read(Bytes input);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

// An answer as bytes. `head_only`: for HEAD, without its body.
std::string write_response(const Response& response, bool keep_alive, bool head_only);

}  // namespace millrace::http
