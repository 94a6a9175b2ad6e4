// SPDX-License-Identifier: BSD-3-Clause
// Notes, checkpoints, public keys, policies and proof files have one spelling: whatever is accepted
// is written back byte for byte, and checking it against strangers' keys neither fails nor counts.
#include "fuzz.hpp"
#include "gridswarm/base/error.hpp"
#include "gridswarm/ledger/checkpoint.hpp"
#include "gridswarm/ledger/policy.hpp"
#include "gridswarm/ledger/proof_file.hpp"

namespace gridswarm::fuzz {
namespace {

using namespace ledger;

void try_note(std::string_view text) {
  const auto note = parse_note(text);
  if (!note) return;
  claim(to_text(*note) == text, "a note has one spelling");
  const VerifierKey keys[] = {verifier_of(demo_key(7)),
                              verifier_of(demo_key(8), KeyType::cosignature)};
  const NoteCheck check = check_note(*note, keys);
  claim(check.signers.size() <= 2, "a key counts once");
  if (const auto head = parse_checkpoint(note->text))
    claim(to_text(*head) == note->text, "a checkpoint has one spelling");
}

void try_policy(std::string_view text) {
  Policy policy;
  try {
    policy = parse_policy(text, "fuzz.policy");
  } catch (const InputError&) {
    return;
  }
  const std::string written = to_text(policy);
  claim(parse_policy(written, "again.policy") == policy, "a policy is read as it was written");
  claim(to_text(parse_policy(written, "again.policy")) == written, "and written the same again");
}

void try_proofs(std::string_view text) {
  if (const auto proof = parse_inclusion(text)) {
    claim(to_text(*proof) == text, "an inclusion file has one spelling");
    claim(!verify_proof({}, *proof, policy_of(verifier_of(demo_key(7)))).ok, "nobody signed it");
  }
  if (const auto proof = parse_consistency(text)) {
    claim(to_text(*proof) == text, "a consistency file has one spelling");
    claim(!verify_proof(Checkpoint{}, *proof, policy_of(verifier_of(demo_key(7)))).ok,
          "nobody signed it");
  }
}

}  // namespace

void body(std::string_view text) {
  try_note(text);
  try_policy(text);
  try_proofs(text);
  if (const auto head = parse_checkpoint(text))
    claim(to_text(*head) == text, "a checkpoint has one spelling");
  if (const auto key = parse_vkey(text)) claim(to_text(*key) == text, "a vkey has one spelling");
}

}  // namespace gridswarm::fuzz
