// Every decoder of the protocol against any bytes. For each message: the typed codec and the interpreter take or refuse
// the same inputs; what was taken encodes again, in each way of the writer, to bytes that decode to the same; and the
// JSON of it gives those bytes too.
#include <cstdlib>
#include <string_view>
#include <vector>

#include "protocol/frame.h"
#include "protocol/gen/offset_commit_record.h"
#include "protocol/json.h"
#include "protocol/metadata_frame.h"
#include "protocol/testing/round_trip.h"
#include "protocol/versioned.h"
#include "protocol_input.h"

namespace millrace {
namespace {

using protocol::MessageSchema;

void require(bool holds) {
  if (!holds) std::abort();
}

const std::vector<const MessageSchema*>& messages() {
  static const std::vector<const MessageSchema*> all = [] {
    std::vector<const MessageSchema*> with_versions;
    for (const MessageSchema& message : protocol::all_messages()) {
      if (!message.versions.empty()) with_versions.push_back(&message);
    }
    return with_versions;
  }();
  return all;
}

// JSON cannot carry strings that are not UTF-8, nor which NaN a float64 was.
bool survives_json(std::string_view json) {
  return json.find("\xef\xbf\xbd") == std::string_view::npos && json.find("NaN") == std::string_view::npos;
}

void try_message(const MessageSchema& message, std::int16_t version, Bytes bytes) {
  const auto typed = protocol::testing::round_trip(message, version, bytes);
  const auto text = protocol::to_json(message, version, bytes, protocol::RecordsAs::base64);
  require(typed.ok() == text.ok());
  if (!typed.ok()) return;
  require(typed->bytes_left == text->bytes_left);
  require(typed->fits);
  require(typed->copied == typed->gathered);
  const auto again = protocol::testing::round_trip(message, version, typed->copied);
  require(again.ok() && again->copied == typed->copied && again->bytes_left == 0);
  if (!survives_json(text->json)) return;
  const auto built = protocol::from_json(message, version, text->json);
  require(built.ok() && *built == typed->copied);
}

void try_framing(fuzz::Framing framing, Bytes bytes) {
  switch (framing) {
    case fuzz::Framing::request_header: {
      protocol::Reader in(bytes);
      protocol::RequestHeader header;
      const Status status = protocol::decode_request_header(in, header);
      if (status.ok()) require(in.ok() && in.remaining() < bytes.size());
      break;
    }
    case fuzz::Framing::metadata_value: {
      const auto record = protocol::decode_metadata(bytes);
      if (record.ok()) require(protocol::metadata_type(*record) >= 0);
      break;
    }
    case fuzz::Framing::group_key: {
      protocol::OffsetCommitKey key;
      const Status status = protocol::decode_log_key(bytes, key);
      if (status.ok()) require(protocol::log_key_type(protocol::encode_log_key(key).bytes()).ok());
      break;
    }
    case fuzz::Framing::count:
      break;
  }
}

void try_input(Bytes input) {
  if (input.size() < fuzz::kChoiceBytes) return;
  const auto choices = messages().size() + static_cast<std::size_t>(fuzz::Framing::count);
  const std::size_t choice = load_be<std::uint16_t>(input.data()) % choices;
  const std::vector<std::byte> bytes(input.begin() + fuzz::kChoiceBytes, input.end());
  if (choice >= messages().size()) {
    return try_framing(static_cast<fuzz::Framing>(choice - messages().size()), bytes);
  }
  const MessageSchema& message = *messages()[choice];
  const int versions = message.versions.last - message.versions.first + 1;
  const int version = message.versions.first + static_cast<int>(input[2]) % versions;
  try_message(message, static_cast<std::int16_t>(version), bytes);
}

}  // namespace
}  // namespace millrace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  millrace::try_input({reinterpret_cast<const std::byte*>(data), size});
  return 0;
}
