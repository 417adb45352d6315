#!/usr/bin/env bash
# scripts/vm/qemu.sh [--systemd] [--arm64] [--copy] [COMMAND]
#
# A Linux to try Gocker on: boots Debian 13 with its own kernel (6.12, cgroup v2) in QEMU, with this folder mounted at the
# same path, and opens a shell as root, or runs COMMAND (a shell line) and ends with its status. The machine lives in
# memory and is gone afterwards; only what is written in this folder stays.
#
#   scripts/vm/qemu.sh                              a shell (Ctrl-A X turns the machine off)
#   scripts/vm/qemu.sh 'npx gocker doctor'          one command; its output can be piped
#   scripts/vm/qemu.sh --systemd                    with systemd as process 1; without, a script is that and does nothing
#   scripts/vm/qemu.sh --arm64 'uname -m'           on a processor of the other kind, emulated
#   scripts/vm/qemu.sh --copy 'npm test'            with a copy of this folder: files are read faster, and nothing stays
#
# Needs Debian or Ubuntu: apt-get install qemu-system-x86 qemu-system-arm virtiofsd cpio kmod npm
# (Debian 12 has virtiofsd in qemu-system-x86, and it wants root.) Nothing is installed and nothing changed; some 450 MB
# are kept in ~/.cache/gocker-vm. With KVM it starts in a few seconds, without in ten to thirty.
#
# GOCKER_VM_TIMEOUT=600 ends it after so many seconds, GOCKER_VM_MEMORY=2048 is in MiB, GOCKER_VM_SUITE=bookworm is Debian 12.
set -euo pipefail

here=$(cd "$(dirname "$0")/../.." && pwd -P)
arch=$(dpkg --print-architecture 2>/dev/null || uname -m)
systemd='' copy='' command='' run=''
memory=${GOCKER_VM_MEMORY:-2048} seconds=${GOCKER_VM_TIMEOUT:-36000}

fail() {
  echo "qemu.sh: $*" >&2
  exit 125
}

while [ $# -gt 0 ]; do
  case $1 in
    --systemd) systemd=1 ;;
    --arm64) arch=arm64 ;;
    --copy) copy=1 ;;
    -h | --help) sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "$0" && exit ;;
    -*) fail "there is no option $1. See scripts/vm/qemu.sh --help" ;;
    *) [ -z "$command" ] || fail 'one command, please: put it in quotes'; command=$1 ;;
  esac
  shift
done

# ---- the programs ---------------------------------------------------------------------------------------------------------

case $arch in
  amd64) qemu=qemu-system-x86_64 package=qemu-system-x86 machine=q35 console=ttyS0 cpu=max,la57=off ;;
  arm64) qemu=qemu-system-aarch64 package=qemu-system-arm machine=virt,gic-version=max console=ttyAMA0 cpu=cortex-a72 ;;
  *) fail "this is for x86-64 and arm64, and here is $arch" ;;
esac
version=$($qemu --version 2>/dev/null | sed -n '1s/.*version \([0-9]*\).*/\1/p') || true
[ -n "$version" ] || fail "there is no $qemu here. apt-get install $package"
for virtiofsd in /usr/libexec/virtiofsd /usr/lib/qemu/virtiofsd ''; do [ ! -x "$virtiofsd" ] || break; done
[ -n "$virtiofsd$copy" ] || fail 'there is no virtiofsd here. apt-get install virtiofsd, or take --copy'
[ -e "$here/node_modules" ] || fail 'the packages are not there yet. npm install'

# KVM is there also where it runs no ordinary kernel: inside of machines that are virtual without the processor's help
accelerator=tcg
if [ "$arch" = "$(dpkg --print-architecture)" ] && [ -w /dev/kvm ]; then
  if [ "$arch" = arm64 ] || [ -e /sys/module/kvm_intel ] || [ -e /sys/module/kvm_amd ]; then accelerator=kvm cpu=host; fi
