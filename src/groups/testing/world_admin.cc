#include <charconv>
#include <cstdlib>
#include <utility>

#include "groups/testing/world.h"
#include "protocol/errc.h"
#include "protocol/message.h"
#include "record/batch.h"
#include "record/batch_builder.h"

// What administrators ask, and records that another server has left on the disk.
namespace millrace::groups::testing {

namespace {

std::string code(std::int16_t error) { return std::string(protocol::name(protocol::from_wire(error))); }

Buffer unhex(std::string_view text) {
  Buffer bytes = Buffer::allocate(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::uint8_t byte = 0;
    std::from_chars(text.data() + 2 * i, text.data() + 2 * i + 2, byte, 16);
    bytes.data()[i] = std::byte{byte};
  }
  return bytes;
}

}  // namespace

// lists [state=S,T] [type=T]; describes G ...; deletes G ...
std::string World::admin_command(const std::vector<std::string>& words, bool& known) {
  known = true;
  std::string text;
  if (words[0] == "lists") {
    ListQuery query;
    for (const std::string& word : words) {
      if (word.starts_with("state=")) query.states.push_back(word.substr(6));
      if (word.starts_with("type=")) query.types.push_back(word.substr(5));
    }
    const ListAnswer answer = coordinator_->list(query);
    if (answer.error != 0) return code(answer.error);
    for (const ListedGroup& group : answer.groups) {
      text += (text.empty() ? "" : ", ") + group.id + " " + group.state + " " + std::string(group.type) + "/" +
              group.protocol_type;
    }
    return text.empty() ? "nothing" : text;
  }
  if (words[0] == "describes") {
    for (const DescribedGroup& group : coordinator_->describe({words.begin() + 1, words.end()})) {
      text += (text.empty() ? "" : ", ") + group.id + " " + (group.error != 0 ? code(group.error) + ": " : "") +
              group.message + (group.message.empty() ? "" : " ") + group.state;
      if (!group.protocol.empty()) text += " " + group.protocol;
      for (const DescribedGroup::Member& member : group.members) {
        text += " " + alias(member.id) + "(" + member.client_id + member.client_host + " ";
        text += as_text(member.metadata.bytes());
        text += "=";
        text += as_text(member.assignment.bytes());
        text += ")";
      }
    }
    return text;
  }
  if (words[0] == "deletes") {
    coordinator_->delete_groups({words.begin() + 1, words.end()}, [this](std::vector<DeletedGroup> answers) {
      for (const DeletedGroup& group : answers) say(group.id, code(group.error));
    });
    return settle("");
  }
  known = false;
  return "";
}

// records [txn] KEY=VALUE ... in hexadecimal, "-" for a tombstone; "txn": in a transaction of producer 7, which
// the line "records commit-marker" or "records abort-marker" ends.
void World::given_records(const std::vector<std::string>& words) {
  record::BatchOptions options;
  const bool marker = words[0] == "commit-marker" || words[0] == "abort-marker";
  const bool transactional = marker || words[0] == "txn";
  if (transactional) {
    options.producer_id = ProducerId(7);
    options.producer_epoch = ProducerEpoch(0);
    options.base_sequence = marker ? -1 : 0;
  }
  options.transactional = transactional;
  options.control = marker;
  record::BatchBuilder builder(options);
  if (marker) {
    builder.add(turns_.wall(), unhex(words[0] == "commit-marker" ? "00000001" : "00000000").bytes(),
                unhex("000000000000").bytes());
  }
  for (std::size_t i = transactional ? 1 : 0; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    const Buffer key = unhex(std::string_view(words[i]).substr(0, equals));
    const std::string value = words[i].substr(equals + 1);
    const Buffer bytes = unhex(value == "-" ? std::string() : value);
    builder.add(turns_.wall(), key.bytes(), value == "-" ? std::nullopt : std::optional(bytes.bytes()));
  }
  Buffer batch = builder.build();
  record::MutableBatch(batch.writable()).set_base_offset(disk_.end);
  disk_.base_offsets.push_back(disk_.end);
  disk_.end = record::BatchView::parse(batch.bytes())->next_offset();
  disk_.batches.push_back(std::move(batch));
}

// a deletes-offsets t-0 ...
void World::delete_offsets(const Request& request) {
  protocol::OffsetDeleteRequest body;
  body.group_id = group_;
  for (const std::string& word : request.words) {
    const std::size_t dash = word.find('-');
    auto& topic = body.topics.emplace_back();
    topic.name = std::string_view(word).substr(0, dash);
    topic.partitions.push_back({std::atoi(word.c_str() + dash + 1)});
  }
  Incoming<protocol::OffsetDeleteRequest> incoming;
  incoming.frame = encode_body(body, 0);
  if (!decode_body(incoming.frame.bytes(), 0, incoming.body).ok()) return;
  coordinator_->delete_offsets(std::move(incoming), [this, request](Buffer bytes) {
    protocol::OffsetDeleteResponse answer;
    if (!decode_body(bytes.bytes(), 0, answer).ok()) return;
    std::string text = answer.error_code != 0 ? code(answer.error_code) : "";
    for (const auto& topic : answer.topics) {
      for (const auto& partition : topic.partitions) text += (text.empty() ? "" : " ") + code(partition.error_code);
    }
    say(request.who, text);
  });
}

}  // namespace millrace::groups::testing
