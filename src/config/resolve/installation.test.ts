import { expect, test } from 'vitest';
import { globProblem } from '../schema/glob-schema.ts';
import { installationOf } from './installation.ts';

test.each([
  ['npm ci', ['node_modules'], true],
  ['npm ci --ignore-scripts', ['node_modules'], true],
  ['pnpm install --frozen-lockfile', ['node_modules'], true],
  ['yarn', ['node_modules'], true],
  ['yarn install --immutable', ['node_modules'], true],
  ['bun install', ['node_modules'], true],
  ['npm ci && npm run build', ['node_modules'], false],
  ['mix deps.get', ['deps'], true],
  ['mix deps.get && mix compile', ['deps'], false],
  ['composer install', ['vendor'], true],
  ['uv sync', [], true],
] as const)('%s fills %j, and depends on manifests alone: %j', (command, leaves, isAlone) => {
  const installation = installationOf(command);
  expect(installation?.leaves).toEqual(leaves);
  expect(installation?.inputs !== null).toBe(isAlone);
});

test.each(['npm test', 'npm run ci', 'yarn test', 'mix deps.audit', 'mix test', 'echo npm ci', 'pnpm lint'])(
  '%s installs nothing',
  (command) => {
    expect(installationOf(command)).toBeNull();
  },
);

test.each(['npm ci', 'mix deps.get', 'bundle install', 'composer install', 'uv sync', 'pip install -r a'])(
  'what %s depends on is a glob that a config may have',
  (command) => {
    expect(globProblem(installationOf(command)?.inputs ?? '')).toBeNull();
  },
);
