// SPDX-License-Identifier: BSD-3-Clause
#include "gridswarm/io/run_folder.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "gridswarm/base/error.hpp"
#include "scratch_folder.hpp"

using namespace gridswarm;
namespace fs = std::filesystem;

TEST_CASE("a folder that doesn't exist is made with those above it and stays empty") {
  const ScratchFolder scratch("claim");
  const io::RunFolder run = io::claim_folder(scratch / "a/b");
  CHECK(fs::is_directory(scratch / "a/b"));
  CHECK(fs::is_empty(scratch / "a/b"));
  CHECK(run.results() == (scratch / "a/b/results.h5"));
  CHECK_NOTHROW(io::claim_folder(scratch / "a/b"));  // nothing was written: still free
}

TEST_CASE("a folder that holds any mark of another run is refused, other files are no mark") {
  for (const char* mark : {"run.toml", "results.h5", "results.h5.tmp", "log"}) {
    CAPTURE(mark);
    const ScratchFolder scratch("marks");
    std::ofstream(scratch / "notes.txt") << "mine";
    CHECK_NOTHROW(io::claim_folder(scratch.path));
    std::ofstream(scratch / mark) << "x";
    CHECK_THROWS_AS(io::claim_folder(scratch.path), FileError);
    CHECK(fs::exists(scratch / "notes.txt"));
  }
}

TEST_CASE("a file in place of the folder, or above it, is refused") {
  const ScratchFolder scratch("file");
  std::ofstream(scratch / "plain") << "x";
  CHECK_THROWS_AS(io::claim_folder(scratch / "plain"), FileError);
  CHECK_THROWS_AS(io::claim_folder(scratch / "plain/below"), FileError);
  CHECK_THROWS_AS(io::claim_folder(""), UsageError);
}

TEST_CASE("a folder without the right to write is refused") {
  if (geteuid() == 0) {
    // root may write anywhere but where the system itself says no
    CHECK_THROWS_AS(io::claim_folder("/proc/gridswarm"), FileError);
    CHECK_THROWS_AS(io::claim_folder("/proc/self"), FileError);
    return;
  }
  const ScratchFolder scratch("rights");
  fs::permissions(scratch.path, fs::perms::owner_read | fs::perms::owner_exec);
  CHECK_THROWS_AS(io::claim_folder(scratch.path), FileError);
  fs::permissions(scratch.path, fs::perms::owner_all);
}
