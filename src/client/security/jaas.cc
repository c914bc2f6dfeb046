#include "client/security/jaas.h"

#include <optional>
#include <vector>

#include "client/errors.h"

namespace millrace::client {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

struct Token {
  std::string text;
  bool quoted = false;
  bool is(char c) const { return !quoted && text.size() == 1 && text.front() == c; }
};

Error wrong(const std::string& why) {
  return local_error(Cause::invalid_config,
                     "sasl.jaas.config: " + why + "; write it as CLASS required username=\"...\" password=\"...\";");
}

std::optional<std::string> quoted(std::string_view& rest, char quote) {
  std::string text;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == quote) {
      rest.remove_prefix(i + 1);
      return text;
    }
    if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
    text += rest[i];
  }
  return std::nullopt;
}

Result<std::vector<Token>> tokens(std::string_view rest) {
  std::vector<Token> found;
  while (true) {
    const std::size_t begin = rest.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return found;
    rest.remove_prefix(begin);
    const char c = rest.front();
    if (c == '"' || c == '\'') {
      auto text = quoted(rest, c);
      if (!text) return wrong("a quoted value has no end");
      found.push_back({*std::move(text), true});
    } else if (c == '=' || c == ';') {
      found.push_back({std::string(1, c)});
      rest.remove_prefix(1);
    } else {
      const std::size_t end = std::min(rest.find_first_of(" \t\r\n=;\"'"), rest.size());
      found.push_back({std::string(rest.substr(0, end))});
      rest.remove_prefix(end);
    }
  }
}

}  // namespace

Result<Jaas> parse_jaas(std::string_view text) {
  const auto all = tokens(text);
  if (!all) return all.error();
  if (all->size() < 2 || all->front().quoted) return wrong("it needs a login module and a control flag");
  Jaas jaas;
  jaas.module = all->front().text.substr(all->front().text.rfind('.') + 1);
  std::size_t at = 2;
  for (; at < all->size() && !(*all)[at].is(';'); at += 3) {
    if (at + 2 >= all->size() || !(*all)[at + 1].is('=')) return wrong("an option must be NAME=VALUE");
    jaas.options.insert_or_assign((*all)[at].text, (*all)[at + 2].text);
  }
  if (at >= all->size()) return wrong("the ';' at its end is missing");
  if (at + 1 < all->size()) return wrong("only one login module is allowed");
  return jaas;
}

}  // namespace millrace::client
