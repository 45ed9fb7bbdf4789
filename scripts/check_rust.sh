#!/usr/bin/env bash
# Format, lints and unit tests of our Rust. evalpkg itself needs no cargo: it calls rustc.
set -euo pipefail
cd "$(dirname "$0")/../evalpkg/rust/src"

lacking=()
for tool in "cargo --version" "cargo fmt --version" "cargo clippy --version"; do
    $tool >/dev/null 2>&1 || lacking+=("${tool% --version}")
done
if [ "${#lacking[@]}" -gt 0 ]; then
    echo "NOT RUN: format, lints and unit tests of the Rust sources. Not here: ${lacking[*]}."
    exit 0
fi
cargo fmt --check
cargo clippy --quiet --offline --all-targets -- --deny warnings
cargo test --quiet --offline
