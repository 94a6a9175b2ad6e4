// SPDX-License-Identifier: BSD-3-Clause
#include "app/result_table.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "gridswarm/base/error.hpp"
#include "gridswarm/io/file.hpp"
#include "gridswarm/io/hdf5_file.hpp"

namespace gridswarm::app {
namespace {

class CsvTableFile final : public ResultTable {
 public:
  CsvTableFile(const std::string& path, const ScenarioAxis& scenarios, const ItemAxis& items,
               const std::vector<Quantity>& quantities)
      : path_(path),
        in_place_(io::is_written_in_place(path)),
        scenarios_(scenarios),
        items_(items),
        file_(open()) {
    std::string header = scenarios.name.empty() ? "" : scenarios.name + ",";
    for (const std::string& column : items.columns) header += column + ",";
    for (const Quantity& quantity : quantities) header += quantity.name + ",";
    header.back() = '\n';
    put(header);
  }
  ~CsvTableFile() override {
    if (!file_) return;
    std::fclose(file_);
    if (!in_place_) std::remove(part().c_str());
  }

  void write(std::int64_t first, Index count,
             std::span<const std::vector<double>> values) override {
    std::string text;
    const std::size_t items = items_.id.size();
    for (Index s = 0; s < count; ++s) {
      const std::string begin = scenarios_.name.empty() ? "" : scenarios_.label[first + s] + ",";
      for (std::size_t k = 0; k < items; ++k) {
        text += begin;
        for (const auto& column : items_.cells) text += column[k] + ",";
        for (const auto& quantity : values)
          text += io::shortest(quantity[static_cast<std::size_t>(s) * items + k]) + ",";
        text.back() = '\n';
      }
      put(text);
      text.clear();
    }
  }

  void write_figures(std::span<const flow::ScenarioFigures>) override {}
  void write_figures(std::span<const flow::CircuitFigures>) override {}

  void close() override {
    const bool good = std::fclose(file_) == 0;
    file_ = nullptr;
    if (!good || (!in_place_ && std::rename(part().c_str(), path_.c_str()) != 0)) fail();
  }

 private:
  std::string part() const { return in_place_ ? path_ : path_ + ".part"; }
  [[noreturn]] void fail() const {
    throw FileError(path_, std::string("cannot be written: ") + std::strerror(errno));
  }
  std::FILE* open() const {
    std::FILE* file = std::fopen(part().c_str(), "wb");
    if (!file) fail();
    return file;
  }
  void put(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) fail();
  }

  std::string path_;
  bool in_place_;
  ScenarioAxis scenarios_;
  ItemAxis items_;
  std::FILE* file_;
};

class Hdf5TableFile final : public ResultTable {
 public:
  Hdf5TableFile(const std::string& path, const ScenarioAxis& scenarios, const ItemAxis& items,
                const std::vector<Quantity>& quantities)
      : file_(io::Hdf5File::create(path)),
        axis_(scenarios.name.empty() ? "scenario" : scenarios.name) {
    file_.add_axis(axis_, scenarios.value, {scenarios.unit, "scenario"});
    file_.add_axis(items.name, items.id, {"", items.text});
    for (std::size_t c = 0; c < items.cells.size(); ++c)
      if (items.columns[c] != items.name)
        file_.add_texts(items.columns[c], items.name, items.cells[c], {"", items.columns[c]});
    for (const Quantity& quantity : quantities)
      datasets_.push_back(
          file_.add_dataset(quantity.name, {axis_, items.name}, {quantity.unit, quantity.text}));
  }

  void write(std::int64_t first, Index count,
             std::span<const std::vector<double>> values) override {
    for (std::size_t k = 0; k < datasets_.size(); ++k)
      file_.write_rows(datasets_[k], first, count, values[k].data());
  }

  void write_figures(std::span<const flow::ScenarioFigures> figures) override {
    add_figures(figures);
  }
  void write_figures(std::span<const flow::CircuitFigures> figures) override {
    add_figures(figures);
  }

  void close() override { file_.close(); }

 private:
  template <class S>
  void add_figures(std::span<const S> figures) {
    const auto add = [&](const Field<S>& field, auto member) {
      using Value = std::decay_t<decltype(figures[0].*member)>;
      using Kept = std::conditional_t<std::is_same_v<Value, bool>, std::int64_t, Value>;
      const io::Hdf5Label label = {field.unit, field.text};
      std::vector<Kept> column;
      for (const S& one : figures) column.push_back(one.*member);
      if constexpr (std::is_same_v<Kept, std::string>) {
        file_.add_texts(field.name, axis_, column, label);
      } else {
        const auto type = std::is_same_v<Kept, double> ? io::Hdf5Type::f64 : io::Hdf5Type::i64;
        const auto set = file_.add_dataset(field.name, {axis_}, label, type);
        file_.write_rows(set, 0, static_cast<std::int64_t>(column.size()), column.data());
      }
    };
    for (const auto& field : fields<S>())
      std::visit([&](auto member) { add(field, member); }, field.member);
  }

  io::Hdf5File file_;
  std::string axis_;
  std::vector<io::Hdf5File::Dataset> datasets_;
};

std::string text_of(double value) { return io::shortest(value); }
std::string text_of(std::int64_t value) { return std::to_string(value); }
std::string text_of(bool value) { return value ? "1" : "0"; }
std::string text_of(const std::string& value) { return value; }

template <class S>
std::string csv_of(const ScenarioAxis& scenarios, std::span<const S> figures) {
  std::string text = (scenarios.name.empty() ? "scenario" : scenarios.name);
  for (const auto& field : fields<S>()) text += std::string(",") + field.name;
  text += "\n";
  for (std::size_t s = 0; s < figures.size(); ++s) {
    text += scenarios.label[s];
    for (const auto& field : fields<S>())
      std::visit([&](auto member) { text += "," + text_of(figures[s].*member); }, field.member);
    text += "\n";
  }
  return text;
}

}  // namespace

std::unique_ptr<ResultTable> open_table(const std::string& path, const ScenarioAxis& scenarios,
                                        const ItemAxis& items,
                                        const std::vector<Quantity>& quantities) {
  const auto ends = [&path](const char* suffix) { return path.ends_with(suffix); };
  if (ends(".h5") || ends(".hdf5") || ends(".nc"))
    return std::make_unique<Hdf5TableFile>(path, scenarios, items, quantities);
  return std::make_unique<CsvTableFile>(path, scenarios, items, quantities);
}

std::string figures_csv(const ScenarioAxis& scenarios,
                        std::span<const flow::ScenarioFigures> figures) {
  return csv_of(scenarios, figures);
}

std::string figures_csv(const ScenarioAxis& scenarios,
                        std::span<const flow::CircuitFigures> figures) {
  return csv_of(scenarios, figures);
}

}  // namespace gridswarm::app
