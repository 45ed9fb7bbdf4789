"""Incident: the compiler's box could read files of the host that no compiler needs.

All of /usr/lib was readable, and /etc/os-release is a link into it, so that ``include_str!`` of it
compiled. What a compiler needs there are its own folders and the C library's.
"""

from __future__ import annotations

from tests.redteam import judging


def test_including_them_is_a_compile_error() -> None:
    paths = ["/etc/os-release", "/usr/lib/os-release", "/usr/share/doc", "/usr/lib/python3"]
    names = [
        *("leak_compile_os_release", "leak_compile_passwd_into_diagnostics"),
        "leak_compile_include_bytes_environment",
    ]
    body = 'fn add(a: i32, b: i32) -> i32 {{ include_bytes!("{}").len(); a.wrapping_add(b) }}'
    own = [judging.program("red/add", body.format(path)) for path in paths]
    assert set(judging.kinds([*judging.named(*names), *own])) == {"compile_error"}
