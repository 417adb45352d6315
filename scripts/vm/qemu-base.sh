#!/usr/bin/env bash
# scripts/vm/qemu-base.sh amd64|arm64
#
# Make what a virtual machine of that processor starts from, and print the folder that it is in: `vmlinuz`, the kernel,
# and `root.cpio`, everything else, which the kernel unpacks into memory. Both are made of unmodified packages of Debian 13
# (on Ubuntu: of this very release), fetched by apt from where this system has its own, and unpacked. Nothing is installed,
# and root is not needed. Made once, in a minute or two; made anew when this file or guest/ changes.
#
# GOCKER_VM_SUITE=bookworm makes it of another release of Debian.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH=$PATH:/usr/sbin:/sbin # Debian has depmod there, and keeps it from ordinary users

arch=$1
npm_arch=${arch/amd64/x64}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/gocker-vm
packages=('?essential' systemd-sysv apparmor kmod iproute2 iptables iputils-ping nftables procps strace netbase)

fail() {
  echo "qemu-base.sh: $*" >&2
  exit 125
}

# ---- what is needed, and what this system has of it ---------------------------------------------------------------------

of_this_system() { sed -n "s/^$1=\"\{0,1\}\([^\"]*\).*/\1/p" /etc/os-release; }
distribution=$(of_this_system ID) release=$(of_this_system VERSION_CODENAME)
case $distribution in
  debian) kernel=linux-image-cloud-$arch suite=${GOCKER_VM_SUITE:-trixie} ;;
  ubuntu) kernel=linux-image-virtual suite=$release ;;
  *) fail "the packages come from apt of Debian or Ubuntu, and this is ${distribution:-another system}. Lima runs here: scripts/vm/README.md" ;;
esac

version_of() { # a package, by the lock file
  sed -n "\\,\"node_modules/$1\": {,{n;s/.*\"version\": \"\\(.*\\)\".*/\\1/p}" package-lock.json
}
# Node for this processor is in node_modules; that for another one has to be fetched, with its library
node=node-linux-$npm_arch ffi=@yuuang/ffi-rs-linux-$npm_arch-gnu
node_version=$(version_of "$node")
from_npm=(npm@11)
[ -e "node_modules/$node" ] || from_npm+=("$node@$node_version" "$ffi@$(version_of "$ffi")")

