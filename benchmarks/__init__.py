"""Studies and measurements that the documentation cites; not part of the package."""
