#include "base/sha2.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace {
namespace {

std::string hex(const std::vector<std::byte>& bytes) {
  std::string text;
  for (const std::byte b : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned>(b) >> 4];
    text += "0123456789abcdef"[static_cast<unsigned>(b) & 15];
  }
  return text;
}

// The standard's own examples.
TEST(Sha2, DigestsAreTheStandards) {
  EXPECT_EQ(hex(digest(Digest::sha256, as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(digest(Digest::sha256, as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(digest(Digest::sha256, {})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(digest(Digest::sha512, as_bytes("abc"))),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

// RFC 4231, cases 1, 2 and 6.
TEST(Sha2, HmacsAreTheStandards) {
  const std::string key(20, '\x0b');
  EXPECT_EQ(hex(hmac(Digest::sha256, as_bytes(key), as_bytes("Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac(Digest::sha512, as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
            "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
  const std::string longer(131, '\xaa');
  EXPECT_EQ(hex(hmac(Digest::sha256, as_bytes(longer),
                     as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// RFC 7914, section 11 (its first block), and what Python's hashlib gives.
TEST(Sha2, StretchedPasswordsAreTheStandards) {
  EXPECT_EQ(hex(stretched(Digest::sha256, as_bytes("passwd"), as_bytes("salt"), 1)),
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
  EXPECT_EQ(hex(stretched(Digest::sha512, as_bytes("pencil"), as_bytes("salt"), 100)),
            "bca971886284f7f716fb43e5001821e4f9b1258db6b7199ef03ef2a419e57ff5"
            "0d6a9d37e54b98a4fe21c72ff17541a6671e8390f672b59986ca3d1dc0165a52");
}

}  // namespace
}  // namespace millrace
