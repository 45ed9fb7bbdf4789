"""What a run leaves on disk: layout, logs, rows, lock, and the configuration it belongs to."""
