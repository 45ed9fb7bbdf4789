"""Fleets of hosts: Ansible playbooks rent, provision, watch and terminate them."""
