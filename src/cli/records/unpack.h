#pragma once

#include <string>
#include <string_view>

namespace millrace::cli {

// Writes binary `data` as `pattern` says, one character a field, as rpk's unpack[]: b B h H i I q Q are whole numbers
// of 1, 2, 4 and 8 bytes (capitals without sign); < and > switch to little and big endian (big unless told); c and .
// are one character; s is the rest as text; x writes a blank; $ demands the end. What does not fit is told in the
// output.
void unpack(std::string_view pattern, std::string_view data, std::string& out);

}  // namespace millrace::cli