recipe=$(cat scripts/vm/qemu-base.sh scripts/vm/guest/* <(echo "$node_version" "${from_npm[@]}") | sha256sum | cut -c1-8)
base=$cache/$suite-$arch-$recipe
print_if_made() {
  [ -e "$base" ] || return 0
  echo "$base"
  exit
}
print_if_made # without waiting for somebody who makes that of another processor
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9 # two that start at once make it once
print_if_made

for need in apt-get:apt cpio:cpio depmod:kmod dpkg-deb:dpkg npm:npm; do
  command -v "${need%:*}" >/dev/null || fail "there is no ${need%:*} here. apt-get install ${need#*:}"
done

# ---- fetch --------------------------------------------------------------------------------------------------------------

work=$(mktemp -d "$cache/making.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# apt with this system's settings, but for another machine, on which nothing is installed yet
write_apt_settings() {
  mkdir -p "$work"/{lists,archives}/partial
  touch "$work/status"
  cat >"$work/apt.conf" <<CONF
APT::Architecture "$arch"; APT::Architectures { "$arch"; }; APT::Install-Recommends "false"; APT::Sandbox::User "root";
Dir::State::Lists "$work/lists"; Dir::State::status "$work/status"; Dir::Cache "$work"; Dir::Cache::archives "$work/archives";
CONF
  if [ "$distribution" = ubuntu ]; then return; fi
  sources >"$work/sources.list"
  echo "Dir::Etc::sourcelist \"$work/sources.list\"; Dir::Etc::sourceparts \"/dev/null\";" >>"$work/apt.conf"
}

# the suite, from wherever this system has its own release of Debian
sources() {
  # shellcheck disable=SC2016 # the names are apt's
  apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI)' 'Created-By: Packages' | sort -u |
    sed -n "s,^Debian $release\(-security\|-updates\|\) \(.*\),deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] \2 $suite\1 main,p"
}

fetch() {
  write_apt_settings
  [ "$distribution" = ubuntu ] || [ -s "$work/sources.list" ] || fail 'apt knows no Debian archive here. Run apt-get update as root, and try again'
  APT_CONFIG=$work/apt.conf apt-get -qq update
  APT_CONFIG=$work/apt.conf apt-get -qq --yes --download-only install "${packages[@]}" "$kernel" >/dev/null
  (mkdir "$work/npm" && cd "$work/npm" && npm pack --silent "${from_npm[@]}" >/dev/null)
}

# ---- unpack -------------------------------------------------------------------------------------------------------------

root=$work/root

unpack() {
  local directory package
  mkdir -p "$root"/{boot,dev,etc,home,mnt,opt,proc,root,run,srv,sys,tmp,usr,vm,var/lib/gocker}
  for directory in bin sbin lib lib64; do
    mkdir "$root/usr/$directory"
    ln -s "usr/$directory" "$root/$directory"
  done
  for package in "$work"/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" |
      tar -x -C "$root" --keep-directory-symlink --no-same-owner --exclude='./usr/share/'{doc,man,info,locale}'/*'
  done
  mv "$root"/boot/vmlinuz-* "$work/vmlinuz"
  rm -rf "${root:?}"/boot/*
  depmod -b "$root" "$(ls "$root/usr/lib/modules")"
}

# what the packages do when they are installed, as far as it matters
configure() {
  local etc=$root/etc share=$root/usr/share
  for name in passwd group; do cp "$share/base-passwd/$name.master" "$etc/$name"; done
  cp "$share/libc-bin/nsswitch.conf" "$etc/nsswitch.conf"
  cp "$share/base-files/profile" "$etc/profile"
  echo gocker-vm >"$etc/hostname"
  printf '127.0.0.1 localhost gocker-vm\n::1 localhost\n' >"$etc/hosts"
  echo 'nameserver 10.0.2.3' >"$etc/resolv.conf" # QEMU's own
  echo 0123456789abcdef0123456789abcdef >"$etc/machine-id"
  for name in sh:dash awk:mawk which:which.debianutils; do
    ln -sf "${name#*:}" "$root/usr/bin/${name%:*}"
  done
  # nobody needs what these make, and they take seconds
  for name in ldconfig systemd-hwdb-update systemd-journal-catalog-update; do
    ln -s /dev/null "$etc/systemd/system/$name.service"
  done
}

add_node() {
  local modules=$root/usr/local/lib/node_modules bin=$root/usr/local/bin package name
  mkdir -p "$bin" "$modules"
  for package in "$work"/npm/*.tgz; do
    mkdir "$work/npm/package"
    tar -x -C "$work/npm" --no-same-owner -f "$package"
    name=$(sed -n 's/^ *"name": "\(.*\)".*/\1/p' "$work/npm/package/package.json" | head -1)
    mkdir -p "$(dirname "$modules/$name")"
    mv "$work/npm/package" "$modules/$name"
  done
  # from disk or network it comes slowly: it is in memory
  if [ -e "$modules/$node" ]; then mv "$modules/$node/bin/node" "$bin"; else cp "node_modules/$node/bin/node" "$bin"; fi
  for name in npm npx; do
    ln -s "../lib/node_modules/npm/bin/$name-cli.js" "$bin/$name"
    chmod 755 "$modules/npm/bin/$name-cli.js"
  done
  # programs everywhere find what is here: Node looks in node_modules up to the root
  ln -s usr/local/lib/node_modules "$root/node_modules"
}

echo "The machine ($suite, $arch) is made, once." >&2
fetch
unpack
configure
add_node
cp scripts/vm/guest/init "$root/init"
cp scripts/vm/guest/job "$root/vm/job"
cp scripts/vm/guest/gocker-vm.service "$root/etc/systemd/system/"
chmod 755 "$root/init" "$root/vm/job"
(cd "$root" && find . -print0 | cpio --null --quiet -o -H newc -R 0:0) >"$work/root.cpio"

rm -rf "$root" "$work"/{lists,archives,npm} "$cache/$suite-$arch"-*
mkdir "$base.new"
mv "$work"/{vmlinuz,root.cpio} "$base.new"
mv "$base.new" "$base"
echo "$base"
