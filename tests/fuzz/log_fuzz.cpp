// SPDX-License-Identifier: BSD-3-Clause
// A whole log folder with changed, cut, moved and missing files: verify() refuses it, unless it
// finds the very head that was written.
//
// A text is a list of changes of 4 bytes: what, which file, where, by which value.
#include "fuzz.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/file_memory.hpp"
#include "gridswarm/ledger/verify.hpp"
#include "unit/ledger/sample_log.hpp"

namespace gridswarm::fuzz {
namespace {

using namespace ledger;

struct Sample {
  MemoryFiles files;
  std::vector<std::pair<std::string, Bytes>> contents;
  std::string root;
};

const Sample& sample_log() {
  static const Sample& made = *[] {
    auto* log = new Sample;
    log->root = to_hex(sample::write(log->files, "log", {3, 0, 254, 20}).root);
    for (const FolderEntry& entry : log->files.list("log"))
      if (entry.type == FolderEntry::Type::file)
        log->contents.emplace_back(entry.path, log->files.read("log/" + entry.path));
    return log;
  }();
  return made;
}

void write(FileSystem& files, const std::string& path, ByteView bytes) {
  files.make_folders(path.substr(0, path.rfind('/')));
  files.write(path, bytes);
}

void change(FileSystem& files, const Sample& log, std::string_view how) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(how[i]); };
  const auto& [name, original] = log.contents[byte(1) % log.contents.size()];
  const std::string path = "log/" + name;
  if (!files.exists(path)) return;
  Bytes bytes = files.read(path);
  const std::size_t at = bytes.empty() ? 0 : std::size_t{byte(2)} * bytes.size() / 256;
  switch (byte(0) % 6) {
    case 0:
      if (!bytes.empty()) bytes[at] ^= static_cast<std::byte>(how[3]);
      break;
    case 1: bytes.resize(at); break;
    case 2: bytes.insert(bytes.end(), byte(3), static_cast<std::byte>(how[2])); break;
    case 3: files.remove(path); return;
    case 4: bytes = log.contents[byte(3) % log.contents.size()].second; break;
    case 5:
      write(files, "log/tile/" + std::to_string(byte(2)) + "/" + std::to_string(byte(3)), bytes);
      return;
  }
  write(files, path, bytes);
}

bool is_same(FileSystem& files, const Sample& log) {
  std::size_t found = 0;
  for (const FolderEntry& entry : files.list("log"))
    if (entry.type == FolderEntry::Type::file) ++found;
  if (found != log.contents.size()) return false;
  for (const auto& [name, bytes] : log.contents)
    if (!files.exists("log/" + name) || files.read("log/" + name) != bytes) return false;
  return true;
}

}  // namespace

void body(std::string_view text) {
  const Sample& log = sample_log();
  MemoryFiles files;
  for (const auto& [name, bytes] : log.contents) write(files, "log/" + name, bytes);
  for (std::size_t at = 0; at + 4 <= text.size() && at < 64; at += 4)
    change(files, log, text.substr(at, 4));
  VerifyOptions options;
  options.key = verifier_of(demo_key(1));
  try {
    const VerifyResult told = verify(files, "log", options);
    const bool is_whole = is_same(files, log);
    claim(told.ok || !is_whole, "what was written passes");
    claim(!told.ok || told.root == log.root, "no other head passes");
    claim(!told.ok || !told.reason.empty() || told.file.empty(), "a refusal says why");
  } catch (const FileError&) {
    claim(!is_same(files, log), "what was written can be read");
  }
}

}  // namespace gridswarm::fuzz
