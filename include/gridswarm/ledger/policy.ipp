// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/bytes.hpp"
#include "gridswarm/ledger/policy.hpp"

namespace gridswarm::inline GS_ABI::ledger {

/// Reads the lines of one policy; every refusal names file and line.
class PolicyReader {
 public:
  explicit PolicyReader(const std::string& file) : file_(file) {}
  Policy read(std::string_view text);

 private:
  [[noreturn]] void refuse(const std::string& sentence) const {
    throw InputError(file_, line_, sentence);
  }
  void read_line(const std::vector<std::string_view>& words);
  void read_log(const std::vector<std::string_view>& words);
  void read_witness(const std::vector<std::string_view>& words);
  void read_group(const std::vector<std::string_view>& words);
  void read_quorum(const std::vector<std::string_view>& words);
  VerifierKey read_key(std::string_view word, KeyType type, const char* who);
  void define(std::string_view name, PolicyMember member);
  PolicyMember member_of(std::string_view name) const;

  const std::string& file_;
  std::int64_t line_ = 0;
  Policy policy_;
  bool has_quorum_ = false;
  std::map<std::string, PolicyMember, std::less<>> names_;
  std::set<std::string, std::less<>> used_;
  std::map<PublicKey, std::int64_t> keys_;  ///< to the line of its first use
};

GS_INLINE std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t begin = line.find_first_not_of(" \t", at);
    if (begin == std::string_view::npos) break;
    at = std::min(line.find_first_of(" \t", begin), line.size());
    words.push_back(line.substr(begin, at - begin));
  }
  return words;
}

GS_INLINE Policy PolicyReader::read(std::string_view text) {
  while (!text.empty()) {
    ++line_;
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    for (const char c : line)
      if (const auto byte = static_cast<unsigned char>(c);
          (byte < 0x20 && c != '\t') || byte == 0x7f)
        refuse("holds a control character; only tabs and newlines are allowed");
    const std::vector<std::string_view> words = words_of(line);
    if (end == std::string_view::npos) refuse("does not end in a newline; is the file cut off?");
    if (!words.empty() && words[0][0] != '#') read_line(words);
    text.remove_prefix(end + 1);
  }
  line_ = 0;
  if (!has_quorum_)
    refuse("has no quorum line; write `quorum none` if no cosignature is asked for");
  return std::move(policy_);
}

GS_INLINE void PolicyReader::read_line(const std::vector<std::string_view>& words) {
  if (words[0] == "log") return read_log(words);
  if (words[0] == "witness") return read_witness(words);
  if (words[0] == "group") return read_group(words);
  if (words[0] == "quorum") return read_quorum(words);
  refuse("starts with " + std::string(words[0]) + "; expected log, witness, group or quorum");
}

GS_INLINE VerifierKey PolicyReader::read_key(std::string_view word, KeyType type, const char* who) {
  const auto key = parse_vkey(word);
  if (!key)
    refuse(std::string(word) + " is not a public key; expected name+0123abcd+AbCd... with the id " +
           "that follows from name and key");
  if (key->type != type)
    refuse(std::string(word) + " is a key of type " + std::to_string(static_cast<int>(key->type)) +
           "; a " + who + " has type " + std::to_string(static_cast<int>(type)));
  const auto [first, is_new] = keys_.emplace(key->key, line_);
  if (!is_new)
    refuse("the key of " + key->name + " stands on line " + std::to_string(first->second) +
           " already; one key under two names would count twice");
  return *key;
}

GS_INLINE void PolicyReader::define(std::string_view name, PolicyMember member) {
  if (name == "none") refuse("the name none means: no quorum; choose another");
  if (!names_.emplace(name, member).second)
    refuse("the name " + std::string(name) + " is taken by a line above");
}

GS_INLINE PolicyMember PolicyReader::member_of(std::string_view name) const {
  const auto found = names_.find(name);
  if (found == names_.end()) refuse("no witness or group above is named " + std::string(name));
  return found->second;
}

