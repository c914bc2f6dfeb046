#include <fmt/format.h>

#include <ctime>

#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "cli/records/record_format.h"
#include "cli/records/record_json.h"
#include "cli/records/unpack.h"
#include "record/batch.h"

namespace millrace::cli {
namespace {

using Part = RecordFormat::Part;
using What = RecordFormat::What;
using Number = RecordFormat::Number;
using Text = RecordFormat::Text;

void write_text(const Part& part, std::string_view text, std::string& out) {
  switch (part.text) {
    case Text::hex:
      for (const char c : text) fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(c));
      return;
    case Text::base64: out += base64(as_bytes(text)); return;
    case Text::base64raw: {
      std::string encoded = base64(as_bytes(text));
      while (encoded.ends_with('=')) encoded.pop_back();
      out += encoded;
      return;
    }
    case Text::unpack: unpack(part.argument, text, out); return;
    default: out += text;
  }
}

void write_time(const Part& part, std::int64_t ms, std::string& out) {
  if (part.text != Text::strftime) return write_number(part, ms, out);
  const std::time_t seconds = ms / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::string line(part.argument.size() * 8 + 64, '\0');
  line.resize(std::strftime(line.data(), line.size(), part.argument.c_str(), &parts));
  out += line;
}

void write_attribute(const Part& part, const client::ConsumerRecord& record, std::string& out) {
  using enum RecordFormat::Attribute;
  const auto codec = static_cast<record::Codec>(record.compression);
  switch (part.attribute) {
    case compression:
      if (part.by_name) {
        out += to_string(codec);
      } else {
        write_number(part, static_cast<std::int64_t>(codec), out);
      }
      return;
    case timestamp_type:
      return write_number(part, record.timestamp_ms < 0 ? -1 : static_cast<std::int64_t>(record.timestamp_type), out);
    case transactional: return write_number(part, record.transactional ? 1 : 0, out);
    case control: return write_number(part, 0, out);  // markers are not handed out
  }
}

void write_headers(const Part& part, const client::ConsumerRecord& record, std::string& out) {
  for (const auto& header : record.headers()) {
    for (const Part& inner : part.inner) {
      if (inner.what == What::literal) {
        out += inner.argument;
        continue;
      }
      const std::string_view text = inner.what == What::key ? header.key : header.value.value_or("");
      if (inner.length) {
        write_number(inner, static_cast<std::int64_t>(text.size()), out);
      } else {
        write_text(inner, text, out);
      }
    }
  }
}

}  // namespace

void write_number(const Part& part, std::int64_t number, std::string& out) {
  const auto bits = static_cast<std::uint64_t>(number);
  switch (part.number) {
    case Number::ascii: fmt::format_to(std::back_inserter(out), "{}", number); return;
    case Number::boolean: out += number != 0 ? "true" : "false"; return;
    case Number::hex: {
      const int digits = part.bytes == 0 ? 1 : part.bytes * 2;
      const std::uint64_t mask = digits == 16 ? ~std::uint64_t{0} : (std::uint64_t{1} << (digits * 4)) - 1;
      fmt::format_to(std::back_inserter(out), "{:0{}x}", bits & mask, digits);
      return;
    }
    case Number::big:
      for (int i = part.bytes - 1; i >= 0; --i) out += static_cast<char>(bits >> (i * 8));
      return;
    case Number::little:
      for (int i = 0; i < part.bytes; ++i) out += static_cast<char>(bits >> (i * 8));
      return;
  }
}

void RecordFormat::write(const client::ConsumerRecord& record, std::uint64_t number, std::string& out) const {
  if (json_) return write_json(record, out);
  for (const Part& part : parts_) {
    const auto text = [&](std::string_view bytes) {
      if (part.length) return write_number(part, static_cast<std::int64_t>(bytes.size()), out);
      write_text(part, bytes, out);
    };
    switch (part.what) {
      case What::literal: out += part.argument; break;
      case What::topic: text(record.topic); break;
      case What::key: text(record.key.value_or("")); break;
      case What::value: text(record.value.value_or("")); break;
      case What::headers:
        if (part.length) {
          write_number(part, record.header_count, out);
        } else {
          write_headers(part, record, out);
        }
        break;
      case What::partition: write_number(part, record.partition, out); break;
      case What::offset: write_number(part, record.offset, out); break;
      case What::epoch: write_number(part, record.leader_epoch.value_or(-1), out); break;
      case What::time: write_time(part, record.timestamp_ms, out); break;
      case What::count: write_number(part, static_cast<std::int64_t>(number), out); break;
      case What::producer_id: write_number(part, record.producer_id, out); break;
      case What::producer_epoch: write_number(part, record.producer_epoch, out); break;
      case What::attribute: write_attribute(part, record, out); break;
    }
  }
}

}  // namespace millrace::cli
