"""The grammar of spec/ and what the generator refuses. Run by ctest as protocol.generator."""
import os
import tempfile
import unittest

import cpp_types
import spec

HEAD = "api 3 Thing\n  versions 1..5, flexible 4.., on broker\n  | About it.\n\nrequest ThingRequest\n"


class SpecTest(unittest.TestCase):
    def parse(self, body, head=HEAD):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "thing.spec")
            with open(path, "w", encoding="utf-8") as out:
                out.write(head + body)
            return spec.Parser(path).parse()

    def refused(self, body, text):
        with self.assertRaises(spec.SpecError) as caught:
            self.parse(body)
        self.assertIn(text, str(caught.exception))
        self.assertIn("thing.spec:", str(caught.exception))

    def test_a_field_says_type_versions_tag_default_and_remark(self):
        message = self.parse("  someName  [string]?3..  @2.. #7 = null droppable  -- a remark\n").messages[0]
        field = message.root.fields[0]
        self.assertEqual((field.name, field.member, field.base, field.array), ("someName", "some_name", "string", True))
        self.assertEqual((field.versions, field.nullable, field.tag), ((2, 5), (3, 5), 7))
        self.assertEqual((field.default, field.droppable, field.about), ("null", True, "a remark"))

    def test_inner_structs_come_before_those_that_use_them(self):
        message = self.parse("  a  [Outer]\n    b  Inner\n      c  int8\n  d  [Inner]\n").messages[0]
        self.assertEqual([struct.name for struct in message.structs], ["Inner", "Outer"])
        self.assertEqual([field.name for field in message.root.fields], ["a", "d"])

    def test_mistakes_are_named_with_file_and_line(self):
        self.refused("  a  int32  @0..\n", ":6: version range '0..'")
        self.refused("  a  int32  @4..2\n", ":6: version range")
        self.refused("  a  int32  sometimes\n", "unknown attribute")
        self.refused("  a  Missing\n", "unknown type Missing")
        self.refused("  a  [One]\n    b  int8\n  struct One\n    c  int8\n", "defined twice")
        self.refused("  a  One  @3..\n    b  int8\n  c  One\n", "defined for fewer versions")
        self.refused("  a  One\n    b  [One]\n", "contains itself")
        self.refused("  9a  int8\n", "not a field")

    def test_least_sizes_follow_the_version(self):
        message = self.parse("  a  [One]\n    b  string\n    c  int64  @2..\n    d  int32  @4.. #0\n").messages[0]
        field = message.root.fields[0]
        sizes = [cpp_types.least_element(field, message, version) for version in range(1, 6)]
        self.assertEqual(sizes, [2, 10, 10, 10, 10])
        text = cpp_types.least_element_text(field, message)
        for version in range(1, 6):
            value = 10 if version >= 2 else 2
            self.assertIn(str(value), text)

    def test_conditions_are_only_as_strict_as_needed(self):
        self.assertEqual(cpp_types.condition((1, 5), (1, 5)), "")
        self.assertEqual(cpp_types.condition((3, 5), (1, 5)), "version >= 3")
        self.assertEqual(cpp_types.condition((1, 2), (1, 5)), "version <= 2")
        self.assertEqual(cpp_types.condition((2, 2), (1, 5)), "version == 2")


if __name__ == "__main__":
    unittest.main()
