#include "ports/file.h"

namespace millrace::ports {

Result<std::string> read_whole(BlockingFiles& files, const std::string& path, std::size_t limit) {
  auto file = files.open(path, OpenMode::read);
  if (!file) return file.error();
  const auto size = (*file)->size();
  if (!size) return size.error();
  if (size->value() > limit) return Error::too_large;
  std::string contents(size->value(), '\0');
  const auto got = (*file)->read(FilePosition(0), std::as_writable_bytes(std::span(contents)));
  if (!got) return got.error();
  contents.resize(*got);
  return contents;
}

Status replace_file(BlockingFiles& files, const std::string& path, Bytes contents) {
  const std::string temporary = path + ".tmp";
  {
    auto file = files.open(temporary, OpenMode::create);
    if (!file) return file.error();
    MR_TRY((*file)->resize(FilePosition(0)));
    MR_TRY((*file)->write(FilePosition(0), contents));
    MR_TRY((*file)->sync());
  }
  return files.rename(temporary, path);
}

Status write_atomically(BlockingFiles& files, const std::string& path, Bytes contents) {
  MR_TRY(replace_file(files, path, contents));
  return files.sync_directory(parent_directory(path));
}

std::string parent_directory(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace millrace::ports
