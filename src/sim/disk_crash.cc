#include <utility>

#include "sim/disk.h"

namespace millrace::sim {

// What was under way when the node died: whole, the beginning of it, or nothing has arrived.
void Disk::settle(Survival survival) {
  for (auto& [operation, what] : under_way_) {
    if (survival == Survival::none || prng_.one_in(3)) continue;
    FileBytes& file = what.file->file;
    if (what.is_resize) {
      if (what.at <= file.size() || fits(what.at - file.size())) file.resize(what.at);
      continue;
    }
    std::uint64_t at = what.at;
    for (const auto& piece : what.pieces) {
      const bool part = prng_.one_in(3);
      const std::size_t size = part ? prng_.below(piece.size() + 1) : piece.size();
      file.write(at, piece.bytes().first(size));
      at += piece.size();
      if (part) break;
    }
  }
  under_way_.clear();
}

void Disk::crash_tree(Inode& directory, Survival survival) {
  lost_ += directory.crash_names(survival, prng_);
  for (auto& [name, inode] : directory.names) {
    if (inode->directory) crash_tree(*inode, survival);
  }
}

void Disk::crash(Crash crash, Owner owner) {
  release(owner);
  Survival survival = Survival::all;
  if (crash == Crash::power) {
    const auto drawn = prng_.below(8);
    survival = drawn == 0 ? Survival::all : drawn == 1 ? Survival::none : Survival::each;
  }
  settle(survival);
  power_left_.reset();
  if (crash == Crash::process) return;
  crash_tree(*root_, survival);
  for (std::size_t i = 0; i < files_.size();) {
    if (const auto file = files_[i].lock()) {
      lost_ += file->file.crash(survival, prng_);
      ++i;
    } else {
      files_.erase(files_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

void Disk::release(Owner owner) { std::erase_if(locks_, [owner](const auto& lock) { return lock.second == owner; }); }

Status Disk::rot(const std::string& path, std::optional<Bit> at) {
  const auto inode = find(path);
  if (inode == nullptr || inode->directory) return Error::not_found;
  const std::uint64_t size = inode->file.size();
  if (at ? at->position >= size : size == 0) return Error::out_of_range;
  if (!at) at = Bit{prng_.below(size), static_cast<unsigned>(prng_.below(8))};
  inode->file.flip(at->position, at->number);
  return {};
}

Result<std::string> Disk::contents(const std::string& path) {
  const auto inode = find(path);
  if (inode == nullptr || inode->directory) return Error::not_found;
  std::string contents(inode->file.size(), '\0');
  inode->file.read(0, std::as_writable_bytes(std::span(contents)));
  return contents;
}

}  // namespace millrace::sim
