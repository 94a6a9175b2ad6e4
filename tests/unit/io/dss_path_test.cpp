// SPDX-License-Identifier: BSD-3-Clause
// Files that OpenDSS texts name: found beside the file that names them, never outside the folder.
#include <doctest/doctest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/dss_object.hpp"
#include "scratch_folder.hpp"

using namespace gridswarm;
namespace fs = std::filesystem;

namespace {

void write(const std::string& path, const std::string& text) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

/// The sentence that reading `path` ends with; empty: it is read.
std::string message_of(const std::string& path) {
  try {
    io::read_dss_text(path);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

bool refused(const std::string& path, const char* why) {
  const std::string message = message_of(path);
  INFO(message);
  return message.find(why) != std::string::npos;
}

}  // namespace

TEST_CASE("files are found beside the file that names them, without case, \\ is /") {
  const ScratchFolder folder("dss_found");
  write(folder / "case/Master.dss",
        "new circuit.c\nredirect SUB\\lines.DSS\nredirect loads\ncompile sub/last\n"
        "redirect more.dss\nbuscoords xy.csv\n");
  write(folder / "case/Sub/Lines.dss", "new line.a\nredirect codes.dss\n");
  write(folder / "case/Sub/CODES.dss", "new linecode.k\nredirect ../loads.dss");
  write(folder / "case/loads.dss", "new load.l\n");
  write(folder / "case/Sub/last.dss", "new line.z\n");
  write(folder / "case/Sub/more.dss", "new line.more\n");  // compile has moved there
  write(folder / "case/Sub/xy.csv", "B1, 3, 4\r\n\r\n\"b 2\" 5 6\n");
  const io::DssText text = io::read_dss_text(folder / "case/Master.dss");
  for (const char* name : {"a", "z", "more"}) CHECK(io::find_object(text, "line", name) != nullptr);
  CHECK(io::find_object(text, "linecode", "k") != nullptr);
  CHECK(io::find_object(text, "load", "l")->file->path.ends_with("loads.dss"));
  CHECK(text.warnings.size() == 1);  // load.l is made twice
  REQUIRE(text.coordinates.size() == 2);
  CHECK(text.coordinates[1].bus == "b 2");
  CHECK(text.coordinates[1].y == 6.0);
}

TEST_CASE("nothing outside the master's folder is read, however it is named") {
  const ScratchFolder folder("dss_outside");
  write(folder / "secret.dss", "new circuit.secret\n");
  write(folder / "other/secret.dss", "new circuit.secret\n");
  fs::create_directories(folder / "case/sub");
  fs::create_symlink(folder / "secret.dss", folder / "case/link.dss");
  fs::create_directory_symlink(folder / "other", folder / "case/away");
  fs::create_symlink(folder / "case/gone", folder / "case/dangling.dss");
  const std::string outside = "lies outside the master's folder";
  const auto master = [&](const std::string& name) {
    write(folder / "case/m.dss", "redirect \"" + name + "\"\n");
    return folder / "case/m.dss";
  };
  for (const char* name : {"../secret.dss", "sub/../../secret", "..\\secret.dss", "link.dss",
                           "away/secret.dss", "../case/../secret.dss", ".."})
    CHECK(refused(master(name), outside.c_str()));
  CHECK(refused(master(folder / "case/sub/x.dss"), "absolute path"));
  CHECK(refused(master("C:\\secret.dss"), "absolute path"));
  CHECK(refused(master("nothing.dss"), "not found"));
  CHECK(refused(master("dangling.dss"), "not found"));
  CHECK(refused(master("sub"), "not a plain file"));
  CHECK(refused(master(""), "no name"));
  CHECK(message_of(folder / "case/m.dss").find("case/m.dss:1: file") != std::string::npos);
}

TEST_CASE("a wider root lets a master name its neighbours, and nothing beyond") {
  const ScratchFolder folder("dss_root");
  write(folder / "a/m.dss", "redirect ../b/x.dss\n");
  write(folder / "b/x.dss", "new circuit.b\n");
  CHECK(refused(folder / "a/m.dss", "outside"));
  CHECK(io::read_dss_text(folder / "a/m.dss", folder.path).circuit == "b");
  CHECK_THROWS_AS(io::read_dss_text(folder / "a/m.dss", folder / "a"), FileError);
}

TEST_CASE("circles, depth and repetition of redirects end with a sentence") {
  const ScratchFolder folder("dss_circle");
  write(folder / "m.dss", "redirect b.dss\n");
  write(folder / "b.dss", "redirect M.DSS\n");
  CHECK(refused(folder / "m.dss", "a circle"));
  write(folder / "m.dss", "redirect d0.dss\n");
  for (int i = 0; i < 60; ++i)
    write(folder / ("d" + std::to_string(i) + ".dss"),
          "redirect d" + std::to_string(i + 1) + ".dss\n");
  CHECK(refused(folder / "m.dss", "40 deep"));
  for (int i = 0; i < 20; ++i) {  // a million files, if one let it
    const std::string next = "redirect d" + std::to_string(i + 1) + ".dss\n";
    write(folder / ("d" + std::to_string(i) + ".dss"), next + next);
  }
  write(folder / "d20.dss", "");
  CHECK(refused(folder / "m.dss", "more than 10000 redirects"));
}

TEST_CASE("numbers of a list come from files of text or bytes, by column") {
  const ScratchFolder folder("dss_numbers");
  write(folder / "p.csv", "p, q\n1, 10\n\n2.5, 20\n");
  const double binary[] = {3.0, -4.5};
  std::string bytes(sizeof binary, '\0');
  std::memcpy(bytes.data(), binary, sizeof binary);
  write(folder / "p.dbl", bytes);
  write(folder / "m.dss",
        "new circuit.c\nnew loadshape.s npts=2 mult=(file=P.csv col=2 head=yes) "
        "qmult=[dblfile=p.dbl]\n~ pmult=(file=p.csv, column=3)\n");
  const io::DssText text = io::read_dss_text(folder / "m.dss");
  const io::DssObject& shape = *io::find_object(text, "loadshape", "s");
  CHECK(io::numbers_of(shape.properties[1].value) == std::vector<double>{10.0, 20.0});
  CHECK(io::numbers_of(shape.properties[2].value) == std::vector<double>{3.0, -4.5});
  CHECK_THROWS_WITH_AS(io::numbers_of(shape.properties[3].value),
                       (folder / "m.dss names p.csv:1: column 3 is missing").c_str(), InputError);
}

TEST_CASE("a master that is missing, empty or a folder is told apart") {
  const ScratchFolder folder("dss_missing");
  write(folder / "empty.dss", "");
  CHECK(message_of(folder / "empty.dss").empty());
  CHECK(refused(folder / "none.dss", "cannot be opened"));
  CHECK(refused(folder.path, "is a folder"));
}
