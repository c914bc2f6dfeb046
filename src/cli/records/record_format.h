#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "millrace/consumer_record.h"
#include "millrace/record.h"

namespace millrace::cli {

// A layout of records as text or bytes: the language of rpk's -f, for writing and for reading.
//
//   %t %k %v     topic, key, value          %T %K %V  how many bytes they have
//   %h{...}      each header, with %k %v %K %V in the braces             %H  how many headers
//   %p %o %e %d  partition, offset, leader epoch, timestamp (ms)         %i  the number of the record, from 1
//   %x %y        producer id and epoch; -1 without an idempotent producer
//   %a{...}      an attribute: compression (its name), timestamp-type (0 by the producer, 1 by the broker, -1 without
//                a timestamp), transactional-bit, control-bit; ";" and a way of writing a number behind it
//   %% %{ %}     these characters; \t \n \r \\ \xNN too
//
// Braces behind a letter say how: numbers ascii (unless told otherwise), hex64 hex32 hex16 hex8 hex4, big64 big32
// big16 big8, little64 little32 little16 little8, byte, bool; keys, values and topics hex, base64, base64raw, and for
// writing unpack[...]; %d for writing strftime[...] (UTC).
// Reading: what has its length before it (%V{big32}%v), or in braces (%v{5}), has that many bytes; other text goes to
// where the literal text behind it begins, or to the end of the input; json takes one JSON value, re[...] what an
// expression matches. %h needs %H before it.
// "json" alone is one object a line, in which nothing is lost: bytes that are no UTF-8 stand as key_base64 and so on.
class RecordFormat {
 public:
  enum class What : std::uint8_t { literal, topic, key, value, headers, partition, offset, epoch, time, count,
                                   producer_id, producer_epoch, attribute };
  enum class Attribute : std::uint8_t { compression, timestamp_type, transactional, control };
  enum class Number : std::uint8_t { ascii, hex, big, little, boolean };
  enum class Text : std::uint8_t { plain, hex, base64, base64raw, unpack, strftime, json, expression, fixed };

  // One piece of a layout.
  struct Part {
    What what = What::literal;
    bool length = false;          // its length, or the number of headers
    Number number = Number::ascii;
    std::uint8_t bytes = 8;       // of binary numbers; digits of hexadecimal ones are twice that, hex4 has 0
    Text text = Text::plain;
    std::string argument;         // the literal; what stands in unpack[], strftime[], re[]
    std::size_t size = 0;         // with fixed
    Attribute attribute = Attribute::compression;
    bool by_name = false;         // of an attribute: its name instead of a number
    std::vector<Part> inner;      // of headers
  };

  // The error is a line: what is wrong, and where.
  static Result<RecordFormat, std::string> parse(std::string_view text);

  // Adds a record as text. `number`: of the record, from 1.
  void write(const client::ConsumerRecord& record, std::uint64_t number, std::string& out) const;

  bool json() const { return json_; }
  const std::vector<Part>& parts() const { return parts_; }

 private:
  std::vector<Part> parts_;
  bool json_ = false;
};

// A number as this part writes it.
void write_number(const RecordFormat::Part& part, std::int64_t number, std::string& out);

}  // namespace millrace::cli
