#include "broker/monitor/otlp.h"

#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace millrace::broker {
namespace {

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

// Field by field through one protobuf message.
class Fields {
 public:
  explicit Fields(Bytes message) : left_(message) {}

  // False at the end, and at what is no field; sound() tells which.
  bool next() {
    if (left_.empty()) return false;
    const auto tag = varint();
    if (!tag || *tag >> 3U == 0) return fail();
    number_ = static_cast<std::uint32_t>(*tag >> 3U);
    type_ = static_cast<WireType>(*tag & 7U);
    switch (type_) {
      case WireType::varint: return keep(varint());
      case WireType::fixed64: return keep(fixed<std::uint64_t>());
      case WireType::fixed32: return keep(fixed<std::uint32_t>());
      case WireType::bytes: {
        const auto size = varint();
        if (!size || *size > left_.size()) return fail();
        bytes_ = left_.first(static_cast<std::size_t>(*size));
        left_ = left_.subspan(bytes_.size());
        return true;
      }
    }
    return fail();
  }
  bool sound() const { return sound_; }
  bool is(std::uint32_t number, WireType type) const { return number_ == number && type_ == type; }
  std::uint64_t number() const { return value_; }
  std::int64_t integer() const { return static_cast<std::int64_t>(value_); }
  double real() const { return std::bit_cast<double>(value_); }
  Bytes bytes() const { return bytes_; }

 private:
  bool fail() { return sound_ = false; }
  bool keep(std::optional<std::uint64_t> value) {
    if (!value) return fail();
    value_ = *value;
    return true;
  }
  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !left_.empty(); shift += 7) {
      const auto byte = std::to_integer<std::uint64_t>(left_.front());
      left_ = left_.subspan(1);
      value |= (byte & 0x7fU) << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    return std::nullopt;
  }
  template <typename T>
  std::optional<std::uint64_t> fixed() {
    if (left_.size() < sizeof(T)) return std::nullopt;
    T value = 0;
    for (std::size_t i = sizeof(T); i-- > 0;) value = static_cast<T>(value << 8U) | std::to_integer<T>(left_[i]);
    left_ = left_.subspan(sizeof(T));
    return value;
  }

  Bytes left_;
  bool sound_ = true;
  std::uint32_t number_ = 0;
  WireType type_ = WireType::varint;
  std::uint64_t value_ = 0;
  Bytes bytes_;
};

constexpr std::uint64_t kDelta = 1;  // of AggregationTemporality

class OtlpReader {
 public:
  explicit OtlpReader(std::size_t max_points) : max_points_(max_points) {}

  bool read(Bytes message) {
    return each(message, 1, [this](Bytes resource) {
      return each(resource, 2, [this](Bytes scope) {
        return each(scope, 2, [this](Bytes metric) { return read_metric(metric); });
      });
    });
  }
  std::vector<MeasuredPoint> take() { return std::move(points_); }

 private:
  // Uses every embedded message of that number; false if something is no message.
  template <typename Use>
  static bool each(Bytes message, std::uint32_t number, Use use) {
    Fields fields(message);
    while (fields.next()) {
      if (fields.is(number, WireType::bytes) && !use(fields.bytes())) return false;
    }
    return fields.sound();
  }

  bool read_metric(Bytes metric) {
    std::string name;
    if (!each(metric, 1, [&](Bytes text) {
          name = as_text(text);
          return true;
        })) {
      return false;
    }
    return each(metric, 5, [&](Bytes gauge) { return read_points(gauge, name, false); }) &&
           each(metric, 7, [&](Bytes sum) { return read_points(sum, name, temporality(sum) == kDelta); }) &&
           each(metric, 9, [&](Bytes histogram) { return read_histogram(histogram, name); });
  }

  static std::uint64_t temporality(Bytes message) {
    Fields fields(message);
    std::uint64_t found = 0;
    while (fields.next()) {
      if (fields.is(2, WireType::varint)) found = fields.number();
    }
    return found;
  }

  bool read_points(Bytes message, const std::string& name, bool delta) {
    return each(message, 1, [&](Bytes point) {
      MeasuredPoint read{name, {}, 0, delta};
      Fields fields(point);
      while (fields.next()) {
        if (fields.is(4, WireType::fixed64)) read.value = fields.real();
        if (fields.is(6, WireType::fixed64)) read.value = static_cast<double>(fields.integer());
        if (fields.is(7, WireType::bytes) && !read_attribute(fields.bytes(), read.tags)) return false;
      }
      add(std::move(read));
      return fields.sound();
    });
  }

  bool read_histogram(Bytes message, const std::string& name) {
    const bool delta = temporality(message) == kDelta;
    return each(message, 1, [&](Bytes point) {
      MeasuredPoint count{name + ".count", {}, 0, delta};
      MeasuredPoint sum{name + ".sum", {}, 0, delta};
      Fields fields(point);
      while (fields.next()) {
        if (fields.is(4, WireType::fixed64)) count.value = static_cast<double>(fields.number());
        if (fields.is(5, WireType::fixed64)) sum.value = fields.real();
        if (fields.is(9, WireType::bytes) && !read_attribute(fields.bytes(), count.tags)) return false;
      }
      sum.tags = count.tags;
      add(std::move(count));
      add(std::move(sum));
      return fields.sound();
    });
  }

  static bool read_attribute(Bytes message, std::string& tags) {
    std::string name;
    std::string value;
    Fields fields(message);
    while (fields.next()) {
      if (fields.is(1, WireType::bytes)) name = as_text(fields.bytes());
      if (fields.is(2, WireType::bytes) && !read_value(fields.bytes(), value)) return false;
    }
    if (!tags.empty()) tags += ',';
    tags += name + "=" + value;
    return fields.sound();
  }

  static bool read_value(Bytes message, std::string& value) {
    Fields fields(message);
    while (fields.next()) {
      if (fields.is(1, WireType::bytes)) value = as_text(fields.bytes());
      if (fields.is(2, WireType::varint)) value = fields.number() != 0 ? "true" : "false";
      if (fields.is(3, WireType::varint)) value = std::to_string(fields.integer());
      if (fields.is(4, WireType::fixed64)) value = fmt::format("{}", fields.real());
    }
    return fields.sound();
  }

  void add(MeasuredPoint point) {
    if (points_.size() < max_points_) points_.push_back(std::move(point));
  }

  std::size_t max_points_;
  std::vector<MeasuredPoint> points_;
};

}  // namespace

Result<std::vector<MeasuredPoint>> read_otlp(Bytes message, std::size_t max_points) {
  OtlpReader reader(max_points);
  if (!reader.read(message)) return Error::corrupt;
  return reader.take();
}

}  // namespace millrace::broker