fi
# an emulated kernel that changes its own code (cpu.max does) breaks on two processors of an old QEMU: seen with 7.2
processors=2
if [ $accelerator = tcg ] && [ "$version" -lt 10 ]; then processors=1; fi

base=$("$here/scripts/vm/qemu-base.sh" "$arch")

# ---- one run --------------------------------------------------------------------------------------------------------------

children=()
# shellcheck disable=SC2317 # called by the traps
clean_up() {
  if [ ${#children[@]} -gt 0 ]; then kill "${children[@]}" 2>/dev/null || true; fi
  [ -z "$terminal" ] || stty "$terminal" </dev/tty
  rm -rf "$run"
}
terminal='' # its settings, which QEMU changes
if [ -t 0 ] && [ -t 1 ]; then terminal=$(stty -g); fi
run=$(mktemp -d "${base%/*}/run.XXXXXX")
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# a file that takes only the room of what is written to it
make_disk() { # FILE SIZE [OPTION...]
  truncate -s "$2" "$1"
  PATH=$PATH:/usr/sbin:/sbin mke2fs -q -t ext4 -O ^has_journal -E lazy_itable_init=1,root_owner=0:0 "${@:3}" "$1"
}
make_disk "$run/disk" 8G # for images and containers
devices=(-drive "file=$run/disk,format=raw,if=virtio,cache=unsafe")
if [ -n "$copy" ]; then
  make_disk "$run/checkout" 8G -d "$here"
  devices+=(-drive "file=$run/checkout,format=raw,if=virtio,cache=unsafe")
else
  "$virtiofsd" --socket-path="$run/checkout" -o "source=$here" >"$run/virtiofsd.log" 2>&1 &
  children+=($!)
  for _ in $(seq 100); do
    [ ! -S "$run/checkout" ] || break
    sleep 0.05
  done
  [ -S "$run/checkout" ] || fail "virtiofsd did not start: $(cat "$run/virtiofsd.log")"
  devices+=(-chardev "socket,id=checkout,path=$run/checkout" -device 'vhost-user-fs-pci,chardev=checkout,tag=checkout')
fi

# what guest/init and guest/job read
printf 'folder=%q command=%q systemd=%q terminal=%q size=%q TERM=%q\n' \
  "$here" "${command:-exec bash -i}" "$systemd" "$terminal" "$(stty size 2>/dev/null || true)" "${TERM:-linux}" >"$run/job"

if [ -n "$terminal" ]; then
  words=(-chardev 'stdio,id=words,signal=off,mux=on' -mon chardev=words)
else
  words=(-chardev 'stdio,id=words,signal=off')
  exec </dev/null
fi
# the command's words go to hvc0, its status through a port, and what the kernel says into a file
timeout --foreground "$seconds" "$qemu" \
  -machine "$machine,accel=$accelerator,memory-backend=memory" -cpu "$cpu" -smp $processors \
  -m "$memory" -object "memory-backend-memfd,id=memory,size=${memory}M,share=on" \
  -nodefaults -display none -no-reboot \
  -kernel "$base/vmlinuz" -initrd "$base/root.cpio" \
  -append "console=$console quiet panic=-1 net.ifnames=0 systemd.unit=gocker-vm.service systemd.show_status=0" \
  -fw_cfg "name=opt/gocker/job,file=$run/job" \
  -serial "file:$run/console" \
  -device virtio-serial \
  "${words[@]}" -device virtconsole,chardev=words \
  -chardev "file,id=status,path=$run/status" -device virtserialport,nr=1,chardev=status \
  "${devices[@]}" \
  -nic user,model=virtio-net-pci \
  2>"$run/qemu.log" <&0 &
children+=($!)
ended=0
wait $! || ended=$?

status=$(tr -dc 0-9 <"$run/status" 2>/dev/null || true)
[ -z "$status" ] || exit "$status"
[ $ended -ne 124 ] || fail "after $seconds seconds the command had not ended"
tail -c 3000 "$run/qemu.log" "$run/console" >&2 || true
fail 'the machine ended before the command did; above is what it said last'
