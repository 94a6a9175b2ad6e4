// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/file.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

inline std::string reason() { return std::strerror(errno); }

}  // namespace detail

GS_INLINE std::string read_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw FileError(path, "is a folder, a file is needed");
  const detail::File file(std::fopen(path.c_str(), "rb"));
  if (!file) throw FileError(path, "cannot be opened: " + detail::reason());
  std::string text;
  char buffer[65536];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, file.get()))
    text.append(buffer, got);
  if (std::ferror(file.get())) throw FileError(path, "cannot be read: " + detail::reason());
  return text;
}

GS_INLINE bool is_written_in_place(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::exists(path, error) || fs::is_directory(path, error)) return false;
  if (!fs::is_regular_file(path, error)) return true;
  // /dev/stdout and its like may lead to a regular file, and are no place to rename over either.
  const fs::path folder = fs::canonical(fs::absolute(path, error).parent_path(), error);
  return folder == "/dev" || folder.string().starts_with("/proc/");
}

GS_INLINE void write_file_atomically(const std::string& path, std::string_view text) {
  const bool is_place = is_written_in_place(path);
  const std::string temporary = is_place ? path : path + ".part";
  detail::File file(std::fopen(temporary.c_str(), "wb"));
  if (!file) throw FileError(path, "cannot be written: " + detail::reason());
  bool good = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
  good = std::fclose(file.release()) == 0 && good;
  if (good && (is_place || std::rename(temporary.c_str(), path.c_str()) == 0)) return;
  const std::string why = detail::reason();
  if (!is_place) std::remove(temporary.c_str());
  throw FileError(path, "cannot be written: " + why);
}

GS_INLINE std::string shortest(double value) {
  if (value != value) return {};
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return std::string(text, end);
}

}  // namespace gridswarm::inline GS_ABI::io
