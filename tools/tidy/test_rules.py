"""Each rule finds what it is for, and leaves its neighbours alone."""

import unittest
from pathlib import Path

from tools.tidy import layers, rules
from tools.tidy.source import Source, Tree


def source(text, path="src/log/segment.cc", companion=""):
    return Source(Path(path), text, companion)


class Rules(unittest.TestCase):
    def finds(self, rule, text, **kwargs):
        found = list(rule(source(text, **kwargs)))
        self.assertTrue(found, f"{rule.__name__} missed: {text}")
        return found[0].message

    def passes(self, rule, text, **kwargs):
        self.assertEqual([], [str(f) for f in rule(source(text, **kwargs))])

    def test_a_long_line(self):
        self.finds(rules.line_length, "x" * 121)
        self.passes(rules.line_length, "x" * 120)

    def test_a_long_file_unless_the_ratchet_allows_it(self):
        text = "\n" * 401
        self.assertTrue(list(rules.file_length(source(text), {})))
        self.assertEqual([], list(rules.file_length(source(text), {"src/log/segment.cc": 401})))
        self.assertTrue(list(rules.file_length(source("\n" * 1001), {"src/log/segment.cc": 2000})))

    def test_a_long_function(self):
        body = "  step();\n" * 70
        self.finds(rules.function_length, f"void long_one(int n) {{\n{body}}}\n")
        self.passes(rules.function_length, "void short_one(int n) {\n  step();\n}\n" * 40)

    def test_what_the_core_must_not_call_names_what_to_use(self):
        for text, instead in [
            ("auto t = std::chrono::steady_clock::now();", "ports::Clock"),
            ("std::thread worker(f);", "ports::Jobs"),
            ("std::mutex lock;", "ports::Mailbox"),
            ("int n = rand();", "ports::Random"),
            ("std::mt19937 engine;", "ports::Random"),
            ("auto h = std::hash<std::string>{}(s);", "stable hash"),
            ("thread_local int x = 0;", "a member"),
            ("std::ifstream in(path);", "ports::Files"),
            ("co_await next();", "callback"),
        ]:
            self.assertIn(instead, self.finds(rules.banned_calls, text))
        self.finds(rules.banned_calls, "#include <sys/socket.h>")

    def test_the_shell_comments_and_text_are_free(self):
        self.passes(rules.banned_calls, "std::thread worker(f);", path="src/runtime/pool.cc")
        self.passes(rules.banned_calls, "// std::thread is not used here\n")
        self.passes(rules.banned_calls, 'say("std::mutex");')
        self.passes(rules.banned_calls, "int operand(); brand(1); file.open(path);")

    def test_static_mutable_state(self):
        self.finds(rules.static_mutable_state, "  static int calls = 0;")
        self.finds(rules.static_mutable_state, "static std::string name;")
        self.finds(rules.static_mutable_state, "int g_count = 0;")
        self.passes(rules.static_mutable_state, "static constexpr int kMax = 3;\nstatic const char* f();\n")
        self.passes(rules.static_mutable_state, "  static Result<Segment> open(int x);")

    def test_iteration_in_the_order_of_hashes_or_addresses(self):
        self.finds(rules.unordered_iteration, "std::unordered_map<int, int> waiting_;\nfor (auto& w : waiting_) {")
        self.finds(rules.unordered_iteration, "for (auto& w : waiting_) {",
                   companion="std::unordered_set<int> waiting_;")
        self.finds(rules.unordered_iteration, "std::map<Partition*, int> owners_;")
        self.passes(rules.unordered_iteration, "std::map<int, int> waiting_;\nfor (auto& w : waiting_) {")

    def test_leftovers(self):
        self.finds(rules.leftovers, "// TO" + "DO: later")
        self.finds(rules.leftovers, "path = \"/wo" + "rk/main\"")
        self.passes(rules.leftovers, "a todo list")


class Layers(unittest.TestCase):
    def check(self, path, text, cmake):
        import tempfile

        with tempfile.TemporaryDirectory() as top:
            module = Path(top, path).parent
            module.mkdir(parents=True)
            (module / "CMakeLists.txt").write_text(cmake)
            tree = Tree(Path(top), [source(text, path)])
            return [f.message for f in layers.check(tree, layers.read_order("base ports\nlog\nbroker\n"))]

    def test_an_include_from_above_is_found(self):
        self.assertTrue(self.check("src/log/a.cc", '#include "broker/b.h"', "millrace_module(DEPS base broker)"))

    def test_an_undeclared_include_is_found(self):
        self.assertTrue(self.check("src/log/a.cc", '#include "base/b.h"', "millrace_module(DEPS ports)"))
        self.assertEqual([], self.check("src/log/a.cc", '#include "base/b.h"', "millrace_module(DEPS base)"))

    def test_tests_may_use_their_own(self):
        self.assertEqual([], self.check("src/log/a_test.cc", '#include "broker/b.h"',
                                        "millrace_module(DEPS base TEST_DEPS broker)"))


if __name__ == "__main__":
    unittest.main()
