#include "http/exchange.h"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cctype>

#include "http/limits.h"

namespace millrace::http {
namespace beast = boost::beast::http;

struct RequestReader::Parser {
  std::optional<beast::request_parser<beast::string_body>> in;
  void fresh() {
    in.emplace();
    in->eager(true);
    in->header_limit(kHeadMax);
    in->body_limit(kBodyMax);
  }
};

RequestReader::RequestReader() : parser_(std::make_unique<Parser>()) { parser_->fresh(); }
RequestReader::~RequestReader() = default;

RequestReader::Step RequestReader::read(Bytes input) {
  Step step;
  boost::system::error_code error;
  step.used = parser_->in->put(boost::asio::buffer(input.data(), input.size()), error);
  if (error == beast::error::need_more) return step;
  if (error) {
    step.refusal = error == beast::error::header_limit || error == beast::error::buffer_overflow ? 431
                   : error == beast::error::body_limit                                          ? 413
                                                                                                 : 400;
    return step;
  }
  if (!parser_->in->is_done()) return step;
  auto message = parser_->in->release();
  Request request;
  request.method = std::string(message.method_string());
  std::string_view target(message.target().data(), message.target().size());
  const auto question = target.find('?');
  request.path = std::string(target.substr(0, question));
  if (question != std::string_view::npos) request.query = std::string(target.substr(question + 1));
  for (const auto& field : message) {
    std::string name(field.name_string());
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    request.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  request.body = std::move(message.body());
  step.keep_alive = message.keep_alive();
  step.request = std::move(request);
  parser_->fresh();
  return step;
}

std::string write_response(const Response& response, bool keep_alive, bool head_only) {
  const auto reason = beast::obsolete_reason(static_cast<beast::status>(response.status));
  std::string text = fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: {}\r\n",
                                 response.status, std::string_view(reason.data(), reason.size()),
                                 response.content_type, response.body.size(), keep_alive ? "keep-alive" : "close");
  for (const auto& [name, value] : response.headers) text += fmt::format("{}: {}\r\n", name, value);
  text += "\r\n";
  if (!head_only) text += response.body;
  return text;
}

}  // namespace millrace::http
