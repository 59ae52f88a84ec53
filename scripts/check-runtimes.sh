#!/usr/bin/env bash
# Installs the packed package beside Bun, Deno, Hono and Next: runs the example and a project's tests on Bun, and has clients call
# an emulator that is mounted in each.
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

tarball=$(cd "$project" && npm pack --silent --ignore-scripts --pack-destination "$dir" | tail -n 1)
cp -r "$project"/scripts/runtimes/{serve.mjs,next,bun} "$project/examples/story.mjs" "$dir"
cd "$dir"
npm init --yes --init-type=module >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts "./$tarball" @vercel/kv@3 msw@2 \
  bun@1 deno@2 hono@4 next@16 react@19 react-dom@19
node node_modules/bun/install.js
bun=$dir/node_modules/.bin/bun

"$bun" story.mjs >story.txt
grep --quiet "Left in the database: board" story.txt
echo "ok  the example runs on Bun"

(cd bun && "$bun" test >output.txt 2>&1) || { cat bun/output.txt; exit 1; }
echo "ok  two lines set a project with bun test up"

cd "$project"
npx tsx scripts/runtimes/check-mounts.ts "$dir"
