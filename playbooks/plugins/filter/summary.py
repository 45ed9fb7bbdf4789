"""Filters ``run_summary`` and ``status_table``: state and result of a fleet's run."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any


def run_summary(found: dict[str, Any]) -> str:
    """Write the answer, the report's path, hours and rent, failed hosts, and hosts still billed.

    Args:
        found: ``results`` and ``folder`` of the run on the controller; ``plan``, ``done``,
            ``partial`` and ``missing`` shards; ``failures``, one sentence a host; ``prices`` by
            host, an hour; ``rented_since`` by host, in seconds since 1970, 0 where it is unknown.
    """
    results = Path(found["results"])
    prices = {host: float(price) for host, price in found["prices"].items()}
    statuses = _statuses(Path(found["folder"]))
    lines = [*_answer(results), *_spent(statuses, prices, found["rented_since"])]
    lines += [f"Failed: {failure}" for failure in found["failures"]]
    costing = {host: price for host, price in prices.items() if price > 0}
    if costing:
        hourly = sum(costing.values())
        lines.append(
            f"These hosts cost {hourly:.2f} an hour until you terminate them: {', '.join(costing)}."
        )
    if found["missing"]:
        lines += _missing(found, results)
    return "\n".join(lines)


def _answer(results: Path) -> list[str]:
    """Write the answer of the run, or of each checkpoint, and the report's path."""
    if (results / "combined_summary.md").exists():
        return [*_sentences(results), f"Report: {results / 'report.html'}"]
    checkpoints = [file.parent for file in results.glob("*/combined_summary.md")]
    checkpoints.sort(key=lambda own: [part.zfill(20) for part in re.split(r"(\d+)", own.name)])
    if not checkpoints:
        return [f"There is no result in {results} yet."]
    lines = [f"{own.name}: {' '.join(_sentences(own))}" for own in checkpoints]
    if (results / "comparison.html").exists():
        return [*lines, f"Report: {results / 'comparison.html'}"]
    return [*lines, *(f"Report: {own / 'report.html'}" for own in checkpoints)]


def _sentences(results: Path) -> list[str]:
    """Read the sentences at the head of a run's summary, without markdown's backslashes."""
    text = (results / "combined_summary.md").read_text(encoding="utf-8")
    bold = re.findall(r"^\*\*(.+?)\*\*$", text.split("\n## ")[0], re.MULTILINE)
    return [re.sub(r"\\([^\w\s])", r"\1", sentence) for sentence in bold]


def _statuses(folder: Path) -> dict[str, dict[str, Any]]:
    """Read the last output of each host's ``bin/status``, by host."""
    found = {}
    for file in sorted(folder.glob("hosts/*.json")):
        try:
            status = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            continue
        if isinstance(status, dict):
            found[file.stem] = status
    return found


def _spent(
    statuses: dict[str, dict[str, Any]], prices: dict[str, float], since: dict[str, float]
) -> list[str]:
    """Write the hours of the evaluation as the hosts reported them, and the rent until now."""
    lines = []
    if statuses:
        hours = sum(float(status.get("elapsed_s") or 0) / 3600 for status in statuses.values())
        count = len(statuses)
        lines.append(
            f"Hours of the evaluation: {hours:.2f} on {count} host{'s' if count > 1 else ''}."
        )
    rents = [
        rent(price, since.get(host) or statuses.get(host, {}).get("rented_since"))
        for host, price in prices.items()
    ]
    if total := sum(filter(None, rents)):
        lines.append(f"Rent of the hosts until now: {total:.2f}.")
    return lines


def rent(price: object, since: object) -> float | None:
    """Return the cost of a host until now; None if its price or its beginning is unknown."""
    hourly, began = float(str(price or 0)), float(str(since or 0))
    return hourly * max(0.0, time.time() - began) / 3600 if hourly and began else None


