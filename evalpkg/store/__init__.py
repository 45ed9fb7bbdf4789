"""The files of a run: layout, logs, rows, lock, and the configuration that they belong to."""
