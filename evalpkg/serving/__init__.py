"""The judge as a service on this machine, for trainers in other processes or languages."""
