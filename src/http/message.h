#pragma once

#include <string>
#include <utility>
#include <vector>

namespace millrace::http {

struct Request {
  std::string method;  // "GET"
  std::string path;    // before any '?', as sent
  std::string query;   // after it; empty without
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // beside type and length
};

}  // namespace millrace::http
