"""Filters ``run_summary`` and ``status_table``: state and result of a fleet's run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any


def run_summary(found: dict[str, Any]) -> str:
    """Write the answer, the report's path, hours and cost, failed hosts, and hosts still billed.

    Args:
        found: ``results`` and ``folder`` of the run on the controller; ``plan``, ``done``,
            ``partial`` and ``missing`` shards; ``failures``, one sentence a host; ``prices`` by
            host, an hour.
    """
    results = Path(found["results"])
    prices = {host: float(price) for host, price in found["prices"].items()}
    statuses = _statuses(Path(found["folder"]))
    lines = [*_answer(results), *_spent(statuses, prices)]
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


def _spent(statuses: dict[str, dict[str, Any]], prices: dict[str, float]) -> list[str]:
    """Write hours and cost of the run, as far as the hosts reported them."""
    if not statuses:
        return []
    hours = {host: float(status.get("elapsed_s") or 0) / 3600 for host, status in statuses.items()}
    text = f"Hours: {sum(hours.values()):.2f} on {len(hours)} host{'s' if len(hours) > 1 else ''}"
    cost = sum(spent * prices.get(host, 0.0) for host, spent in hours.items())
    return [text + (f", cost {cost:.2f}." if cost else ".")]


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


HEAD = ("host", "state", "phase", "samples", "shards", "rate/s", "ETA", "elapsed", "cost")


def status_table(hosts: list[str], hostvars: Any) -> str:
    """Write a table with a row for each host, and totals.

    Args:
        hosts: names of the hosts, in order.
        hostvars: variables by host; ``evaluation_status`` holds the answer of ``bin/status``.
    """
    statuses = {host: _told(hostvars[host].get("evaluation_status")) for host in hosts}
    rows = [_row(host, status) for host, status in statuses.items()]
    rows.append(_totals(list(statuses.values())))
    widths = [max(len(row[i]) for row in [HEAD, *rows]) for i in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [HEAD, *rows]
    )


def _told(answer: Any) -> dict[str, Any]:
    """Read a host's answer, or return a state that says why there is none."""
    if answer is None or answer.get("unreachable"):
        return {"state": "unreachable"}
    try:
        status = json.loads(answer.get("stdout") or "")
    except ValueError:
        return {"state": "nothing started"}
    return status if isinstance(status, dict) else {"state": "nothing started"}


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
        f"{status['cost']:.2f}" if status.get("cost") else "-",
    )


def _totals(statuses: list[dict[str, Any]]) -> tuple[str, ...]:
    """Write the last row: sums, and the longest wait."""
    total = {
        key: sum(status.get(key) or 0 for status in statuses)
        for key in ("done", "total", "shards_done", "shards_total", "rate_per_s", "cost")
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
        f"{total['cost']:.2f}" if total["cost"] else "-",
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
