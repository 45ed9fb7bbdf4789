"""The timer on a rented host that ends its work if nobody else does."""

from __future__ import annotations

import json
from datetime import UTC, datetime

FETCH_S = 1800.0
"""Seconds that a controller has to fetch the results before the host is powered off."""


def cloud_config(ends_at: float) -> str:
    """Write the cloud-init configuration of a timer that stops the evaluation and the host.

    The timer works from the first boot on, even if no controller ever reaches the host. Lambda
    Cloud bills a host that is powered off: only its termination ends the bill.

    Args:
        ends_at: time at which the evaluation is stopped, in seconds since 1970; ``FETCH_S`` later
            the host is powered off.
    """
    off_at = int(ends_at + FETCH_S)
    when = "".join(
        datetime.fromtimestamp(time, UTC).strftime("OnCalendar=%Y-%m-%d %H:%M:%S UTC\n")
        for time in (ends_at, off_at)
    )
    service = (
        "[Unit]\nDescription=End of what this rented host may cost\n"
        "[Service]\nType=oneshot\n"
        "ExecStart=-/usr/bin/systemctl disable --now sigilderg-eval.service\n"
        f"ExecStart=/bin/sh -c 'test $$(date +%%s) -lt {off_at} || systemctl poweroff'\n"
    )
    timer = (
        "[Unit]\nDescription=End of what this rented host may cost\n"
        f"[Timer]\n{when}Persistent=true\nUnit=sigilderg-rent-end.service\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    folder = "/etc/systemd/system/sigilderg-rent-end"
    # JSON is valid YAML and needs no special quoting.
    told = {
        "write_files": [
            {"path": f"{folder}.service", "content": service},
            {"path": f"{folder}.timer", "content": timer},
        ],
        "runcmd": [
            ["systemctl", "daemon-reload"],
            ["systemctl", "enable", "--now", "sigilderg-rent-end.timer"],
        ],
    }
    return "#cloud-config\n" + json.dumps(told, indent=1) + "\n"
