import { expect, test } from 'vitest';
import { buildkitArguments } from './buildkit-arguments.ts';

const BUILD = {
  app: { name: 'web', build: { target: 'run', args: { A: '1 2' }, secrets: ['NPM_TOKEN'] } },
  dockerfile: '/x/Dockerfile',
  contextDir: '/x/context',
  idFile: '/x/id',
  commit: 'c'.repeat(40),
  commitTime: 1_700_000_000_500,
  sourceUrl: 'https://github.com/o/n',
  hasBuildx: false,
  isFresh: false,
};

test('everything a build is made of is an argument, but for the values of its secrets', () => {
  expect(buildkitArguments(BUILD)).toEqual([
    'build',
    '--progress=plain',
    '--file=/x/Dockerfile',
    '--iidfile=/x/id',
    '--target=run',
    '--build-arg=SOURCE_DATE_EPOCH=1700000000',
    '--build-arg=A=1 2',
    '--secret=id=NPM_TOKEN,env=GLIDEPATH_BUILD_SECRET_NPM_TOKEN',
    `--label=org.opencontainers.image.revision=${'c'.repeat(40)}`,
    '--label=org.opencontainers.image.title=web',
    '--label=org.opencontainers.image.source=https://github.com/o/n',
    '/x/context',
  ]);
});

test('a build that is to be carried out anew takes nothing that the engine remembers', () => {
  expect(buildkitArguments(BUILD)).not.toContain('--no-cache');
  expect(buildkitArguments({ ...BUILD, isFresh: true })).toContain('--no-cache');
});

test('a builder of its own is told to give the image to the engine', () => {
  expect(buildkitArguments({ ...BUILD, hasBuildx: true })).toContain('--load');
});
