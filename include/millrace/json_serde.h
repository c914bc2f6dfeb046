#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "millrace/serde.h"

namespace millrace::client {

// JSON by nlohmann's library, whose header the program includes: JsonSerde<nlohmann::json> for documents as they are,
// JsonSerde<nlohmann::json, Order> for a type of its own with from_json() and to_json(). Bytes that are no JSON, a
// document that does not fit the type, and text that is no UTF-8 are Cause::serialization, with the library's words.
// Any thread.
template <typename Json, typename T = Json>
struct JsonSerde {
  using type = T;
  Result<std::string> serialize(const T& value, const SerdeContext& context) const {
    try {
      return Json(value).dump();
    } catch (const std::exception& why) {
      return serde_error(context, why.what());
    }
  }
  Result<T> deserialize(std::string_view bytes, const SerdeContext& context) const {
    try {
      return Json::parse(bytes.begin(), bytes.end()).template get<T>();
    } catch (const std::exception& why) {
      return serde_error(context, why.what());
    }
  }
};

}  // namespace millrace::client