GS_INLINE void PolicyReader::read_log(const std::vector<std::string_view>& words) {
  if (words.size() < 2 || words.size() > 3) refuse("expected: log <vkey> [<url>]");
  policy_.logs.push_back({read_key(words[1], KeyType::ed25519, "log"),
                          std::string(words.size() > 2 ? words[2] : std::string_view())});
}

GS_INLINE void PolicyReader::read_witness(const std::vector<std::string_view>& words) {
  if (words.size() < 3 || words.size() > 4) refuse("expected: witness <name> <vkey> [<url>]");
  define(words[1], {false, policy_.witnesses.size()});
  policy_.witnesses.push_back({std::string(words[1]),
                               read_key(words[2], KeyType::cosignature, "witness"),
                               std::string(words.size() > 3 ? words[3] : std::string_view())});
}

GS_INLINE void PolicyReader::read_group(const std::vector<std::string_view>& words) {
  if (words.size() < 4) refuse("expected: group <name> all|any|<k> <member>...");
  PolicyGroup group{std::string(words[1]), 1, {}};
  for (const std::string_view name : std::span(words).subspan(3)) {
    group.members.push_back(member_of(name));
    if (!used_.emplace(name).second)
      refuse(std::string(name) + " is a member already; nobody counts twice");
  }
  const std::size_t count = group.members.size();
  if (words[2] == "all") {
    group.needed = count;
  } else if (words[2] != "any") {
    const auto needed = from_decimal(words[2]);
    if (!needed || *needed < 1 || *needed > count)
      refuse("needs " + std::string(words[2]) + " of " + std::to_string(count) +
             " members; expected all, any or a number from 1 to " + std::to_string(count));
    group.needed = static_cast<std::size_t>(*needed);
  }
  define(words[1], {true, policy_.groups.size()});
  policy_.groups.push_back(std::move(group));
}

GS_INLINE void PolicyReader::read_quorum(const std::vector<std::string_view>& words) {
  if (words.size() != 2) refuse("expected: quorum <name>, or quorum none");
  if (std::exchange(has_quorum_, true)) refuse("is a second quorum line; a policy has one");
  if (words[1] != "none") policy_.quorum = member_of(words[1]);
}

GS_INLINE Policy parse_policy(std::string_view text, const std::string& file) {
  return PolicyReader(file).read(text);
}

GS_INLINE const std::string& name_of(const Policy& policy, const PolicyMember& member) {
  return member.is_group ? policy.groups[member.index].name : policy.witnesses[member.index].name;
}

GS_INLINE std::string to_text(const Policy& policy) {
  const auto with_url = [](const std::string& url) {
    return url.empty() ? "\n" : " " + url + "\n";
  };
  std::string text;
  for (const PolicyLog& log : policy.logs) text += "log " + to_text(log.key) + with_url(log.url);
  for (const PolicyWitness& witness : policy.witnesses)
    text += "witness " + witness.name + " " + to_text(witness.key) + with_url(witness.url);
  for (const PolicyGroup& group : policy.groups) {
    text += "group " + group.name + " " + std::to_string(group.needed);
    for (const PolicyMember& member : group.members) text += " " + name_of(policy, member);
    text += "\n";
  }
  return text + "quorum " + (policy.quorum ? name_of(policy, *policy.quorum) : "none") + "\n";
}

GS_INLINE Policy policy_of(const VerifierKey& log) {
  Policy policy;
  policy.logs.push_back({log, ""});
  return policy;
}

GS_INLINE std::size_t fewest_lines(const Policy& policy) {
  if (!policy.quorum) return 1;
  std::vector<std::size_t> costs;  // of groups: the cheapest k members
  const auto cost_of = [&](const PolicyMember& member) {
    return member.is_group ? costs[member.index] : 1;
  };
  for (const PolicyGroup& group : policy.groups) {
    std::vector<std::size_t> of_members;
    for (const PolicyMember& member : group.members) of_members.push_back(cost_of(member));
    std::ranges::sort(of_members);
    std::size_t sum = 0;
    for (std::size_t i = 0; i < group.needed; ++i) sum += of_members[i];
    costs.push_back(sum);
  }
  return 1 + cost_of(*policy.quorum);
}

