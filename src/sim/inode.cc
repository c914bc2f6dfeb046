#include "sim/inode.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace millrace::sim {

std::size_t FileBytes::read(std::uint64_t at, MutableBytes into, bool stale) const {
  if (at >= size_) return 0;
  const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - at));
  std::size_t done = 0;
  while (done < size) {
    const std::uint64_t position = at + done;
    const std::size_t inside = position % kSectorBytes;
    const std::size_t part = std::min(size - done, kSectorBytes - inside);
    const auto old = stale ? dirty_.find(position / kSectorBytes) : dirty_.end();
    if (old != dirty_.end()) {
      std::memcpy(into.data() + done, old->second.platter.data() + inside, part);
    } else if (const auto page = pages_.find(position / kPageBytes); page != pages_.end()) {
      std::memcpy(into.data() + done, page->second->data() + position % kPageBytes, part);
    } else {
      std::memset(into.data() + done, 0, part);
    }
    done += part;
  }
  return size;
}

std::byte* FileBytes::sector(std::uint64_t index) {
  const std::uint64_t position = index * kSectorBytes;
  auto& page = pages_[position / kPageBytes];
  if (!page) page = std::make_unique<Page>();
  return page->data() + position % kPageBytes;
}

FileBytes::Sector FileBytes::copy_of_sector(std::uint64_t index) const {
  Sector copy{};
  const std::uint64_t position = index * kSectorBytes;
  if (const auto page = pages_.find(position / kPageBytes); page != pages_.end()) {
    std::memcpy(copy.data(), page->second->data() + position % kPageBytes, kSectorBytes);
  }
  return copy;
}

void FileBytes::dirty(std::uint64_t index) {
  auto [at, is_new] = dirty_.try_emplace(index);
  if (is_new) {
    at->second.platter = copy_of_sector(index);
    at->second.platter_version = writes_;
  }
  at->second.version = ++writes_;
}

void FileBytes::write(std::uint64_t at, Bytes bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const std::uint64_t position = at + done;
    const std::size_t inside = position % kSectorBytes;
    const std::size_t part = std::min(bytes.size() - done, kSectorBytes - inside);
    dirty(position / kSectorBytes);
    std::memcpy(sector(position / kSectorBytes) + inside, bytes.data() + done, part);
    done += part;
  }
  if (at + bytes.size() > size_ && !bytes.empty()) {
    size_ = at + bytes.size();
    size_version_ = ++writes_;
  }
}

void FileBytes::clear_behind(std::uint64_t size) {
  for (auto page = pages_.lower_bound(size / kPageBytes); page != pages_.end(); ++page) {
    for (std::uint64_t at = page->first * kPageBytes; at < (page->first + 1) * kPageBytes; at += kSectorBytes) {
      if (at + kSectorBytes <= size) continue;
      const std::size_t inside = at >= size ? 0 : static_cast<std::size_t>(size - at);
      std::byte* const bytes = page->second->data() + at % kPageBytes;
      const auto is_zero = [](std::byte byte) { return byte == std::byte{0}; };
      if (std::all_of(bytes + inside, bytes + kSectorBytes, is_zero)) continue;
      dirty(at / kSectorBytes);
      std::memset(bytes + inside, 0, kSectorBytes - inside);
    }
  }
}

void FileBytes::resize(std::uint64_t size) {
  if (size == size_) return;
  if (size < size_) clear_behind(size);
  size_ = size;
  size_version_ = ++writes_;
}

FileBytes::Snapshot FileBytes::snapshot() const {
  Snapshot snapshot{{}, size_, size_version_};
  snapshot.sectors.reserve(dirty_.size());
  for (const auto& [index, dirty] : dirty_) {
    snapshot.sectors.push_back({index, dirty.version, copy_of_sector(index)});
  }
  return snapshot;
}

