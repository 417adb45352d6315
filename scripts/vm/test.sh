#!/usr/bin/env bash
# npm run test:vm
#
# The kernel’s tests, in virtual machines: on cgroup v2 and with AppArmor, without and with systemd; and containers on arm64.
# One line for each test, and at the end how many passed. Some minutes for each machine with KVM, half an hour and more
# without. What it needs, and what it leaves, stands at the head of qemu.sh.
#
#   npm run test:vm -- bare systemd       only these (of bare, systemd and arm64)
set -euo pipefail
cd "$(dirname "$0")/../.."

tests='NO_COLOR=1 npx vitest run --config scripts/vm/vitest.config.ts --configLoader native'
passed=0 failed=0 skipped=0
output=$(mktemp)
trap 'rm -f "$output"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A machine, and what it shall do; it ends with a line `N passed, N failed`.
try() { # NAME PROGRAM ARGUMENT…
  local name=$1 program=$2 status=0 summary
  shift 2
  if ! command -v "$program" >/dev/null; then
    echo "skipped: $name, for there is no $program here. See scripts/vm/README.md"
    skipped=$((skipped + 1))
    return
  fi
  echo "== $name"
  scripts/vm/qemu.sh --copy "$@" 2>&1 | tee "$output" || status=$?
  summary=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$output" | tail -1) || true
  read -r p f s <<<"${summary//[a-z,]/}"
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
  # a machine that broke, or a fault outside of any test
  if [ "$status" != 0 ] && [ "${f:-0}" = 0 ]; then failed=$((failed + 1)); fi
}

[ $# -gt 0 ] || set -- bare systemd arm64
for machine; do
  case $machine in
    bare) try 'cgroup v2, without systemd' qemu-system-x86_64 "$tests" ;;
    # where systemd makes a difference: in who else has control groups, and in mounts that are shared
    systemd) try 'cgroup v2, with systemd' qemu-system-x86_64 --systemd "$tests apparmor cgroup limits exec rootfs chapters console" ;;
    arm64) try 'arm64' qemu-system-aarch64 --arm64 'node scripts/vm/arm64-check.ts' ;;
    *) echo "There is no machine $machine, only bare, systemd and arm64." >&2 && exit 1 ;;
  esac
done

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