/// Has a quorum cosigned? Groups stand after their members, so one pass decides.
GS_INLINE bool is_quorum(const Policy& policy, const std::vector<bool>& cosigned) {
  if (!policy.quorum) return true;
  std::vector<bool> decided;
  const auto holds = [&](const PolicyMember& member) {
    return member.is_group ? decided[member.index] : cosigned[member.index];
  };
  for (const PolicyGroup& group : policy.groups)
    decided.push_back(static_cast<std::size_t>(std::ranges::count_if(group.members, holds)) >=
                      group.needed);
  return holds(*policy.quorum);
}

/// The keys of a policy that count, each with its place; revoked ones are as good as unknown.
struct KnownKeys {
  std::vector<VerifierKey> keys;
  std::vector<std::pair<bool, std::size_t>> places;  ///< is a log, index
  std::string revoked;                               ///< name of one that was left out
};

GS_INLINE KnownKeys known_keys(const Policy& policy, const std::string& origin,
                               const PolicyLimits& limits) {
  KnownKeys known;
  const auto add = [&](const VerifierKey& key, bool is_log, std::size_t index) {
    if (std::ranges::find(limits.revoked, key.key) != limits.revoked.end()) {
      known.revoked = key.name;
      return;
    }
    known.keys.push_back(key);
    known.places.emplace_back(is_log, index);
  };
  for (std::size_t i = 0; i < policy.logs.size(); ++i)
    if (policy.logs[i].key.name == origin) add(policy.logs[i].key, true, i);
  for (std::size_t i = 0; i < policy.witnesses.size(); ++i) add(policy.witnesses[i].key, false, i);
  return known;
}

/// Time of the newest line by a cosigner whose lines are valid.
GS_INLINE std::uint64_t newest_time_s(const Note& note, const VerifierKey& key) {
  std::uint64_t newest = 0;
  for (const NoteSignature& line : note.signatures)
    if (line.name == key.name && line.id == key.id)
      newest = std::max(newest, Reader(line.bytes).u64());
  return newest;
}

GS_INLINE PolicyCheck check_policy(const Policy& policy, const Note& note,
                                   const PolicyLimits& limits) {
  PolicyCheck out;
  const auto checkpoint = parse_checkpoint(note.text);
  if (!checkpoint) {
    out.reason = "is not a checkpoint";
    return out;
  }
  const KnownKeys known = known_keys(policy, checkpoint->origin, limits);
  const NoteCheck check = check_note(note, known.keys);
  const std::string also =
      known.revoked.empty() ? "" : "; the key of " + known.revoked + " was revoked";
  std::vector<bool> cosigned(policy.witnesses.size());
  bool has_log = false;
  for (const std::size_t signer : check.signers) {
    const auto [is_log, index] = known.places[signer];
    if (is_log) {
      if (!std::exchange(has_log, true)) out.log = index;
    } else if (newest_time_s(note, known.keys[signer]) >= limits.oldest_time_s) {
      cosigned[index] = true;
      out.witnesses.push_back(index);
    }
  }
  std::ranges::sort(out.witnesses);
  if (!has_log && !check.reason.empty() && check.reason != "no known key signed it")
    out.reason = check.reason;
  else if (!has_log)
    out.reason = "no log of the policy named " + checkpoint->origin + " signed it" + also;
  else if (!is_quorum(policy, cosigned))
    out.reason = "too few witnesses cosigned it: " + std::to_string(out.witnesses.size()) +
                 " are no quorum " + name_of(policy, *policy.quorum) + also;
  else
    out.ok = true;
  return out;
}

}  // namespace gridswarm::inline GS_ABI::ledger
