#!/usr/bin/env bash
# Unpacks a real Redis 8 and a Valkey 8 (Debian trixie's packages with their own C library) into DIR, by default .redis in
# the project, and prints the path of redis-server; valkey-server is beside it. Nothing is installed on the system; about
# 11 MB, a few seconds.
# Works on Debian 12 and newer, amd64 and arm64; needs apt-get and dpkg, no root.
#
#   scripts/get-redis.sh [DIR]
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dir=${1:-$project/.redis}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

unpack() {
  local apt=$dir/.apt mirror
  mirror=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d/ 2>/dev/null |
    grep -v archive | head -n 1 | tr -d ' ' || true)
  [[ -n $mirror ]] || { echo "get-redis: /etc/apt names no Debian mirror" >&2; return 1; }
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/debs" "$dir/root"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$apt/sources.list"
  local options=(-qq -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User="$(id -un)")
  local packages=(redis-tools redis-server valkey-tools valkey-server libc6 libssl3t64 libjemalloc2 libsystemd0 liblua5.1-0 liblzf1
    lua-bitop lua-cjson libcap2 libgcc-s1 libstdc++6 zlib1g libzstd1 libatomic1)
  apt-get "${options[@]}" update >&2
  (cd "$apt/debs" && apt-get "${options[@]}" download "${packages[@]/%//trixie}" >&2)
  for deb in "$apt"/debs/*.deb; do dpkg -x "$deb" "$dir/root"; done
  rm -rf "$apt"
}

# Debian trixie's programs run on an older system through the C library that came with them.
wrap() {
  local lib loader program
  lib=$(dirname "$(find "$dir/root/usr/lib" -name 'libjemalloc.so.2' | head -n 1)")
  loader=$(find "$lib" -maxdepth 1 -name 'ld-linux*' | head -n 1)
  for program in redis-benchmark redis-cli redis-server valkey-server; do
    printf '#!/bin/sh\nexec "%s" --argv0 %s --library-path "%s" "%s" "$@"\n' \
      "$loader" "$program" "$lib" "$dir/root/usr/bin/$program" >"$dir/$program"
    chmod +x "$dir/$program"
  done
}

[[ -x $dir/root/usr/bin/valkey-server ]] || unpack
[[ -x $dir/valkey-server ]] || wrap
"$dir/redis-server" --version >&2
echo "$dir/redis-server"
