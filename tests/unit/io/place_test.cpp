// SPDX-License-Identifier: BSD-3-Clause
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/hdf5_file.hpp"
#include "scratch_folder.hpp"

namespace {

using namespace gridswarm;
namespace fs = std::filesystem;

/// A named pipe with a reading end that does not wait for a writer.
struct Pipe {
  explicit Pipe(const std::string& path_) : path(path_) {
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    end = open(path.c_str(), O_RDONLY | O_NONBLOCK);
    REQUIRE(end >= 0);
  }
  ~Pipe() { close(end); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  std::string path;
  int end = -1;
};

TEST_CASE("what is written into a pipe comes out of it, and the pipe stays a pipe") {
  const ScratchFolder folder("place");
  const Pipe pipe(folder / "pipe");
  io::write_file_atomically(pipe.path, "agent,bus\n1,2\n");
  char text[32] = {};
  CHECK(read(pipe.end, text, sizeof text) == 14);
  CHECK(std::string(text) == "agent,bus\n1,2\n");
  CHECK(fs::is_fifo(pipe.path));
  CHECK_FALSE(fs::exists(pipe.path + ".part"));
}

TEST_CASE("a file is replaced whole, pipes, devices and descriptors are written themselves") {
  const ScratchFolder folder("place");
  const Pipe pipe(folder / "pipe");
  io::write_file_atomically(folder / "file", "1");
  CHECK(io::is_written_in_place(pipe.path));
  CHECK(io::is_written_in_place("/dev/null"));
  CHECK_FALSE(io::is_written_in_place(folder / "file"));
  CHECK_FALSE(io::is_written_in_place(folder / "missing"));
  CHECK_FALSE(io::is_written_in_place(folder.path));
  const int file = open((folder / "file").c_str(), O_RDONLY);
  CHECK(io::is_written_in_place("/dev/fd/" + std::to_string(file)));
  close(file);
}

TEST_CASE("a full device says so") {
  // A link, so that nothing could replace the device itself.
  const ScratchFolder folder("place");
  fs::create_symlink("/dev/full", folder / "full");
  CHECK_THROWS_WITH_AS(io::write_file_atomically(folder / "full", "1"),
                       doctest::Contains("No space left on device"), FileError);
  CHECK(fs::is_character_file(folder / "full"));
}

TEST_CASE("HDF5 into a pipe is refused with one sentence") {
  if (!io::hdf5_available()) return;
  const ScratchFolder folder("place");
  const Pipe pipe(folder / "pipe.h5");
  CHECK_THROWS_WITH_AS(io::Hdf5File::create(pipe.path), doctest::Contains("is a device or a pipe"),
                       FileError);
  CHECK(fs::is_fifo(pipe.path));
}

}  // namespace
