#!/usr/bin/env bash
# Installs the packed package in a new project with vitest and in one with Jest, runs the conformance suite in both, and sets both up.
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

tarball=$dir/$(cd "$project" && npm pack --silent --ignore-scripts --pack-destination "$dir" | tail -n 1)
version() { node --print "require('$project/package.json').devDependencies['$1']"; }

scratch() { # runner, test file, command
  mkdir "$dir/$1" && cd "$dir/$1"
  npm init --yes >/dev/null
  npm install --silent --no-audit --no-fund --ignore-scripts "$tarball" "$1@$(version "$1")" \
    "fast-check@$(version fast-check)" @vercel/kv@3 ${4:-}
  cp "$project/$2" .
  $3 >output.txt 2>&1 || { cat output.txt; exit 1; }
  grep --quiet "answers as Redis" output.txt
  echo "ok  the conformance suite runs in a project with $1"
}

scratch vitest test/readme/describe-conformance.test.ts "npx vitest run --reporter=verbose"
scratch jest test/jest/conformance.test.cjs "npx jest --verbose --testMatch **/*.test.cjs" "ioredis-mock@$(version ioredis-mock) ioredis@$(version ioredis)"

quietly() { "$@" >output.txt 2>&1 || { cat output.txt; exit 1; }; }

cp -r "$project"/test/vitest/projects/{fixtures,setup} "$dir/vitest" && cd "$dir/vitest"
cat >vitest.config.mjs <<'END'
export default {
  test: { include: ["**/*.spec.ts"], setupFiles: ["kv-emulator/vitest", "setup/seed.ts"] },
};
END
quietly npx vitest run
quietly npx vitest run --no-isolate --max-workers=1
echo "ok  one line sets a project with vitest up"

cp "$project"/test/jest/{setup,undo}.test.cjs "$dir/jest" && cd "$dir/jest"
quietly npx jest --testMatch "**/{setup,undo}.test.cjs" --setupFilesAfterEnv kv-emulator/jest
echo "ok  one line sets a project with Jest up"

cd "$dir/vitest"
[ "$(npx kv-emulator --version)" = "$(node --print "require('$project/package.json').version")" ]
npx kv-emulator exec -- node --eval 'fetch(`${process.env.KV_REST_API_URL}/ping`, {
  headers: { authorization: `Bearer ${process.env.KV_REST_API_TOKEN}` },
}).then(({ ok }) => process.exit(ok ? 0 : 1))'
echo "ok  npx kv-emulator runs a command with its servers"
