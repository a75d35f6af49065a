import { expect, test } from 'vitest';
import { installsPackages, nodeCommands } from './node-commands.ts';

test.each([
  ['npm test', '', ['']],
  ['CI=1 pnpm test', '', ['']],
  ['sh -c "npm test"', '', ['']],
  ['npm ci && npm test', 'assets', ['assets', 'assets']],
  ['npm --prefix assets test', '', ['assets']],
  ['npm --prefix=./assets/ run lint', '', ['assets']],
  ['pnpm -C apps/web build', '', ['apps/web']],
  ['yarn --cwd "assets" test', '', ['assets']],
  ['cd assets && npm ci && npm test', '', ['assets', 'assets']],
  ['(cd assets && npm ci); npm test', '', ['assets', '']],
  ['cd .. && npm test', 'assets', ['']],
  ['npm test -- -C foo', '', ['']],
  ['mix test; cat npm.log', '', []],
  ['npx --yes prettier@3 --check .', '', []],
])('%s in "%s" reads the package.json of %j', (command, directory, folders) => {
  expect(nodeCommands(command, directory).map(({ folder }) => folder)).toEqual(folders);
});

test.each([
  ['npm ci', true],
  ['npm --prefix assets ci', true],
  ['sh -c "npm install --no-package-lock"', true],
  ['pnpm -C apps/web install --frozen-lockfile', true],
  ['yarn', true],
  ['yarn --cwd assets --immutable', true],
  ['yarn --cwd assets install', true],
  ['npm run ci', false],
  ['npm test', false],
  ['pnpm --filter web test', false],
  ['yarn --cwd assets test', false],
])('%s installs packages: %j', (command, expected) => {
  expect(nodeCommands(command, '').map(installsPackages)).toEqual([expected]);
});
