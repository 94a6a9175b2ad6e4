// SPDX-License-Identifier: BSD-3-Clause
// Contracts are replayed for years on other machines: their sources know integers only. The tidy
// test integers.py asks the same of the compiled object.
#include <doctest/doctest.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// Words and numbers of a line in order; a number keeps its points and exponent.
std::vector<std::string> words_of(const std::string& code) {
  std::vector<std::string> words(1);
  for (const char c : code) {
    const bool starts_number =
        !words.back().empty() && std::isdigit(static_cast<unsigned char>(words.back()[0]));
    if (is_word(c) || (c == '.' && starts_number))
      words.back() += c;
    else if (!words.back().empty())
      words.emplace_back();
  }
  return words;
}

/// Does a word not belong into contract/? Hash maps divide by a load factor.
bool is_banned(const std::string& word) {
  for (const char* name : {"double", "float", "float_t", "double_t", "cmath", "complex",
                           "unordered_map", "unordered_set"})
    if (word == name) return true;
  const bool is_number = !word.empty() && std::isdigit(static_cast<unsigned char>(word[0]));
  const bool is_hex = word.size() > 1 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
  return is_number && word.find_first_of(is_hex ? ".pP" : ".eE") != std::string::npos;
}

}  // namespace

TEST_CASE("the word list finds floating-point types and literals, and lets integers pass") {
  for (const char* code : {"double", "float", "unordered_map", "1.5", "2e6", "0x1p52", "3."})
    CHECK(is_banned(words_of(code).front()));
  for (const char* code : {"doubled", "0xabcdef", "1000000", "a.b", "x1e5"})
    for (const std::string& word : words_of(code)) CHECK_FALSE(is_banned(word));
}

TEST_CASE("no source of contract/ names a floating-point type, literal or header") {
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(GRIDSWARM_INCLUDE_FOLDER) + "/contract")) {
    ++files;
    std::ifstream in(entry.path());
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
      INFO(entry.path().filename().string() << ":" << number << ": " << line);
      for (const std::string& word : words_of(line.substr(0, line.find("//"))))
        CHECK_FALSE(is_banned(word));
    }
  }
  CHECK(files >= 19);
}
