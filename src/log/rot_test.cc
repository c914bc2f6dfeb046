// One fault of a disk at a time, in any file of a log directory: a bit flips, or a block is an older one, another one,
// or nothing. MILLRACE_ROT: how many are tried in place of kTries; MILLRACE_ROT_BITS, if set: bits alone.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "base/prng.h"
#include "log/names.h"
#include "log/side_files.h"
#include "log/testing/journaled.h"

namespace millrace::log::testing {
namespace {

constexpr int kTries = 4000;
constexpr int kTriesPerLife = 500;
constexpr std::size_t kBlock = 512;
constexpr std::size_t kBeforeChecksum = 16;  // offset, length and leader epoch of a batch
constexpr std::int64_t kProducer = 5;

using Image = std::map<std::string, std::string>;  // what each file holds

void gather(FakeDisk& disk, const std::string& directory, Image& image) {
  const auto entries = disk.list(directory);
  for (const auto& entry : *entries) {
    const std::string path = directory + "/" + entry.name;
    if (entry.is_directory) {
      gather(disk, path, image);
    } else {
      image[path] = disk.find(path)->now;
    }
  }
}

LogOptions shape(Prng random) {
  LogOptions options = segments_of(800 + random.below(3000));
  options.index_interval_bytes = ByteCount(random.below(400));
  options.producer_expiry = Millis(1'000'000'000'000'000);
  return options;
}

// One life of a log, everything in it durable: what its files held halfway, at the end, and after a clean stop.
struct Life {
  explicit Life(std::uint64_t seed) : random(seed), options(shape(random.fork(0))) {
    FakeDisk disk;
    {
      Node node(disk, options);
      OpenHints hints = journaled(disk);
      hints.journal = random.one_in(2);
      node.open(hints);
      const int count = 12 + static_cast<int>(random.below(30));
      for (int i = 0; i < count; ++i) {
        add(node, i);
        if (i == count / 2) gather(disk, "data", halfway);
      }
      end = node.log->end();
      EXPECT_EQ(node.log->durable_end(), end);
      aborted = node.log->aborted_transactions(Offset(0), end);
      const std::string bytes = node.read(Offset(0), end, 1 << 24);
      for (record::BatchWalk walk(as_bytes(bytes)); walk.next();) {
        batches[walk.batch().base_offset().value()] = std::string(as_text(walk.batch().bytes()));
      }
      gather(disk, "data", running);
      EXPECT_TRUE(node.close().ok());
    }
    gather(disk, "data", stopped);
  }

  void add(Node& node, int i) {
    const LeaderEpoch epoch(3 + i / 7);
    const auto what = random.below(4);
    if (what == 0) {
      EXPECT_TRUE(node.log->append(producer_batch(kProducer, sequence++, 1, false), epoch).ok());
    } else if (what == 1) {
      EXPECT_TRUE(node.log->append(producer_batch(6, transactional++, 1), epoch).ok());
      EXPECT_TRUE(node.log->append(marker(6, random.one_in(2)), epoch).ok());
    } else {
      const std::string value(1 + random.below(200), static_cast<char>('a' + i % 26));
      Buffer plain = batch(1 + static_cast<int>(random.below(3)), value, WallTime(1000 + 10 * i));
      EXPECT_TRUE(node.log->append(std::move(plain), epoch).ok());
    }
    node.shard.run();
  }

  Prng random;
  LogOptions options;
  Offset end{0};
  std::map<std::int64_t, std::string> batches;  // by base offset
  std::vector<AbortedTransaction> aborted;
  int sequence = 0;
  int transactional = 0;
  Image halfway;
  Image running;
  Image stopped;
};

// What is done to which file.
struct Fault {
  std::string path;
  std::size_t at = 0;
  bool is_block = false;
  std::string text;

  static Fault draw(const Life& life, Image& image, Prng& random) {
    Fault fault;
    auto file = image.begin();
    do {
      file = std::next(image.begin(), static_cast<std::ptrdiff_t>(random.below(image.size())));
    } while (file->second.empty());
    fault.path = file->first;
    std::string& bytes = file->second;
    const std::string before = bytes;
    fault.at = random.below(bytes.size());
    if (getenv("MILLRACE_ROT_BITS") || random.one_in(2)) {
      bytes[fault.at] = static_cast<char>(bytes[fault.at] ^ (1 << random.below(8)));
      fault.text = "a bit flips";
    } else {
      fault.at -= fault.at % kBlock;
      std::string block(kBlock, '\0');
      const auto older = life.halfway.find(fault.path);
      const auto kind = random.below(3);
      if (kind == 0 && older != life.halfway.end() && older->second.size() > fault.at) {
        block = older->second.substr(fault.at, kBlock);
      } else if (kind == 1) {
        const std::string& other =
            std::next(image.begin(), static_cast<std::ptrdiff_t>(random.below(image.size())))->second;
        if (!other.empty()) block = other.substr(random.below(other.size()) / kBlock * kBlock, kBlock);
      }
      const std::size_t length = std::min(block.size(), bytes.size() - fault.at);
      bytes.replace(fault.at, length, block, 0, length);
      fault.is_block = true;
      fault.text = "a block is another";
    }
    if (bytes == before) fault.text.clear();
    fault.text = fault.text.empty() ? "" : fault.path + " at " + std::to_string(fault.at) + ": " + fault.text;
    return fault;
  }

  bool in(std::string_view suffix) const { return path.ends_with(suffix); }
};

class Rot {
 public:
  Rot(Life& life, bool clean, Prng& random) : life_(life), clean_(clean) {
    Image image = clean ? life.stopped : life.running;
    fault_ = Fault::draw(life, image, random);
    if (fault_.text.empty()) return;
    EXPECT_TRUE(disk_.create_directory("data").ok() && disk_.sync_directory(".").ok());
    EXPECT_TRUE(disk_.create_directory(std::string(kDirectory)).ok() && disk_.sync_directory("data").ok());
    for (const auto& [path, bytes] : image) {
      disk_.put(path, bytes);
      if (path.ends_with(".log")) active_ = path;
    }
    check();
  }

 private:
  // Records are not read at a start where they are known to be on the disk with their indexes: after a clean stop, and
  // in closed segments. There a client sees the checksum, and a scrub does.
  bool unseen() const { return fault_.in(".log") && (clean_ || fault_.path != active_); }

  void check() {
    SCOPED_TRACE(fault_.text + (clean_ ? ", after a clean stop" : ", after a crash"));
    OpenHints hints = journaled(disk_);
    if (clean_) hints.mark.reset();
    hints.clean_stop = clean_;
    hints.recovery_point = clean_ ? life_.end : Offset(0);
    Node node(disk_, life_.options);
    node.open(hints);
    if (!node.log) {
      EXPECT_TRUE(fault_.in("partition.metadata")) << to_string(node.error);
      return;
    }
    const bool whole = node.log->damage() == nullptr;
    EXPECT_EQ(node.log->writable(), whole);
    EXPECT_TRUE(whole || fault_.in(".log")) << "a log is closed for what stands beside it";
    if (whole) {
      EXPECT_EQ(node.log->end(), life_.end) << "records that were durable are gone, and nobody is told";
    }
    check_batches(node, whole);
    if (whole) check_beside(node);
    if (!whole) return;
    const auto appended = node.append(1);
    ASSERT_TRUE(appended.ok());
    EXPECT_EQ(appended->base_offset, life_.end);
  }

  // Every batch is what was appended, or its checksum says that it is not.
  void check_batches(Node& node, bool whole) {
    const std::string bytes = node.read(Offset(0), node.log->end(), 1 << 24);
    if (bytes.starts_with("error")) {
      EXPECT_TRUE(unseen()) << bytes;
      return;
    }
    std::size_t right = 0;
    for (record::BatchWalk walk(as_bytes(bytes)); walk.next();) {
      if (!walk.batch().crc_ok()) {
        EXPECT_TRUE(unseen()) << "a damaged batch was taken in";
        continue;
      }
      const std::string_view found = as_text(walk.batch().bytes());
      const auto known = life_.batches.find(walk.batch().base_offset().value());
      const bool same = known != life_.batches.end() && known->second.size() == found.size() &&
                        known->second.substr(kBeforeChecksum) == found.substr(kBeforeChecksum);
      // Its checksum does not cover where it says it belongs: a rising offset may be another.
      const bool moved = !same && fault_.in(".log") && !fault_.is_block;
      EXPECT_TRUE(same || moved || unseen()) << "offset " << walk.batch().base_offset().value();
      right += same ? 1 : 0;
    }
    if (whole && !unseen()) {
      EXPECT_EQ(right, life_.batches.size());
    }
  }

  // What is said beside the records.
  void check_beside(Node& node) {
    const record::ProducerTable& producers = node.log->producers();
    const int last = life_.sequence - 1;
    const bool older = fault_.in(kSnapshotSuffix) && fault_.is_block;  // a whole one with the right checksum
    if (last >= 0 && !unseen() && !older) {
      EXPECT_EQ(producers.check(ProducerId(kProducer), ProducerEpoch(0), last, last).verdict,
                record::SequenceVerdict::duplicate);
    }
    if (!fault_.in(".log") && !fault_.in(kAbortedSuffix) && !older) {
      EXPECT_EQ(node.log->aborted_transactions(Offset(0), life_.end), life_.aborted);
    }
    if (fault_.in(".log")) return;
    for (const auto& [base, bytes] : life_.batches) {
      const std::string found = node.read(Offset(base), life_.end, 1);
      EXPECT_EQ(found.substr(0, bytes.size()), bytes) << "offset " << base;
    }
  }

  Life& life_;
  const bool clean_;
  Fault fault_;
  std::string active_;
  FakeDisk disk_;
};

TEST(Rot, NoDamagedBatchIsTakenForGoodAndNothingDurableIsGoneUnsaid) {
  const char* asked = std::getenv("MILLRACE_ROT");
  const int tries = asked != nullptr ? std::atoi(asked) : kTries;
  for (int life = 0; life < tries / kTriesPerLife && !HasFailure(); ++life) {
    Life of(static_cast<std::uint64_t>(life));
    Prng random(static_cast<std::uint64_t>(life) + 1000);
    for (int i = 0; i < kTriesPerLife && !HasFailure(); ++i) Rot(of, random.one_in(2), random);
  }
}

}  // namespace
}  // namespace millrace::log::testing
