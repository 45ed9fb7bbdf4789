#!/usr/bin/env bash
# eval_setup.sh: provision this machine and evaluate on it, up to a checked result.
#
#   ./eval_setup.sh                     asks before it starts
#   NONINTERACTIVE=1 ./eval_setup.sh    asks nothing; replaces a running evaluation
#
# The variables are those of the evaluation: BASE_MODEL, CHECKPOINT_PATH, NUM_SAMPLES, K_VALUES,
# OUTPUT_DIR, SANDBOX_MODE, SEED, SKIP_ENV_CHECK; HF_TOKEN for gated models. Arguments go to
# ansible-playbook. site.yml does all the work; this script only installs Ansible and asks.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")"

readonly log=$PWD/setup.log
readonly venv=$PWD/.cache/ansible
readonly evaluation=$HOME/sigilderg-eval
case ${NONINTERACTIVE:-0} in 1 | true | True | yes) interactive=false ;; *) interactive=true ;; esac
if $interactive && ! [ -t 0 ]; then
  echo "There is no terminal for questions. Set NONINTERACTIVE=1 to go on without them." >&2
  exit 2
fi

step="starting"
log_began=0

say() { printf '%s\n' "$*" | tee -a "$log"; }

# Show the failure at the end and in one place: Ansible's messages end with their cure.
summary() {
  local status=$?
  if [ "$status" -eq 0 ]; then return; fi
  {
    echo
    echo "Failed while $step (status $status)."
    tail -c "+$((log_began + 1))" "$log" |
      sed -e 's/^[0-9-]* [0-9:,]* p=[0-9]* u=[^ ]* n=[^ ]* *[A-Z]*| //' |
      awk '/^fatal: |^failed: /{block=""; keep=1} keep{block=block $0 "\n"} /^$/{keep=0} END{printf "%s", block}' |
      grep -vE '^ *(changed|assertion|evaluated_to|invocation):' | tail -n 25
    echo "Everything that happened is in $log. Repair the cause and run the same command again:"
    echo "it goes on where it stopped."
  } | tee -a "$log" >&2
}
trap summary EXIT

ask() { # ask QUESTION DEFAULT(y|n)
  local answer
  read -r -p "$1 [$([ "$2" = y ] && echo Y/n || echo y/N)] " answer
  [[ ${answer:-$2} == [yY]* ]]
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

become_options() {
  if [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; then return; fi
  if ! command -v sudo >/dev/null; then
    say "There is no sudo here. Run this as root, or install sudo and allow it to $(id -un)." >&2
    return 1
  elif $interactive; then
    echo --ask-become-pass
  else
    say "sudo asks for a password here, and NONINTERACTIVE=1 forbids to ask. Run as root, or allow sudo without one." >&2
    return 1
  fi
}

bootstrap() {
  step="bringing Ansible"
  local python=python3 release
  if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    say "python3 is missing or older than 3.10. Install it: apt-get install python3 python3-venv"
    return 1
  fi
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    as_root apt-get -o DPkg::Lock::Timeout=600 update >>"$log" 2>&1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y \
      --no-install-recommends python3-venv >>"$log" 2>&1
  fi
  # The newest ansible-core that this Python runs, of those that `make ansible-matrix` tries.
  release=$("$python" -c 'import sys; v = sys.version_info; print("2.17" if v < (3, 11) else "2.19" if v < (3, 12) else "2.21")')
  if ! "$venv/bin/ansible-playbook" --version 2>/dev/null | grep -qF "core $release."; then
    say "Bringing ansible-core $release into $venv"
    "$python" -m venv --clear "$venv" >>"$log" 2>&1
    "$venv/bin/python" -m pip install --disable-pip-version-check "ansible-core==$release.*" >>"$log" 2>&1
  fi
}

play() { # play WHAT PLAYBOOK ARGUMENT...
  step=$1
  shift
  log_began=$(stat -c %s "$log")
  ANSIBLE_LOG_PATH=$log "$venv/bin/ansible-playbook" -i inventory/localhost.yml "$@"
}

running() { "$evaluation/bin/status" 2>/dev/null | grep -q '"state": "running"'; }

echo "== $(date -u +%FT%TZ) eval_setup.sh" >>"$log"
step="looking for the rights to install"
become=$(become_options)
bootstrap
options=(${become:+"$become"} "$@")

if ! $interactive; then
  play "provisioning and evaluating" site.yml -e evaluation_replace=true "${options[@]}"
  exit 0
fi

play "checking this machine" playbooks/preflight.yml "${options[@]}"
play "provisioning" playbooks/provision.yml "${options[@]}"
if [ -z "${HF_TOKEN:-}" ] && ! hf auth whoami >/dev/null 2>&1 &&
  ask "Log in to Hugging Face? Gated models such as Llama need it." n; then
  step="logging in to Hugging Face"
  hf auth login
fi
replace=()
if running && ask "An evaluation is running. Replace it?" n; then replace=(-e evaluation_replace=true); fi
if ! ask "Run the evaluation now?" y; then
  say "Not started. Run the same command again, or: ansible-playbook site.yml -i inventory/localhost.yml"
  exit 0
fi
play "starting the evaluation" playbooks/evaluate.yml --skip-tags evaluation_wait,evaluation_pull \
  "${replace[@]}" "${options[@]}"
if running && ask "Look at the live display? (Ctrl-b d leaves it, and the evaluation goes on.)" y; then
  "$evaluation/bin/attach" || true
fi
play "evaluating" site.yml --tags evaluate,collect "${options[@]}"
