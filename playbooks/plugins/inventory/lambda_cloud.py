"""Inventory of Lambda Cloud: the active instances of an account, grouped by type and region."""

from __future__ import annotations

import json
import os
import re
import time
from calendar import timegm
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

from ansible.errors import AnsibleParserError
from ansible.module_utils.urls import open_url
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable

DOCUMENTATION = """
name: lambda_cloud
short_description: The active instances of a Lambda Cloud account
description:
  - Each instance that is active and has an address is a host, in the groups C(lambda),
    C(lambda_type_TYPE) and C(lambda_region_REGION).
  - C(evaluation_price_per_hour) of a host is Lambda's price for it, in dollars, and
    C(evaluation_rented_since) is the time of its launch, if C(evalpkg fleet up) launched it.
  - C(jupyter_token) and C(jupyter_url) never become variables.
extends_documentation_fragment: [inventory_cache]
options:
  plugin:
    description: This plugin's name.
    required: true
    choices: [lambda_cloud]
  endpoint:
    description: Address of the API.
    default: https://cloud.lambda.ai/api/v1
    env: [{name: LAMBDA_API_ENDPOINT}]
  api_key_file:
    description: File with the key; used if the variable LAMBDA_API_KEY is not set.
    env: [{name: LAMBDA_API_KEY_FILE}]
  fleet:
    description: Only instances that C(evalpkg fleet up) started under this name; empty for all.
    default: ""
    env: [{name: EVALPKG_FLEET}]
  tags:
    description: Only instances with all of these tags, by key.
    type: dict
    default: {}
  name:
    description: Only instances whose name this regular expression matches.
    default: ""
  user:
    description: The user to log in as.
    default: ubuntu
    env: [{name: LAMBDA_SSH_USER}]
  private_key_file:
    description: The private half of the ssh key that the instances were started with.
    default: ""
    env: [{name: LAMBDA_SSH_KEY_FILE}]
"""

TRIES, TIMEOUT_S = 8, 60
FLEET_TAG, LAUNCHED_TAG = "evalpkg-fleet", "evalpkg-launched"
AGAIN = (429, 500, 502, 503, 504)


def key_of(file: str) -> str:
    """Read the key from ``LAMBDA_API_KEY`` or ``file``."""
    key = os.environ.get("LAMBDA_API_KEY", "").strip()
    if not key and file:
        try:
            key = Path(file).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise AnsibleParserError(f"api_key_file cannot be read: {error}") from error
    if not key:
        raise AnsibleParserError(
            "There is no key for Lambda Cloud. Set LAMBDA_API_KEY, or LAMBDA_API_KEY_FILE to a "
            "file that holds it; keys are made at https://cloud.lambda.ai/api-keys."
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise AnsibleParserError(
            "The key for Lambda Cloud has characters that no key has. If it is encrypted: "
            'export LAMBDA_API_KEY="$(ansible-vault view FILE)".'
        )
    return key


def ask(endpoint: str, key: str) -> list[dict[str, Any]]:
    """List all instances. After 429 and 5xx wait two seconds, then ever longer, and try again."""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(min(2.0**attempt, 30.0))
        try:
            answer = open_url(
                f"{endpoint.rstrip('/')}/instances",
                headers={"Authorization": f"Bearer {key}"},
                timeout=TIMEOUT_S,
                follow_redirects="none",
                use_netrc=False,
            )
            told: list[dict[str, Any]] = json.load(answer)["data"]
        except HTTPError as error:
            if error.code in AGAIN:
                continue
            hint = " Is the key right?" if error.code in (401, 403) else ""
            raise AnsibleParserError(
                f"Lambda Cloud answered {error.code} to a request for the instances.{hint}"
            ) from None
        except (URLError, OSError, ValueError, KeyError):
            continue
        return [plain(instance) for instance in told]
    raise AnsibleParserError(
        f"Lambda Cloud did not answer {TRIES} requests. Try again in a minute."
    )


def plain(told: dict[str, Any]) -> dict[str, Any]:
    """Keep only the needed facts of an instance, and no secrets."""
    kind = told.get("instance_type") or {}
    return {
        "id": told["id"],
        "name": told.get("name") or told["id"],
        "status": told["status"],
        "ip": told.get("ip") or "",
        "region": (told.get("region") or {}).get("name", ""),
        "type": kind.get("name", ""),
        "price": (kind.get("price_cents_per_hour") or 0) / 100,
        "tags": {tag["key"]: tag["value"] for tag in told.get("tags") or []},
    }


def launched(tags: dict[str, str]) -> int:
    """Return the time of the launch in seconds since 1970; 0 if no tag tells it."""
    try:
        return timegm(time.strptime(tags.get(LAUNCHED_TAG, ""), "%Y-%m-%dT%H:%M:%SZ"))
    except ValueError:
        return 0


def wanted(
    instances: list[dict[str, Any]], tags: dict[str, str], name: str
) -> list[dict[str, Any]]:
    """Keep active instances with an address, all of ``tags``, and a name that ``name`` matches."""
    return [
        one
        for one in instances
        if one["status"] == "active"
        and one["ip"]
        and all(one["tags"].get(key) == value for key, value in tags.items())
        and (not name or re.search(name, one["name"]))
    ]


class InventoryModule(BaseInventoryPlugin, Cacheable):  # type: ignore[misc]
    """The class that Ansible loads."""

    NAME = "lambda_cloud"

    def verify_file(self, path: str) -> bool:
        """Accept any YAML file, because its content names the plugin."""
        return bool(super().verify_file(path)) and path.endswith((".yml", ".yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill ``inventory``."""
        super().parse(inventory, loader, path)
        self._read_config_data(path)
        tags = dict(self.get_option("tags"))
        if self.get_option("fleet"):
            tags[FLEET_TAG] = self.get_option("fleet")
        instances = wanted(self._instances(path, cache), tags, self.get_option("name"))
        self.inventory.add_group("lambda")
        names: set[str] = set()
        for one in sorted(instances, key=lambda one: (one["name"], one["id"])):
            host = one["name"] if one["name"] not in names else f"{one['name']}-{one['id'][:8]}"
            names.add(host)
            self._add(host, one)

    def _instances(self, path: str, cache: bool) -> list[dict[str, Any]]:
        """Read instances from the cache if one is configured, else from the cloud."""
        self.load_cache_plugin()
        key = self.get_cache_key(path)
        use = cache and self.get_option("cache")
        if use:
            try:
                kept: list[dict[str, Any]] = self._cache[key]
            except KeyError:
                pass
            else:
                return kept
        asked = ask(self.get_option("endpoint"), key_of(self.get_option("api_key_file") or ""))
        if self.get_option("cache"):
            self._cache[key] = asked
        return asked

    def _add(self, host: str, one: dict[str, Any]) -> None:
        for group in ("lambda", f"lambda_type_{one['type']}", f"lambda_region_{one['region']}"):
            name = re.sub(r"\W", "_", group)
            self.inventory.add_group(name)
            self.inventory.add_host(host, group=name)
        variables = {
            "ansible_host": one["ip"],
            "ansible_user": self.get_option("user"),
            "evaluation_price_per_hour": one["price"],
            "evaluation_rented_since": launched(one["tags"]),
            "lambda_id": one["id"],
            "lambda_type": one["type"],
            "lambda_region": one["region"],
            "lambda_tags": one["tags"],
        }
        if self.get_option("private_key_file"):
            variables["ansible_ssh_private_key_file"] = self.get_option("private_key_file")
        for name, value in variables.items():
            self.inventory.set_variable(host, name, value)
