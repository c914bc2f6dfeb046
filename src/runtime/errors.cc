#include "runtime/errors.h"

#include <cerrno>

namespace millrace::runtime {

Error file_error(int code) {
  switch (code) {
    case ENOENT:
    case ENOTDIR:
      return Error::not_found;
    case EEXIST:
    case ENOTEMPTY:
      return Error::exists;
    case ENOSPC:
    case EDQUOT:
      return Error::no_space;
    case EACCES:
    case EPERM:
    case EROFS:
    case EISDIR:
    case ETXTBSY:
    case ELOOP:
    case EMFILE:
    case ENFILE:
      return Error::refused;
    case ENAMETOOLONG:
    case EFBIG:
      return Error::too_large;
    case EAGAIN:
      return Error::would_block;
    default:
      return Error::io;
  }
}

Error socket_error(int code) {
  switch (code) {
    case EAGAIN:
    case EINTR:
      return Error::would_block;
    case EADDRINUSE:
    case EACCES:
    case EPERM:
    case EADDRNOTAVAIL:
    case ECONNREFUSED:
    case EAFNOSUPPORT:
    case EMFILE:
    case ENFILE:
      return Error::refused;
    case ECONNRESET:
    case EPIPE:
    case ENOTCONN:
    case ECONNABORTED:
      return Error::closed;
    default:
      return Error::io;
  }
}

}  // namespace millrace::runtime