def _missing(found: dict[str, Any], results: Path) -> list[str]:
    """Say which shards are complete or missing, and what to do."""
    plan, partial = found["plan"], found["partial"]
    have = f"{len(found['done'])} of {plan['count']} shards are complete"
    if partial:
        have += f", and parts of {', '.join(partial)}"
    owners = [f"{s} of {plan['hosts'].get(s.split('/')[0], 'no host')}" for s in found["missing"]]
    cure = (
        "Run the same command again to go on. If a host is gone, remove it from the inventory, and "
        "the other hosts take over its shards."
    )
    return [f"{have}, in {results}. Missing: {', '.join(owners)}.", cure]


HEAD = ("host", "state", "phase", "samples", "shards", "rate/s", "ETA", "elapsed", "rent")
NOTE = (
    "rent: price by the hour since the launch, or since the run began if no launch is known; "
    "it goes on until the host is terminated"
)


def status_table(hosts: list[str], hostvars: Any) -> str:
    """Write a table with a row for each host, and totals.

    Args:
        hosts: names of the hosts, in order; those that were not asked (--limit) have no row.
        hostvars: variables by host; ``gathered`` is there if the host was asked, and
            ``evaluation_status`` holds the answer of ``bin/status``. ``evaluation_price_per_hour``
            and ``evaluation_rented_since`` tell the rent of a host that does not answer.
    """
    asked = [host for host in hosts if hostvars[host].get("gathered") is not None]
    statuses = {host: _told(hostvars[host]) for host in asked}
    rows = [_row(host, status) for host, status in statuses.items()]
    rows.append(_totals(list(statuses.values())))
    widths = [max(len(row[i]) for row in [HEAD, *rows]) for i in range(len(HEAD))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [HEAD, *rows]
    ]
    return "\n".join([*lines, NOTE] if rows[-1][-1] != "-" else lines)


def _told(variables: Any) -> dict[str, Any]:
    """Read a host's answer, or return a state that says why there is none, and the rent."""
    answer = variables.get("evaluation_status")
    known = (variables.get("evaluation_price_per_hour"), variables.get("evaluation_rented_since"))
    silent = {"state": "nothing started", "rent": rent(*known)}
    if answer is None or answer.get("unreachable"):
        return silent | {"state": "unreachable"}
    try:
        status = json.loads(answer.get("stdout") or "")
    except ValueError:
        return silent
    return status if isinstance(status, dict) else silent


def _row(host: str, status: dict[str, Any]) -> tuple[str, ...]:
    """Write the cells of one host."""
    rate, eta = status.get("rate_per_s"), status.get("eta_s")
    return (
        host,
        status["state"].replace("_", " "),
        status.get("phase") or "-",
        f"{status.get('done', 0)}/{status.get('total', 0)}" if status.get("total") else "-",
        f"{status.get('shards_done', 0)}/{status.get('shards_total', 0)}",
        f"{rate:.2f}" if rate is not None else "-",
        _clock(eta),
        _clock(status.get("elapsed_s")),
        f"{status['rent']:.2f}" if status.get("rent") else "-",
    )


def _totals(statuses: list[dict[str, Any]]) -> tuple[str, ...]:
    """Write the last row: sums, and the longest wait."""
    total = {
        key: sum(status.get(key) or 0 for status in statuses)
        for key in ("done", "total", "shards_done", "shards_total", "rate_per_s", "rent")
    }
    waits = [status["eta_s"] for status in statuses if status.get("eta_s") is not None]
    running = sum(status["state"] == "running" for status in statuses)
    return (
        "total",
        f"{running} running",
        "-",
        f"{total['done']}/{total['total']}",
        f"{total['shards_done']}/{total['shards_total']}",
        f"{total['rate_per_s']:.2f}",
        _clock(max(waits, default=None)),
        "-",
        f"{total['rent']:.2f}" if total["rent"] else "-",
    )


def _clock(seconds: float | None) -> str:
    """Write ``3:05`` for three hours and five minutes."""
    if seconds is None:
        return "-"
    return f"{int(seconds) // 3600}:{int(seconds) % 3600 // 60:02d}"


class FilterModule:
    """The class that Ansible loads."""

    def filters(self) -> dict[str, object]:
        """Return the filters of this file."""
        return {"run_summary": run_summary, "status_table": status_table}
