"""The proof of a run: metadata, manifest, Merkle tree, signatures."""
