// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/dss_path.hpp"
#include "gridswarm/io/dss_token.hpp"
#include "gridswarm/io/file.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

namespace fs = std::filesystem;

inline constexpr std::uintmax_t largest_dss_file = std::uintmax_t{256} << 20;

/// `folder`/`name` as it stands on disk: exactly so, or else without case. Empty: not there.
inline fs::path find_in_folder(const fs::path& folder, const std::string& name) {
  std::error_code failed;
  fs::path exact = folder / name;
  if (fs::exists(exact, failed)) return exact;
  const std::string wanted = lower_case(name);
  fs::path found;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const fs::path candidate = entry->path();
    if (lower_case(candidate.filename().string()) != wanted) continue;
    if (found.empty() || candidate < found) found = candidate;  // the same one on every disk
  }
  return found;
}

/// Both without links and dots; the folder itself counts.
inline bool lies_in(const fs::path& path, const fs::path& root) {
  const auto at = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  return at.first == root.end();
}

/// Walk `name` from `folder`, never out of `root`; .. steps up. Empty: not there.
inline fs::path walk_without_case(const fs::path& root, const fs::path& folder,
                                  std::string_view name, const std::string& said) {
  fs::path at = folder;
  while (!name.empty() && !at.empty()) {
    const std::size_t end = std::min(name.find('/'), name.size());
    const std::string step(name.substr(0, end));
    name.remove_prefix(std::min(end + 1, name.size()));
    if (step.empty() || step == ".") continue;
    at = step == ".." ? at.parent_path() : find_in_folder(at, step);
    if (at.empty()) break;
    std::error_code failed;
    at = fs::canonical(at, failed);  // a link shows where it leads before anything there is read
    if (failed) return {};
    if (!lies_in(at, root))
      throw FileError(said, "lies outside the master's folder; only files in it are read");
  }
  return at;
}

}  // namespace detail

GS_INLINE std::string find_file(const DssFile& from, std::string_view written,
                                std::string_view place) {
  namespace fs = std::filesystem;
  std::string name(trimmed(written));
  std::replace(name.begin(), name.end(), '\\', '/');
  const std::string said = std::string(place) + ": file " + name;
  if (name.empty()) throw FileError(said, "no name");
  if (name.find('\0') != name.npos) throw FileError(said, "is no name");
  if (name[0] == '/' || (name.size() > 1 && name[1] == ':'))
    throw FileError(said, "is named by an absolute path; name it relative to the file's folder");
  if (from.root.empty()) throw FileError(said, "a text in memory may not name files");
  std::error_code failed;
  const fs::path root = fs::canonical(from.root, failed);
  if (failed) throw FileError(said, "the master's folder cannot be found");
  const fs::path folder = fs::canonical(from.folder, failed);
  if (failed) throw FileError(said, "the folder of the file that names it cannot be found");
  fs::path found = detail::walk_without_case(root, folder, name, said);
  if (found.empty() && fs::path(name).extension().empty())
    found = detail::walk_without_case(root, folder, name + ".dss", said);
  if (found.empty()) throw FileError(said, "not found in " + folder.string());
  if (!fs::is_regular_file(found, failed)) throw FileError(said, "is not a plain file");
  return found.string();
}

GS_INLINE std::string read_named_file(const DssFile& from, std::string_view name,
                                      std::string_view place) {
  const std::string path = find_file(from, name, place);
  std::error_code failed;
  const std::uintmax_t size = std::filesystem::file_size(path, failed);
  if (failed || size > detail::largest_dss_file)
    throw FileError(path, "is larger than 256 MB; such a file is not read");
  return read_file(path);
}

}  // namespace gridswarm::inline GS_ABI::io
