"""What a run leaves on disk: layout, rows, logs, manifest, verification, merge."""
