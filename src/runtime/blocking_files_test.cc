#include "runtime/blocking_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "runtime/testing/scratch.h"

namespace millrace::runtime {
namespace {

using ports::OpenMode;

TEST(SystemFiles, WhatIsWrittenIsRead) {
  const Scratch scratch;
  SystemFiles files;
  auto file = *files.open(scratch / "a", OpenMode::create);
  EXPECT_TRUE(file->write(FilePosition(3), as_bytes("text")).ok());
  EXPECT_TRUE(file->sync().ok());
  EXPECT_EQ(7U, file->size()->value());
  EXPECT_TRUE(file->resize(FilePosition(5)).ok());
  Buffer into = Buffer::allocate(10);
  EXPECT_EQ(5U, *file->read(FilePosition(0), into.writable()));
  EXPECT_EQ(std::string("\0\0\0te", 5), as_text(into.bytes().first(5)));
}

TEST(SystemFiles, ListsInOrderOfNames) {
  const Scratch scratch;
  SystemFiles files;
  for (const char* name : {"b", "a", "c"}) ASSERT_TRUE(files.open(scratch / name, OpenMode::create).ok());
  ASSERT_TRUE(files.create_directory(scratch / "ab").ok());
  const auto entries = files.list(scratch.path());
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(4U, entries->size());
  EXPECT_EQ("a", (*entries)[0].name);
  EXPECT_EQ("ab", (*entries)[1].name);
  EXPECT_TRUE((*entries)[1].is_directory);
  EXPECT_FALSE((*entries)[2].is_directory);
  EXPECT_EQ("c", (*entries)[3].name);
}

TEST(SystemFiles, NamesChangeAndErrorsAreToldApart) {
  const Scratch scratch;
  SystemFiles files;
  EXPECT_EQ(Error::not_found, files.list(scratch / "none").error());
  EXPECT_EQ(Error::not_found, files.create_directory(scratch / "none/below").error());
  EXPECT_EQ(Error::exists, files.create_directory(scratch.path()).error());
  EXPECT_EQ(Error::not_found, files.remove(scratch / "none").error());
  EXPECT_EQ(Error::not_found, files.rename(scratch / "none", scratch / "b").error());
  ASSERT_TRUE(ports::write_atomically(files, scratch / "a", as_bytes("new")).ok());
  ASSERT_TRUE(ports::write_atomically(files, scratch / "b", as_bytes("old")).ok());
  EXPECT_TRUE(files.rename(scratch / "a", scratch / "b").ok());
  EXPECT_TRUE(files.sync_directory(scratch.path()).ok());
  EXPECT_EQ("new", *ports::read_whole(files, scratch / "b", 100));
  ASSERT_TRUE(files.create_directory(scratch / "full").ok());
  ASSERT_TRUE(files.open(scratch / "full/a", OpenMode::create).ok());
  EXPECT_EQ(Error::exists, files.remove(scratch / "full").error());
  EXPECT_TRUE(files.remove(scratch / "full/a").ok());
  EXPECT_TRUE(files.remove(scratch / "full").ok());
}

TEST(SystemFiles, FullDeviceIsNoSpace) {
  SystemFiles files;
  auto file = *files.open("/dev/full", OpenMode::write);
  EXPECT_EQ(Error::no_space, file->write(FilePosition(0), as_bytes("x")).error());
}

TEST(SystemFiles, LockIsHeldByOneNodeUntilItEnds) {
  const Scratch scratch;
  SystemFiles second;
  {
    SystemFiles first;
    EXPECT_TRUE(first.lock(scratch / ".lock").ok());
    EXPECT_EQ(Error::exists, second.lock(scratch / ".lock").error());
    EXPECT_EQ(Error::exists, first.lock(scratch / ".lock").error());
  }
  EXPECT_TRUE(second.lock(scratch / ".lock").ok());
}

// Java's FileChannel.tryLock sets a lock of this kind.
int lock_as_java_does(int fd) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return ::fcntl(fd, F_SETLK, &lock);
}

TEST(SystemFiles, LockOfAnotherProgramIsSeenAndOursIsSeenByIt) {
  const Scratch scratch;
  SystemFiles files;
  int to_child[2];
  int to_parent[2];
  ASSERT_EQ(0, ::pipe(to_child));
  ASSERT_EQ(0, ::pipe(to_parent));
  const std::string path = scratch / ".lock";
  const pid_t child = ::fork();
  if (child == 0) {
    // Takes the lock, gives it back when told, and then tries once more.
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT, 0644);
    char byte = lock_as_java_does(fd) == 0 ? '+' : '-';
    bool fine = ::write(to_parent[1], &byte, 1) == 1 && ::read(to_child[0], &byte, 1) == 1;
    struct flock none {};
    none.l_type = F_UNLCK;
    none.l_whence = SEEK_SET;
    ::fcntl(fd, F_SETLK, &none);
    fine = fine && ::write(to_parent[1], &byte, 1) == 1 && ::read(to_child[0], &byte, 1) == 1;
    byte = lock_as_java_does(fd) == 0 ? '+' : '-';
    fine = fine && ::write(to_parent[1], &byte, 1) == 1;
    ::_exit(fine ? 0 : 1);
  }
  char byte = 0;
  ASSERT_EQ(1, ::read(to_parent[0], &byte, 1));
  EXPECT_EQ('+', byte);
  EXPECT_EQ(Error::exists, files.lock(path).error());
  ASSERT_EQ(1, ::write(to_child[1], "x", 1));
  ASSERT_EQ(1, ::read(to_parent[0], &byte, 1));
  EXPECT_TRUE(files.lock(path).ok());
  ASSERT_EQ(1, ::write(to_child[1], "x", 1));
  ASSERT_EQ(1, ::read(to_parent[0], &byte, 1));
  EXPECT_EQ('-', byte);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(0, status);
  for (const int fd : {to_child[0], to_child[1], to_parent[0], to_parent[1]}) ::close(fd);
}

}  // namespace
}  // namespace millrace::runtime
