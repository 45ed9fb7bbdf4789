"""What people read: the HTML and markdown reports of a run, and its live progress."""
