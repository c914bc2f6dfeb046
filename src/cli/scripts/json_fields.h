#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/result.h"

// The files of Kafka's tools, read with the words that those have for what is wrong in one.
namespace millrace::cli {

template <typename Json>
Result<const Json*, std::string> object_field(const Json& object, const char* name) {
  if (!object.is_object()) return "Expected JSON object, received " + object.dump();
  const auto at = object.find(name);
  if (at == object.end()) return fmt::format("No such field exists: `{}`", name);
  return &*at;
}

// The elements of the array `name`.
template <typename Json>
Result<const Json*, std::string> array_field(const Json& object, const char* name) {
  const auto field = object_field(object, name);
  if (!field || (*field)->is_array()) return field;
  return "Expected JSON array, received " + (*field)->dump();
}

// A text; the failure is one that tells what is wrong, since both are texts.
struct Wrong {
  std::string line;
};
template <typename Json>
Result<std::string, Wrong> text_field(const Json& object, const char* name) {
  const auto field = object_field(object, name);
  if (!field) return Wrong{field.error()};
  if (!(*field)->is_string()) return Wrong{"Expected `String` value, received " + (*field)->dump()};
  return (*field)->template get<std::string>();
}

// A whole number, of 32 or 64 bits.
template <typename Number, typename Json>
Result<Number, std::string> number_value(const Json& value) {
  constexpr const char* kName = sizeof(Number) == sizeof(std::int32_t) ? "Integer" : "Long";
  const std::int64_t number = value.is_number_integer() ? value.template get<std::int64_t>() : 0;
  const bool fits = number >= std::numeric_limits<Number>::min() && number <= std::numeric_limits<Number>::max();
  if (value.is_number_integer() && fits) return static_cast<Number>(number);
  return fmt::format("Expected `{}` value, received {}", kName, value.dump());
}

template <typename Number, typename Json>
Result<Number, std::string> number_field(const Json& object, const char* name) {
  const auto field = object_field(object, name);
  if (!field) return field.error();
  return number_value<Number>(**field);
}

}  // namespace millrace::cli
