"""What proves a run: metadata, manifest, Merkle tree, signatures."""
