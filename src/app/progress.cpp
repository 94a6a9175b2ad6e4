// SPDX-License-Identifier: BSD-3-Clause
#include "app/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace gridswarm::app {
namespace {

using namespace std::chrono_literals;

double seconds(Progress::Clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

/// "12 s", "3 min 05 s", "2 h 10 min": two figures are enough for waiting.
std::string waiting_time(double s) {
  const auto whole = static_cast<long long>(s + 0.5);
  char text[64];
  if (whole < 60)
    std::snprintf(text, sizeof text, "%lld s", whole);
  else if (whole < 3600)
    std::snprintf(text, sizeof text, "%lld min %02lld s", whole / 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%lld h %02lld min", whole / 3600, whole % 3600 / 60);
  return text;
}

}  // namespace

std::string progress_text(const std::string& label, std::int64_t done, std::int64_t total,
                          double elapsed_s, bool bar) {
  constexpr int width = 30;
  done = std::clamp<std::int64_t>(done, 0, total);
  const double share = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 1.0;
  const int filled = static_cast<int>(share * width);
  char percent[16];
  std::snprintf(percent, sizeof percent, bar ? "%3d %%" : "%d %%", static_cast<int>(share * 100));
  std::string text = label;
  text += bar ? " [" + std::string(filled, '#') + std::string(width - filled, '.') + "] " : ": ";
  text += percent;
  if (done >= total)
    text += ", took " + waiting_time(elapsed_s);
  else if (done > 0)
    text += ", " + waiting_time(elapsed_s / share - elapsed_s) + " left";
  return text;
}

Progress::Progress(std::string label, std::int64_t total, std::FILE* out)
    : label_(std::move(label)),
      total_(total),
      out_(out),
      terminal_(out && isatty(fileno(out))),
      start_(Clock::now()),
      shown_at_(start_) {}

Progress::~Progress() {
  if (line_open_) std::fputc('\n', out_);
}

void Progress::show(std::int64_t done, Clock::time_point now) {
  if (!out_ || done == shown_) return;
  const auto since = now - shown_at_;
  const bool complete = done >= total_;
  const bool tenth = total_ > 0 && done * 10 / total_ > shown_ * 10 / total_;
  if (!complete && (terminal_ ? since < 100ms : since < 1s || (!tenth && since < 10s))) return;
  shown_ = done;
  shown_at_ = now;
  const std::string text = progress_text(label_, done, total_, seconds(now - start_), terminal_);
  if (terminal_)
    std::fprintf(out_, "\r%s\033[K", text.c_str());
  else
    std::fprintf(out_, "%s\n", text.c_str());
  line_open_ = terminal_;
  std::fflush(out_);
}

}  // namespace gridswarm::app
