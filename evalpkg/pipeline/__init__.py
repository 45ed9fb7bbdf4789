"""A run from its configuration to its sealed results, and the stages it is composed of."""
