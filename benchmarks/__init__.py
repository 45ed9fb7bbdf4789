"""Studies and measurements that stand behind the documentation; not part of the package."""
