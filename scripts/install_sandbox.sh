#!/bin/sh
# Installs bubblewrap where it is missing and may be installed; says what to do where it may not.
# Nothing is fatal here: the evaluation itself finds out which sandboxes confine, and refuses
# to start without one.
set -eu

command -v bwrap >/dev/null && exit 0
cure="Install bubblewrap with your package manager, e.g. 'sudo apt-get install bubblewrap'."

if [ "$(id -u)" -ne 0 ]; then
    echo "bubblewrap is not installed, and you are not root. $cure" >&2
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "bubblewrap is not installed, and this is no apt distribution. $cure" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
{ apt-get -q update && apt-get -q install -y --no-install-recommends bubblewrap; } >/dev/null ||
    echo "bubblewrap could not be installed. $cure" >&2
