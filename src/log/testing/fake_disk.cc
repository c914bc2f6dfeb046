#include "log/testing/fake_disk.h"

#include <algorithm>
#include <set>

#include "log/names.h"

namespace millrace::log::testing {
namespace {

constexpr std::size_t kSector = 512;

class OpenFile final : public ports::BlockingFile {
 public:
  OpenFile(FakeDisk& disk, std::shared_ptr<Inode> inode) : disk_(disk), inode_(std::move(inode)) {}
  Result<std::size_t> read(FilePosition at, MutableBytes into) override {
    if (at.value() >= inode_->now.size()) return std::size_t{0};
    const auto size = std::min<std::size_t>(into.size(), inode_->now.size() - at.value());
    std::copy_n(as_bytes(inode_->now).begin() + static_cast<std::ptrdiff_t>(at.value()), size, into.begin());
    return size;
  }
  Status write(FilePosition at, Bytes bytes) override { return disk_.write(*inode_, at, bytes); }
  Status sync() override { return disk_.sync(*inode_); }
  Status resize(FilePosition size) override {
    inode_->now.resize(size.value());
    return {};
  }
  Result<ByteCount> size() override { return ByteCount(inode_->now.size()); }

 private:
  FakeDisk& disk_;
  std::shared_ptr<Inode> inode_;
};

void cut(Inode& inode, Prng* random) {
  if (!inode.is_directory) {
    std::string after = inode.durable;
    if (random != nullptr && inode.now != inode.durable) {
      if (random->one_in(2)) after.resize(inode.now.size());  // the length may survive without the bytes
      for (std::size_t at = 0; at < after.size() && at < inode.now.size(); at += kSector) {
        const auto size = std::min({kSector, after.size() - at, inode.now.size() - at});
        if (random->one_in(2)) after.replace(at, size, inode.now, at, size);
      }
    }
    inode.now = inode.durable = after;
    inode.broken = false;
    return;
  }
  auto after = inode.names_durable;
  if (random != nullptr) {
    std::set<std::string> names;
    for (const auto& [name, child] : inode.names_now) names.insert(name);
    for (const auto& [name, child] : inode.names_durable) names.insert(name);
    for (const std::string& name : names) {
      if (!random->one_in(2)) continue;
      if (inode.names_now.contains(name)) {
        after[name] = inode.names_now[name];
      } else {
        after.erase(name);
      }
    }
  }
  inode.names_now = inode.names_durable = after;
  for (const auto& [name, child] : after) cut(*child, random);
}

}  // namespace

FakeDisk::FakeDisk() : root_(std::make_shared<Inode>()) { root_->is_directory = true; }

void FakeDisk::cut_power() { cut(*root_, nullptr); }
void FakeDisk::cut_power(Prng random) { cut(*root_, &random); }

std::shared_ptr<Inode> FakeDisk::find(const std::string& path) {
  if (path.empty() || path == "/" || path == ".") return root_;
  const auto parent = find(ports::parent_directory(path));
  if (parent == nullptr) return nullptr;
  const auto found = parent->names_now.find(std::string(base_name(path)));
  return found == parent->names_now.end() ? nullptr : found->second;
}

std::string* FakeDisk::contents(const std::string& path) {
  const auto inode = find(path);
  return inode == nullptr ? nullptr : &inode->now;
}

void FakeDisk::put(const std::string& path, std::string contents) {
  auto inode = open_inode(path, ports::OpenMode::create).value();
  inode->now = inode->durable = std::move(contents);
  MR_ASSERT(sync_directory(ports::parent_directory(path)).ok());
}

bool FakeDisk::is_dead(const std::string& path) const {
  return std::any_of(dead.begin(), dead.end(), [&](const std::string& gone) {
    return path.starts_with(gone) && (path.size() == gone.size() || path[gone.size()] == '/');
  });
}

Result<std::shared_ptr<Inode>> FakeDisk::open_inode(const std::string& path, ports::OpenMode mode) {
  if (is_dead(path)) return Error::io;
  if (const auto inode = find(path)) {
    if (inode->is_directory) return Error::refused;
    return inode;
  }
  const auto parent = find(ports::parent_directory(path));
  if (mode != ports::OpenMode::create || parent == nullptr) return Error::not_found;
  auto inode = std::make_shared<Inode>();
  parent->names_now[std::string(base_name(path))] = inode;
  return inode;
}

Status FakeDisk::write(Inode& inode, FilePosition at, Bytes bytes) {
  if (inode.broken) return Error::io;
  if (failing_writes > 0) {
    --failing_writes;
    inode.broken = true;
    return Error::io;
  }
  const std::size_t end = at.value() + bytes.size();
  if (full && end > inode.now.size()) return Error::no_space;
  if (inode.now.size() < end) inode.now.resize(end);
  inode.now.replace(at.value(), bytes.size(), as_text(bytes));
  return {};
}

Status FakeDisk::sync(Inode& inode) {
  if (inode.broken) return Error::io;
  if (failing_syncs > 0) {
    --failing_syncs;
    inode.broken = true;
    return Error::io;
  }
  inode.durable = inode.now;
  return {};
}

Result<std::unique_ptr<ports::BlockingFile>> FakeDisk::open(const std::string& path, ports::OpenMode mode) {
  auto inode = open_inode(path, mode);
  if (!inode) return inode.error();
  return std::unique_ptr<ports::BlockingFile>(std::make_unique<OpenFile>(*this, *inode));
}

Result<std::vector<ports::DirectoryEntry>> FakeDisk::list(const std::string& directory) {
  if (is_dead(directory)) return Error::io;
  const auto inode = find(directory);
  if (inode == nullptr) return Error::not_found;
  std::vector<ports::DirectoryEntry> entries;
  for (const auto& [name, child] : inode->names_now) entries.push_back({name, child->is_directory});
  return entries;
}

Status FakeDisk::create_directory(const std::string& path) {
  if (is_dead(path)) return Error::io;
  const auto parent = find(ports::parent_directory(path));
  if (parent == nullptr) return Error::not_found;
  auto& place = parent->names_now[std::string(base_name(path))];
  if (place != nullptr) return Error::exists;
  place = std::make_shared<Inode>();
  place->is_directory = true;
  return {};
}

Status FakeDisk::rename(const std::string& from, const std::string& to) {
  if (is_dead(from) || is_dead(to)) return Error::io;
  const auto inode = find(from);
  if (inode == nullptr) return Error::not_found;
  find(ports::parent_directory(from))->names_now.erase(std::string(base_name(from)));
  find(ports::parent_directory(to))->names_now[std::string(base_name(to))] = inode;
  return {};
}

Status FakeDisk::remove(const std::string& path) {
  if (is_dead(path)) return Error::io;
  if (find(path) == nullptr) return Error::not_found;
  find(ports::parent_directory(path))->names_now.erase(std::string(base_name(path)));
  return {};
}

Status FakeDisk::lock(const std::string& path) {
  const auto made = open_inode(path, ports::OpenMode::create);
  return made ? Status() : Status(made.error());
}

Status FakeDisk::sync_directory(const std::string& path) {
  if (is_dead(path)) return Error::io;
  const auto inode = find(path);
  if (inode == nullptr) return Error::not_found;
  inode->names_durable = inode->names_now;
  ++directories_synced[path];
  return {};
}

}  // namespace millrace::log::testing
