#pragma once

// What the shared library shows to programs; everything else is hidden (-fvisibility=hidden).
#define MILLRACE_API __attribute__((visibility("default")))
