"""The scorer as an HTTP service on this machine, for trainers in other processes or languages."""
