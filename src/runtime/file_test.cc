#include <gtest/gtest.h>

#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "runtime/testing/scratch.h"
#include "runtime/testing/test_node.h"

namespace millrace::runtime {
namespace {

class FileTest : public testing::TestWithParam<BackendKind> {
 protected:
  using FilePtr = std::shared_ptr<ports::File>;

  Result<FilePtr> open(const std::string& path, ports::OpenMode mode) {
    Result<FilePtr> result = Error::io;
    node_.until_done(0, [&](ports::Shard& shard, std::function<void()> done) {
      shard.files.open(path, mode, [&, done](Result<FilePtr> opened) {
        result = std::move(opened);
        done();
      });
    });
    return result;
  }
  FilePtr create(const std::string& name) { return *open(scratch_ / name, ports::OpenMode::create); }
  // Begins one operation on the shard and waits for its result.
  Error result_of(const std::function<void(ports::File::Done)>& begin) {
    Error error = Error::io;
    node_.until_done(0, [&](ports::Shard&, std::function<void()> done) {
      begin([&error, done](Status status) {
        error = status ? Error::none : status.error();
        done();
      });
    });
    return error;
  }
  static std::vector<Buffer> pieces(std::initializer_list<std::string_view> texts) {
    std::vector<Buffer> buffers;
    for (const auto text : texts) buffers.push_back(Buffer::copy_of(as_bytes(text)));
    return buffers;
  }
  Error write(const FilePtr& file, std::uint64_t at, std::initializer_list<std::string_view> texts) {
    return result_of([&](ports::File::Done done) { file->write(FilePosition(at), pieces(texts), std::move(done)); });
  }
  Error sync(const FilePtr& file) {
    return result_of([&](ports::File::Done done) { file->sync(std::move(done)); });
  }
  Error resize(const FilePtr& file, std::uint64_t size) {
    return result_of([&](ports::File::Done done) { file->resize(FilePosition(size), std::move(done)); });
  }
  std::string read(const FilePtr& file, std::uint64_t at, std::size_t size) {
    std::string text;
    node_.until_done(0, [&](ports::Shard&, std::function<void()> done) {
      file->read(FilePosition(at), size, [&text, done](Result<Buffer> got) {
        text = got ? std::string(as_text(got->bytes())) : to_string(got.error());
        done();
      });
    });
    return text;
  }
  std::string on_disk(const std::string& name) {
    std::ifstream in(scratch_ / name, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

  Scratch scratch_;
  TestNode node_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Backends, FileTest, testing::Values(BackendKind::epoll, BackendKind::io_uring),
                         [](const auto& variant) { return backend_name(variant.param); });

TEST_P(FileTest, PiecesAreWrittenOneAfterTheOther) {
  auto file = create("a");
  EXPECT_EQ(Error::none, write(file, 0, {"one ", "", "two ", "three"}));
  EXPECT_EQ(Error::none, write(file, 4, {"TWO"}));
  EXPECT_EQ(Error::none, sync(file));
  EXPECT_EQ("one TWO three", on_disk("a"));
  EXPECT_EQ(Error::none, write(file, 20, {}));
  EXPECT_EQ(13U, on_disk("a").size());
}

TEST_P(FileTest, MorePiecesThanOneCallTakes) {
  auto file = create("a");
  std::vector<Buffer> buffers;
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    const std::string text = std::to_string(i) + ",";
    expected += text;
    buffers.push_back(Buffer::copy_of(as_bytes(text)));
  }
  EXPECT_EQ(Error::none, result_of([&](ports::File::Done done) {
    file->write(FilePosition(0), std::move(buffers), std::move(done));
  }));
  EXPECT_EQ(expected, on_disk("a"));
  EXPECT_EQ(expected, read(file, 0, 100'000));
}

TEST_P(FileTest, ReadsEndWithTheFile) {
  auto file = create("a");
  EXPECT_EQ(Error::none, write(file, 0, {"0123456789"}));
  EXPECT_EQ("345", read(file, 3, 3));
  EXPECT_EQ("789", read(file, 7, 100));
  EXPECT_EQ("", read(file, 10, 100));
  EXPECT_EQ("", read(file, 1000, 100));
  EXPECT_EQ("", read(file, 0, 0));
}

TEST_P(FileTest, CachedReadsShowWhatIsInMemory) {
  auto file = create("a");
  EXPECT_EQ(Error::none, write(file, 0, {"0123456789"}));
  node_.on(0, [&](ports::Shard&) {
    Buffer into = Buffer::allocate(6);
    const auto got = file->read_cached(FilePosition(6), into.writable());
    ASSERT_TRUE(got.ok());
    EXPECT_EQ("6789", as_text(into.bytes().first(*got)));
    EXPECT_EQ(0U, *file->read_cached(FilePosition(10), into.writable()));
  });
}

TEST_P(FileTest, CachedReadsWorkWhereTheFileSystemCannotTellWhatIsInMemory) {
  struct statfs system {};
  if (::statfs("/dev/shm", &system) != 0 || system.f_type != TMPFS_MAGIC) GTEST_SKIP() << "no tmpfs at /dev/shm";
  const std::string path = "/dev/shm/millrace-file-test-" + std::to_string(::getpid());
  auto opened = open(path, ports::OpenMode::create);
  ASSERT_TRUE(opened.ok());
  ::unlink(path.c_str());
  EXPECT_EQ(Error::none, write(*opened, 0, {"0123456789"}));
  node_.on(0, [&](ports::Shard&) {
    Buffer into = Buffer::allocate(6);
    const auto got = (*opened)->read_cached(FilePosition(6), into.writable());
    ASSERT_TRUE(got.ok());
    EXPECT_EQ("6789", as_text(into.bytes().first(*got)));
  });
}

TEST_P(FileTest, SizesCanBeCutAndExtended) {
  auto file = create("a");
  EXPECT_EQ(Error::none, write(file, 0, {"0123456789"}));
  EXPECT_EQ(Error::none, resize(file, 4));
  EXPECT_EQ("0123", on_disk("a"));
  EXPECT_EQ(Error::none, resize(file, 6));
  EXPECT_EQ(std::string("0123\0\0", 6), on_disk("a"));
}

TEST_P(FileTest, CompletionsComeInOrderOfBeginningAndLater) {
  auto file = create("a");
  std::vector<int> order;
  node_.until_done(0, [&](ports::Shard&, std::function<void()> done) {
    for (int i = 0; i < 40; i += 4) {
      file->sync([&order, i](Status) { order.push_back(i); });
      file->write(FilePosition(0), pieces({std::string(200'000, static_cast<char>('a' + i / 4))}),
                  [&order, i](Status) { order.push_back(i + 1); });
      file->read(FilePosition(0), 5, [&order, i](Result<Buffer> got) {
        // What was begun before it has taken effect, what was begun after it has not.
        EXPECT_EQ(std::string(5, static_cast<char>('a' + i / 4)), as_text(got->bytes()));
        order.push_back(i + 2);
      });
      file->resize(FilePosition(100'000), [&order, i, done](Status) {
        order.push_back(i + 3);
        if (i == 36) done();
      });
    }
    EXPECT_TRUE(order.empty());
  });
  for (int i = 0; i < 40; ++i) EXPECT_EQ(i, order[static_cast<std::size_t>(i)]);
  EXPECT_EQ(std::string(100'000, 'j'), on_disk("a"));
}

TEST_P(FileTest, OperationsKeepTheirFileOpen) {
  std::string text;
  node_.until_done(0, [&](ports::Shard& shard, std::function<void()> done) {
    shard.files.open(scratch_ / "a", ports::OpenMode::create, [&, done](Result<FilePtr> opened) {
      FilePtr file = *opened;
      file->write(FilePosition(0), pieces({"kept"}), [](Status status) { EXPECT_TRUE(status.ok()); });
      file->read(FilePosition(0), 10, [&text, done](Result<Buffer> got) {
        text = as_text(got->bytes());
        done();
      });
    });
  });
  EXPECT_EQ("kept", text);
}

TEST_P(FileTest, OpeningTellsWhyNot) {
  EXPECT_EQ(Error::not_found, open(scratch_ / "missing", ports::OpenMode::read).error());
  EXPECT_EQ(Error::not_found, open(scratch_ / "missing", ports::OpenMode::write).error());
  EXPECT_EQ(Error::not_found, open(scratch_ / "no/such/directory", ports::OpenMode::create).error());
  EXPECT_EQ(Error::refused, open(scratch_.path(), ports::OpenMode::write).error());
}

TEST_P(FileTest, FullDeviceIsNoSpaceAndBreaksNothing) {
  auto file = *open("/dev/full", ports::OpenMode::write);
  EXPECT_EQ(Error::no_space, write(file, 0, {"x"}));
  EXPECT_EQ(Error::no_space, write(file, 0, {"x"}));  // tried again, not refused
}

TEST_P(FileTest, FailedSyncBreaksTheFileForGood) {
  auto file = *open("/dev/null", ports::OpenMode::write);  // takes writes, cannot be synced
  EXPECT_EQ(Error::none, write(file, 0, {"x"}));
  EXPECT_EQ(Error::io, sync(file));
  EXPECT_EQ(Error::io, write(file, 0, {"x"}));
  EXPECT_EQ(Error::io, sync(file));
  EXPECT_EQ("", read(file, 0, 1));  // reads go on
}

TEST_P(FileTest, FailedWriteBreaksTheFileAndWhatWasBegunBehindIt) {
  { auto made = create("a"); }
  auto file = *open(scratch_ / "a", ports::OpenMode::read);  // refuses writes
  std::vector<Error> results;
  node_.until_done(0, [&](ports::Shard&, std::function<void()> done) {
    const auto note = [&results](Status status) { results.push_back(status ? Error::none : status.error()); };
    file->sync(note);
    file->write(FilePosition(0), pieces({"x"}), note);
    file->sync(note);
    file->write(FilePosition(0), pieces({"y"}), [&, note, done](Status status) {
      note(status);
      done();
    });
  });
  EXPECT_EQ((std::vector<Error>{Error::none, Error::io, Error::io, Error::io}), results);
}

TEST_P(FileTest, StopWaitsForTheSystemAndDropsCompletions) {
  auto file = create("a");
  bool called = false;
  node_.on(0, [&](ports::Shard&) {
    for (int i = 0; i < 20; ++i) {
      file->write(FilePosition(0), pieces({std::string(1'000'000, 'x')}), [](Status) {});
      file->sync([](Status) {});
    }
    file->sync([&](Status) { called = true; });
    file = nullptr;
  });
  EXPECT_EQ(0, node_.stop());
  (void)called;  // either is right; the sanitizers watch the memory
}

}  // namespace
}  // namespace millrace::runtime
