"""The timer that a rented host carries, in case nobody ends it."""

from __future__ import annotations

import json
from datetime import UTC, datetime


def cloud_config(ends_at: float) -> str:
    """cloud-init's user data: at ``ends_at`` the evaluation is stopped and the host powers off.

    It works from the first boot on, also where no controller ever reaches the host. Powering off
    ends no bill on Lambda Cloud: only terminating does.

    Args:
        ends_at: seconds since 1970.
    """
    when = datetime.fromtimestamp(ends_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    service = (
        "[Unit]\nDescription=End of what this rented host may cost\n"
        "[Service]\nType=oneshot\nExecStart=-/usr/bin/systemctl stop sigilderg-eval.service\n"
        "ExecStart=/usr/bin/systemctl poweroff\n"
    )
    timer = (
        "[Unit]\nDescription=End of what this rented host may cost\n"
        f"[Timer]\nOnCalendar={when}\nPersistent=true\nUnit=sigilderg-rent-end.service\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    folder = "/etc/systemd/system/sigilderg-rent-end"
    # JSON is YAML; nothing in it needs quoting rules of its own.
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
