// SPDX-License-Identifier: BSD-3-Clause
// Run a fuzzer's body over the files of a folder, and over each of them cut off at every byte.
#include <filesystem>

#include "fuzz.hpp"
#include "gridswarm/io/file.hpp"

int main(int argc, char** argv) {
  std::size_t files = 0, texts = 0;
  for (int k = 1; k < argc; ++k)
    for (const auto& entry : std::filesystem::directory_iterator(argv[k])) {
      const std::string text = gridswarm::io::read_file(entry.path().string());
      ++files;
      const std::size_t step = text.size() < 4000 ? 1 : text.size() / 1000;
      for (std::size_t length = 0; length < text.size(); length += step, ++texts)
        gridswarm::fuzz::body(std::string_view(text).substr(0, length));
      gridswarm::fuzz::body(text);
    }
  std::printf("%zu files, %zu texts cut off\n", files, texts);
  return files > 0 ? 0 : 1;
}
