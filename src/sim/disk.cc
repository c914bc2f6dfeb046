#include "sim/disk.h"

#include <algorithm>
#include <utility>

#include "sim/streams.h"

namespace millrace::sim {

std::vector<std::string_view> Disk::parts(const std::string& path) {
  std::vector<std::string_view> parts;
  const std::string_view all(path);
  for (std::size_t at = 0; at <= all.size();) {
    const std::size_t end = std::min(all.find('/', at), all.size());
    const std::string_view part = all.substr(at, end - at);
    if (!part.empty() && part != ".") parts.push_back(part);
    at = end + 1;
  }
  return parts;
}

std::shared_ptr<Inode> Disk::find(const std::string& path) {
  std::shared_ptr<Inode> at = root_;
  for (const auto part : parts(path)) {
    if (!at->directory) return nullptr;
    const auto next = at->names.find(std::string(part));
    if (next == at->names.end()) return nullptr;
    at = next->second;
  }
  return at;
}

std::pair<std::shared_ptr<Inode>, std::string> Disk::parent(const std::string& path) {
  const auto all = parts(path);
  if (all.empty()) return {nullptr, ""};
  std::string above;
  for (std::size_t i = 0; i + 1 < all.size(); ++i) above.append("/").append(all[i]);
  auto directory = find(above);
  if (directory == nullptr || !directory->directory) return {nullptr, ""};
  return {std::move(directory), std::string(all.back())};
}

Status Disk::fail_if(std::uint32_t one_in) {
  if (!hit(prng_, one_in)) return {};
  ++failures_;
  return Error::io;
}

bool Disk::job_operation() {
  if (!power_left_) return true;
  if (*power_left_ == 0) return false;
  --*power_left_;
  return *power_left_ != 0;
}

Result<std::shared_ptr<Inode>> Disk::open(const std::string& path, ports::OpenMode mode) {
  MR_TRY(fail_if(profile_.open_error));
  if (auto inode = find(path)) {
    if (inode->directory) return Error::refused;
    return inode;
  }
  if (mode != ports::OpenMode::create) return Error::not_found;
  auto [directory, name] = parent(path);
  if (directory == nullptr) return Error::not_found;
  auto inode = std::make_shared<Inode>(false);
  files_.push_back(inode);
  directory->change({name, inode, ""});
  return inode;
}

Result<std::vector<ports::DirectoryEntry>> Disk::list(const std::string& path) {
  const auto directory = find(path);
  if (directory == nullptr || !directory->directory) return Error::not_found;
  std::vector<ports::DirectoryEntry> entries;
  for (const auto& [name, inode] : directory->names) entries.push_back({name, inode->directory});
  return entries;
}

Status Disk::create_directory(const std::string& path) {
  if (find(path) != nullptr) return Error::exists;
  auto [directory, name] = parent(path);
  if (directory == nullptr) return Error::not_found;
  directory->change({name, std::make_shared<Inode>(true), ""});
  return {};
}

Status Disk::rename(const std::string& from, const std::string& to) {
  auto [old_directory, old_name] = parent(from);
  auto [directory, name] = parent(to);
  if (old_directory == nullptr || directory == nullptr) return Error::not_found;
  const auto old = old_directory->names.find(old_name);
  if (old == old_directory->names.end()) return Error::not_found;
  const auto target = old->second;
  const auto present = directory->names.find(name);
  if (present != directory->names.end()) {
    if (present->second == target) return {};
    if (present->second->directory != target->directory) return Error::refused;
    if (target->directory && !present->second->names.empty()) return Error::exists;
  }
  if (directory == old_directory) {
    directory->change({name, target, old_name});
  } else {
    directory->change({name, target, ""});
    old_directory->change({old_name, nullptr, ""});
  }
  return {};
}

Status Disk::remove(const std::string& path) {
  auto [directory, name] = parent(path);
  if (directory == nullptr) return Error::not_found;
  const auto present = directory->names.find(name);
  if (present == directory->names.end()) return Error::not_found;
  if (present->second->directory && !present->second->names.empty()) return Error::refused;
  directory->change({name, nullptr, ""});
  return {};
}

Status Disk::sync_directory(const std::string& path) {
  const auto directory = find(path);
  if (directory == nullptr || !directory->directory) return Error::not_found;
  MR_TRY(fail_if(profile_.sync_error));
  directory->sync_names();
  return {};
}

Status Disk::lock(const std::string& path, Owner owner) {
  const auto opened = open(path, ports::OpenMode::create);
  if (!opened) return opened.error();
  std::string key;
  for (const auto part : parts(path)) key.append("/").append(part);
  const auto [at, is_new] = locks_.try_emplace(key, owner);
  return is_new || at->second == owner ? Status() : Status(Error::exists);
}

std::uint64_t Disk::used() const {
  std::uint64_t bytes = 0;
  for (const auto& weak : files_) {
    if (const auto file = weak.lock()) bytes += (file->file.size() + kPageBytes - 1) / kPageBytes * kPageBytes;
  }
  return bytes;
}

bool Disk::fits(std::uint64_t more) const { return budget_ == ~std::uint64_t{0} || used() + more <= budget_; }

Status Disk::write(Inode& inode, std::uint64_t at, Bytes bytes, Owner owner) {
  FileBytes& file = inode.file;
  if (file.broken_by == owner) return Error::io;
  if (!fail_if(profile_.write_error).ok()) {
    file.write(at, bytes.first(prng_.below(bytes.size() + 1)));
    file.broken_by = owner;
    return Error::io;
  }
  const std::uint64_t end = at + bytes.size();
  if (end > file.size() && !fits(end - file.size())) {
    file.write(at, bytes.first(prng_.below(bytes.size() + 1)));
    ++failures_;
    return Error::no_space;
  }
  file.write(at, bytes);
  return {};
}

Status Disk::resize(Inode& inode, std::uint64_t size, Owner owner) {
  FileBytes& file = inode.file;
  if (file.broken_by == owner) return Error::io;
  if (size > file.size() && !fits(size - file.size())) {
    ++failures_;
    return Error::no_space;
  }
  file.resize(size);
  return {};
}

Status Disk::finish_sync(Inode& inode, const FileBytes::Snapshot& snapshot, Owner owner) {
  FileBytes& file = inode.file;
  if (file.broken_by == owner) return Error::io;
  if (!fail_if(profile_.sync_error).ok()) {
    file.make_some_durable(snapshot, prng_);
    file.broken_by = owner;
    return Error::io;
  }
  file.make_durable(snapshot);
  return {};
}

Result<std::size_t> Disk::read(Inode& inode, std::uint64_t at, MutableBytes into) {
  MR_TRY(fail_if(profile_.read_error));
  return inode.file.read(at, into, hit(prng_, profile_.stale_read));
}

Result<std::size_t> Disk::read_cached(Inode& inode, std::uint64_t at, MutableBytes into) {
  if (hit(prng_, profile_.not_cached)) return Error::would_block;
  return inode.file.read(at, into);
}

std::uint64_t Disk::begin(UnderWay what) {
  under_way_.emplace(next_operation_, std::move(what));
  return next_operation_++;
}

Status Disk::finish(std::uint64_t operation, Owner owner) {
  auto node = under_way_.extract(operation);
  MR_ASSERT(!node.empty());
  UnderWay& what = node.mapped();
  if (what.is_resize) return resize(*what.file, what.at, owner);
  std::uint64_t at = what.at;
  for (const auto& piece : what.pieces) {
    MR_TRY(write(*what.file, at, piece.bytes(), owner));
    at += piece.size();
  }
  return {};
}

}  // namespace millrace::sim
