import { describe, expect, test } from 'vitest';
import { versionIn } from './read-own-version.ts';
import { toolsOf } from './tools-of.ts';

describe('the tools that a command calls', () => {
  test.each([
    ['npm run lint', ['node', 'npm']],
    ['npx -y eslint .', ['node', 'npm', 'npx']],
    ['CI=1 FOO="a b" mix test --warnings-as-errors', ['mix']],
    ['cd web && pnpm build | tee log.txt; go vet ./...', ['go', 'node', 'pnpm']],
    ['(python3 -m pytest || exit 1) 2>&1 >out.txt', ['python3']],
    ['test -n "$(git status --porcelain)" && echo `hg id`', ['git', 'hg']],
    [`bash -euc 'cargo test && ruby -v'`, ['cargo', 'ruby']],
    ['if ! command -v jq; then echo none; fi', ['jq']],
    ['env -u X NODE_ENV=test timeout 5m node --test', ['node']],
    ['for f in a b; do gcc -c $f; done', ['gcc']],
    ['node_modules/.bin/tsc -p .', ['node']],
    ['./script.sh && $TOOL x', []],
    ['echo "npm is \\"fine\\" && make it"', []],
    ['tsc # && make', ['tsc']],
    ['sed -i s/a/b/ x.{ts,js}\nmake \\\n  all', ['make']],
    ['cat <in.txt >out.txt && { deno lint; }', ['deno']],
    ['/opt/bin/scan .', ['/opt/bin/scan']],
    ['glidepath security audit', ['glidepath', 'node']],
    ["echo 'unclosed && make", []],
    ['', []],
  ])('%s', (command, expected) => {
    expect(toolsOf(command)).toEqual(expected);
  });
});

describe('the version in what a tool says', () => {
  test.each([
    [['v24.21.0'], '24.21.0'],
    [['11.19.0'], '11.19.0'],
    [['git version 2.39.5'], '2.39.5'],
    [
      ['Erlang/OTP 27 [erts-15.0.1] [source]', '', 'Mix 1.17.2 (compiled with Erlang/OTP 27)'],
      'Erlang/OTP 27 15.0.1 1.17.2',
    ],
    [['27'], '27'],
    [['go version go1.24.1 linux/amd64'], '1.24.1'],
    [['usage: tool'], null],
  ])('%j', (lines, expected) => {
    expect(versionIn(lines)).toBe(expected);
  });
});
