#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace millrace::metadata {

// An ordered map whose versions share what they have in common: a change makes a new version in O(log n) time and
// memory, and older versions stay as they were. Balanced (AVL). Copying a version copies one pointer; a version may be
// read on any thread, and changed only by its owner. `Less` must order K and what find() is asked for.
template <typename K, typename V, typename Less = std::less<>>
class PersistentMap {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Null if there is none. Valid as long as some version that holds the entry lives.
  template <typename Key>
  const V* find(const Key& key) const {
    const Less less;
    const Node* node = root_.get();
    while (node != nullptr) {
      if (less(key, node->key)) {
        node = node->left.get();
      } else if (less(node->key, key)) {
        node = node->right.get();
      } else {
        return &node->value;
      }
    }
    return nullptr;
  }

  // Adds the entry or replaces its value.
  void set(const K& key, V value) {
    bool added = false;
    root_ = with(root_, key, value, added);
    if (added) ++size_;
  }

  // False if there was none.
  template <typename Key>
  bool erase(const Key& key) {
    if (find(key) == nullptr) return false;
    root_ = without(root_, key);
    --size_;
    return true;
  }

  // Calls `visit(key, value)` for every entry in order of keys.
  template <typename Visit>
  void for_each(Visit visit) const {
    walk(root_.get(), visit);
  }

 private:
  struct Node;
  using Link = std::shared_ptr<const Node>;
  struct Node {
    K key;
    V value;
    Link left;
    Link right;
    int height;
  };

  static int height(const Link& link) { return link ? link->height : 0; }
  static Link make(const K& key, const V& value, Link left, Link right) {
    const int tall = 1 + std::max(height(left), height(right));
    return std::make_shared<const Node>(Node{key, value, std::move(left), std::move(right), tall});
  }
  static Link rotate_right(const K& key, const V& value, const Link& left, Link right) {
    return make(left->key, left->value, left->left, make(key, value, left->right, std::move(right)));
  }
  static Link rotate_left(const K& key, const V& value, Link left, const Link& right) {
    return make(right->key, right->value, make(key, value, std::move(left), right->left), right->right);
  }
  // As make(), for children whose heights differ by at most two.
  static Link balanced(const K& key, const V& value, Link left, Link right) {
    if (height(left) > height(right) + 1) {
      if (height(left->left) < height(left->right)) {
        left = rotate_left(left->key, left->value, left->left, left->right);
      }
      return rotate_right(key, value, left, std::move(right));
    }
    if (height(right) > height(left) + 1) {
      if (height(right->right) < height(right->left)) {
        right = rotate_right(right->key, right->value, right->left, right->right);
      }
      return rotate_left(key, value, std::move(left), right);
    }
    return make(key, value, std::move(left), std::move(right));
  }

  static Link with(const Link& node, const K& key, V& value, bool& added) {
    const Less less;
    if (!node) {
      added = true;
      return make(key, value, nullptr, nullptr);
    }
    if (less(key, node->key)) return balanced(node->key, node->value, with(node->left, key, value, added), node->right);
    if (less(node->key, key)) return balanced(node->key, node->value, node->left, with(node->right, key, value, added));
    return make(key, value, node->left, node->right);
  }

  template <typename Key>
  static Link without(const Link& node, const Key& key) {
    const Less less;
    if (less(key, node->key)) return balanced(node->key, node->value, without(node->left, key), node->right);
    if (less(node->key, key)) return balanced(node->key, node->value, node->left, without(node->right, key));
    if (!node->left) return node->right;
    if (!node->right) return node->left;
    const Node* next = node->right.get();
    while (next->left) next = next->left.get();
    return balanced(next->key, next->value, node->left, without(node->right, next->key));
  }

  template <typename Visit>
  static void walk(const Node* node, Visit& visit) {
    if (node == nullptr) return;
    walk(node->left.get(), visit);
    visit(node->key, node->value);
    walk(node->right.get(), visit);
  }

  Link root_;
  std::size_t size_ = 0;
};

}  // namespace millrace::metadata