void FileBytes::make_durable(const Snapshot& snapshot) {
  for (const auto& sector : snapshot.sectors) {
    const auto at = dirty_.find(sector.index);
    if (at == dirty_.end() || at->second.platter_version >= sector.version) continue;  // a later sync was faster
    if (at->second.version == sector.version) {
      dirty_.erase(at);
    } else {
      at->second.platter = sector.bytes;
      at->second.platter_version = sector.version;
    }
  }
  if (snapshot.size_version > platter_size_version_) {
    platter_size_ = snapshot.size;
    platter_size_version_ = snapshot.size_version;
  }
}

void FileBytes::make_some_durable(const Snapshot& snapshot, Prng& prng) {
  Snapshot part{{}, snapshot.size, prng.one_in(2) ? snapshot.size_version : 0};
  for (const auto& sector : snapshot.sectors) {
    if (prng.one_in(2)) part.sectors.push_back(sector);
  }
  make_durable(part);
}

std::uint64_t FileBytes::size_after_crash(Survival survival, Prng& prng) const {
  if (size_ == platter_size_ || survival == Survival::all) return size_;
  if (survival == Survival::none) return platter_size_;
  if (prng.one_in(4)) {
    const std::uint64_t low = std::min(size_, platter_size_);
    return low + prng.below(std::max(size_, platter_size_) - low + 1);
  }
  return prng.one_in(2) ? size_ : platter_size_;
}

std::uint64_t FileBytes::crash(Survival survival, Prng& prng) {
  std::uint64_t lost = 0;
  const std::uint64_t size = size_after_crash(survival, prng);
  if (size != size_) ++lost;
  for (auto& [index, dirty] : dirty_) {
    const auto fate = survival == Survival::all ? 0 : survival == Survival::none ? 1 : prng.below(20);
    if (fate == 0 || fate >= 10) continue;  // it reached the platter in time
    ++lost;
    std::byte* const bytes = sector(index);
    if (fate > 1 && fate < 4) {  // torn: only its beginning did
      const auto kept = static_cast<std::size_t>(prng.below(kSectorBytes));
      std::memcpy(bytes + kept, dirty.platter.data() + kept, kSectorBytes - kept);
    } else if (fate == 4) {  // it was being written when the power went: what was to change is anything now
      for (std::size_t i = 0; i < kSectorBytes; ++i) {
        if (bytes[i] != dirty.platter[i]) bytes[i] = static_cast<std::byte>(prng.below(256));
      }
    } else {
      std::memcpy(bytes, dirty.platter.data(), kSectorBytes);
    }
  }
  size_ = std::max(size_, size);
  clear_behind(size);
  size_ = platter_size_ = size;
  size_version_ = platter_size_version_ = ++writes_;
  dirty_.clear();
  return lost;
}

void FileBytes::flip(std::uint64_t at, unsigned bit) {
  MR_ASSERT(at < size_ && bit < 8);
  const auto mask = static_cast<std::byte>(1U << bit);
  sector(at / kSectorBytes)[at % kSectorBytes] ^= mask;
  if (const auto old = dirty_.find(at / kSectorBytes); old != dirty_.end()) {
    old->second.platter[at % kSectorBytes] ^= mask;
  }
}

void Inode::apply(Names& names, const Change& change) {
  if (change.target == nullptr) {
    names.erase(change.name);
    return;
  }
  if (!change.from.empty()) {
    const auto old = names.find(change.from);
    if (old != names.end() && old->second == change.target) names.erase(old);
  }
  names[change.name] = change.target;
}

void Inode::change(Change what) {
  apply(names, what);
  changes.push_back(std::move(what));
}

void Inode::sync_names() {
  platter_names = names;
  changes.clear();
}

std::uint64_t Inode::crash_names(Survival survival, Prng& prng) {
  std::uint64_t lost = 0;
  Names after = platter_names;
  for (const auto& what : changes) {
    const bool kept = survival == Survival::all || (survival == Survival::each && prng.one_in(2));
    if (kept) apply(after, what);
    if (!kept) ++lost;
  }
  names = platter_names = std::move(after);
  changes.clear();
  return lost;
}

}  // namespace millrace::sim
