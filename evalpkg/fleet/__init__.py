"""A fleet of hosts: rented, provisioned, watched and given back, through Ansible's playbooks."""
