import { describe, expect, test } from 'vitest';
import { httpCache, s3Cache } from './builders/caches.ts';
import { check, postgres } from './builders/check.ts';
import { quality } from './builders/gates.ts';
import { flyApp } from './builders/apps.ts';
import { push } from './builders/triggers.ts';
import { validateConfig } from './validate-config.ts';

const NOW = Date.UTC(2026, 10, 21);
const KEY = `ed25519:${'A'.repeat(43)}`;
const PUT_UP_WITH = { id: 'GHSA-1', reason: 'not reachable', expires: '2027-03-31' };

/** A config without apps, with this `ci`. */
function ci(section: object): unknown {
  return { name: 'shop', apps: {}, environments: {}, ci: { checks: {}, ...section } };
}

function checks(all: object): unknown {
  return ci({ checks: all });
}

/** Everything said about a config, as `CODE message → hint`; warnings begin with `?`. */
function said(config: unknown, now: number | undefined = NOW): string[] {
  return validateConfig(config, { file: 'glidepath.config.ts', source: '', now }).diagnostics.map(
    ({ severity, code, message, hint }) =>
      `${severity === 'warning' ? '? ' : ''}${code.replace('CONFIG_', '')} ${message} → ${hint ?? '-'}`,
  );
}

/** Cases whose title is what must be said of them. */
function sentences(cases: readonly (readonly [config: unknown, expected: readonly string[]])[]) {
  return cases.map(([config, expected]) => [expected.join(' · '), config, expected] as const);
}

describe('what no check can be like', () => {
  test.each(
    sentences([
      [
        checks({ test: check('') }),
        [
          'INVALID_VALUE ci.checks.test.command is empty, so that it would always pass. → Write what the shell is to run.',
        ],
      ],
      [
        checks({ test: check('x', { directory: '../api' }) }),
        [
          'INVALID_VALUE ci.checks.test.directory is "../api", which can lead out of the project. → Write it from the directory of glidepath.config.ts; a glob with / in front: /shared/**.',
        ],
      ],
      [
        checks({ test: check('x', { directory: '/srv/api' }) }),
        [
          'INVALID_VALUE ci.checks.test.directory is "/srv/api", which is not a path of the project. → Write it without the slash in front: srv/api',
        ],
      ],
      [
        checks({ test: check('x', { directory: 'packages/*' }) }),
        [
          'INVALID_VALUE ci.checks.test.directory is "packages/*", which is not a plain path. → Write one path, without *, ?, [ ], { } and !.',
        ],
      ],
      [
        checks({ test: check('x', { directory: 'packages\\api' }) }),
        [
          'INVALID_VALUE ci.checks.test.directory is "packages\\\\api", which is not a path with slashes. → Write packages/api',
        ],
      ],
      [
        checks({ test: check('x', { directory: './packages/api' }) }),
        [
          'INVALID_VALUE ci.checks.test.directory is "./packages/api", which is not a path as git writes it. → Write packages/api',
        ],
      ],
      [
        checks({ test: check('x', { directory: 'packages/api/' }) }),
        [
          'INVALID_VALUE ci.checks.test.directory is "packages/api/", which is not the name of a directory alone. → Write packages/api, without the slash.',
        ],
      ],
      [
        checks({ test: check('x', { directory: '.' }) }),
        [
          'INVALID_VALUE ci.checks.test.directory is ".", which is not a directory below that of the config file. → Leave the setting out: it is the default.',
        ],
      ],
      [
        checks({ test: check('x', { directory: '' }) }),
        ['INVALID_VALUE ci.checks.test.directory is empty. → Write a path, or leave the setting out.'],
      ],
      [
        checks({ test: check('x', { inputs: [] }) }),
        ['INVALID_VALUE ci.checks.test.inputs is empty. → Name some files, or leave the setting out.'],
      ],
      [
        checks({ test: check('x', { inputs: ['src/**', ''] }) }),
        ['INVALID_VALUE ci.checks.test.inputs[1] is empty. → Write a path, or leave the setting out.'],
      ],
      [
        checks({ test: check('x', { inputs: ['!src/**'] }) }),
        [
          "INVALID_VALUE ci.checks.test.inputs only leaves files out, so that it can never match one. → Begin with what is meant: ['**', '!docs/**'].",
        ],
      ],
      [
        checks({ test: check('x', { inputs: ['src/**', '!!a'] }) }),
        [
          'INVALID_VALUE ci.checks.test.inputs[1] is "!!a", which is not a glob. → One exclamation mark leaves files out; two mean nothing.',
        ],
      ],
      [
        checks({ test: check('x', { inputs: ['../shared/**'] }) }),
        [
          'INVALID_VALUE ci.checks.test.inputs[0] is "../shared/**", which can lead out of the project. → Write it from the directory of glidepath.config.ts; a glob with / in front: /shared/**.',
        ],
      ],
      [
        checks({ test: check('x', { inputs: ['/usr/src/shop/**'] }) }),
        [
          'INVALID_VALUE ci.checks.test.inputs[0] is "/usr/src/shop/**", a path of one machine. → Write it from the directory of glidepath.config.ts: packages/api.',
        ],
      ],
      [
        checks({ test: check('x', { inputs: ['~/shop'] }) }),
        [
          'INVALID_VALUE ci.checks.test.inputs[0] is "~/shop", a path of one machine. → Write it from the directory of glidepath.config.ts: packages/api.',
        ],
      ],
      [
        checks({ test: check('x', { inputs: ['C:/shop'] }) }),
        [
          'INVALID_VALUE ci.checks.test.inputs[0] is "C:/shop", a path of one machine. → Write it from the directory of glidepath.config.ts: packages/api.',
        ],
      ],
      [
        checks({ test: check('x', { inputs: ['./src/**'] }) }),
        [
          'INVALID_VALUE ci.checks.test.inputs[0] is "./src/**", which is not a path as git writes it. → Write src/**',
        ],
      ],
      [
        checks({ test: check('x', { inputs: ['src//a'] }) }),
        [
          'INVALID_VALUE ci.checks.test.inputs[0] is "src//a", which is not a path as git writes it. → Write src/a',
        ],
      ],
      [
        checks({ test: check('x', { inputs: ['src/**.ts'] }) }),
        [
          'INVALID_VALUE ci.checks.test.inputs[0] is "src/**.ts", which is not a glob. → ** stands for folders and is alone between slashes: src/**/*.ts',
        ],
      ],
      [checks({ test: check('x', { inputs: ['{**/package.json,.npmrc,.yarn/**}', '{a,**}/b'] }) }), []],
      [
        checks({ test: check('x', { inputs: ['{a,src/**.ts}'] }) }),
        [
          'INVALID_VALUE ci.checks.test.inputs[0] is "{a,src/**.ts}", which is not a glob. → ** stands for folders and is alone between slashes: src/**/*.ts',
        ],
      ],
      [
        checks({ test: check('x', { inputs: ['{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}'] }) }),
        [
          'INVALID_VALUE ci.checks.test.inputs[0] is "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", which is not a glob of at most 64 alternatives. → Write several globs, with fewer braces in each.',
        ],
      ],
      [
        checks({ test: check('x', { inputs: ['src/[ab'] }) }),
        [
          'INVALID_VALUE ci.checks.test.inputs[0] is "src/[ab", which is not a glob. → [ is not closed; a letter that is meant itself is matched by ?.',
        ],
      ],
      [
        checks({ test: check('x', { inputs: ['src/{a,b'] }) }),
        [
          'INVALID_VALUE ci.checks.test.inputs[0] is "src/{a,b", which is not a glob. → { is not closed; a letter that is meant itself is matched by ?.',
        ],
      ],
      [
        checks({ test: check('x', { inputs: ['src/a}'] }) }),
        [
          'INVALID_VALUE ci.checks.test.inputs[0] is "src/a}", which is not a glob. → { is not closed; a letter that is meant itself is matched by ?.',
        ],
      ],
      [
        checks({ test: check('x', { leaves: ['node_modules', 'packages/*/node_modules'] }) }),
        [
          'INVALID_VALUE ci.checks.test.leaves[1] is "packages/*/node_modules", which is not a plain path. → Write one path, without *, ?, [ ], { } and !.',
        ],
      ],
      [
        checks({ test: check('x', { reports: { junit: ['../a.xml'] } }) }),
        [
          'INVALID_VALUE ci.checks.test.reports.junit[0] is "../a.xml", which can lead out of the project. → Write it from the directory of glidepath.config.ts; a glob with / in front: /shared/**.',
        ],
      ],
      [
        checks({ test: check('x', { reports: { junitt: ['a.xml'] } as never }) }),
        ['UNKNOWN_KEY ci.checks.test.reports has no setting junitt. → Did you mean junit?'],
      ],
      [
        checks({ test: check('x', { services: [postgres(), postgres()] }) }),
        [
          'INVALID_VALUE ci.checks.test.services asks for two servers, but there is one DATABASE_URL. → Make two databases in the one server.',
        ],
      ],
      [
        checks({ test: check('x', { services: [{ service: 'postgers' as never }] }) }),
        [
          'INVALID_VALUE ci.checks.test.services[0].service is "postgers", which is not possible there. → Did you mean postgres?',
        ],
      ],
      [
        checks({ test: check('x', { services: [postgres({ version: 5 })] }) }),
        [
          'INVALID_VALUE ci.checks.test.services[0].version is 5, which is not a whole number from 10 to 99. → Write the major version alone: 18.',
        ],
      ],
      [
        checks({ test: check('x', { timeout: '30d' }) }),
        [
          'INVALID_VALUE ci.checks.test.timeout is "30d", which is not a time to wait for it. → Write 24h or less.',
        ],
      ],
      [
        checks({ test: check('x', { timeout: 'long' }) }),
        [
          'INVALID_VALUE ci.checks.test.timeout is "long", which is not a duration. → Write a whole number and a unit, ms, s, m, h or d: 45s, 10m, 7d.',
        ],
      ],
      [
        checks({ test: check('x', { retries: 11 }) }),
        [
          'INVALID_VALUE ci.checks.test.retries is 11, which is not a whole number from 0 to 10. → Mend what fails more often than that.',
        ],
      ],
      [
        checks({ test: check('x', { weight: 65 }) }),
        [
          'INVALID_VALUE ci.checks.test.weight is 65, which is not a whole number from 1 to 64. → Write how many cores it keeps busy.',
        ],
      ],
      [
        checks({ test: check('x', { weight: 0 }) }),
        [
          'INVALID_VALUE ci.checks.test.weight is 0, which is not a whole number from 1 to 64. → Write how many cores it keeps busy.',
        ],
      ],
      [
        checks({ test: check('x', { env: ['A', 'A'] }) }),
        ['INVALID_VALUE ci.checks.test.env names "A" twice. → Take one of the two out.'],
      ],
      [
        checks({ test: check('x', { where: 'docker' as never }) }),
        [
          'INVALID_VALUE ci.checks.test.where is "docker", which is not possible there. → Known values: host, container.',
        ],
      ],
      [
        checks({ a: check('a'), test: check('x', { needs: ['a', 'a'] as never }) }),
        ['INVALID_VALUE ci.checks.test.needs names "a" twice. → Take one of the two out.'],
      ],
      [
        ci({ skip: ['!docs/**'] }),
        [
          'INVALID_VALUE ci.skip[0] is "!docs/**", but nothing can be taken out of what is skipped. → Name only what needs no checks.',
        ],
      ],
      [
        ci({ skip: ['../docs/**'] }),
        [
          'INVALID_VALUE ci.skip[0] is "../docs/**", which can lead out of the project. → Write it from the directory of glidepath.config.ts; a glob with / in front: /shared/**.',
        ],
      ],
      [
        ci({ cache: { size: '5' } }),
        [
          'INVALID_VALUE ci.cache.size is "5", which is not a size. → Write a whole number and mb, gb or tb: 500mb, 5gb.',
        ],
      ],
      [
        ci({ cache: { size: '50mb' } }),
        [
          'INVALID_VALUE ci.cache.size is "50mb", which is not enough to keep anything. → Write 100mb or more.',
        ],
      ],
      [
        ci({ cache: { trust: ['ed25519:short'] } }),
        [
          'INVALID_VALUE ci.cache.trust[0] is no public key. → Write what glidepath ci cache keygen prints as public: ed25519: and 43 letters. A private key never stands in a file.',
        ],
      ],
      [
        ci({ cache: { trust: [KEY, KEY] } }),
        [
          'INVALID_VALUE ci.cache.trust names "ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" twice. → Take one of the two out.',
        ],
      ],
      [
        ci({ cache: { remote: 'https://x' } }),
        [
          'WRONG_TYPE ci.cache.remote is "https://x", but must be an object. → Write httpCache(), s3Cache() or githubCache().',
        ],
      ],
      [
        ci({ cache: { remote: httpCache('cache.example') } }),
        [
          'INVALID_VALUE ci.cache.remote.url is "cache.example", which is not an http address. → Write it whole: https://example.com/',
        ],
      ],
      [
        ci({ cache: { remote: httpCache('https://me:secret@cache.example/') } }),
        [
          "INVALID_VALUE ci.cache.remote.url has a name or password in it. → Put the token into a variable, and name that: httpCache(url, { token: 'CACHE_TOKEN' }).",
        ],
      ],
      [
        ci({ cache: { remote: httpCache('https://cache.example/?a=1') } }),
        [
          'INVALID_VALUE ci.cache.remote.url is "https://cache.example/?a=1", which is not the address of a cache. → Write it without ? and #: names of entries are put behind it.',
        ],
      ],
      [
        ci({ cache: { remote: httpCache('https://cache.example/', { token: 'not a name' }), trust: [KEY] } }),
        [
          'INVALID_VALUE ci.cache.remote.token is "not a name", which is not the name of an environment variable. → Use letters, digits and underscores: DATABASE_URL.',
        ],
      ],
      [
        ci({ cache: { remote: s3Cache({ bucket: 's3://Cache', region: 'auto' }) } }),
        [
          'INVALID_VALUE ci.cache.remote.bucket is "s3://Cache", which is not the name of a bucket. → Write 3 to 63 small letters, digits and hyphens, without s3:// in front.',
        ],
      ],
      [
        ci({ cache: { remote: s3Cache({ bucket: 'cache', region: 'EU West' }) } }),
        [
          'INVALID_VALUE ci.cache.remote.region is "EU West", which is not a region of S3. → Write it as the provider does: eu-central-1, auto.',
        ],
      ],
      [
        ci({ cache: { remote: s3Cache({ bucket: 'cache', region: 'auto', prefix: '/ci' }), trust: [KEY] } }),
        [
          'INVALID_VALUE ci.cache.remote.prefix is "/ci", which is not a prefix. → Write names with slashes between: ci/shop.',
        ],
      ],
      [
        ci({ cache: { remote: { kind: 'githb' } } }),
        [
          'WRONG_TYPE ci.cache.remote is not made by one of the functions for it. → Write httpCache(), s3Cache() or githubCache().',
        ],
      ],
      [
        ci({ container: { image: 'Node 24' } }),
        [
          'INVALID_VALUE ci.container.image is "Node 24", which is not the name of an image. → Write it as docker pull takes it: node:24-bookworm, or with @sha256:….',
        ],
      ],
      [
        ci({ container: { dockerfile: '../Dockerfile' } }),
        [
          'INVALID_VALUE ci.container.dockerfile is "../Dockerfile", which can lead out of the project. → Write it from the directory of glidepath.config.ts; a glob with / in front: /shared/**.',
        ],
      ],
      [
        ci({ container: { dockerfile: 'Dockerfile.*' } }),
        [
          'INVALID_VALUE ci.container.dockerfile is "Dockerfile.*", which is not a plain path. → Write one path, without *, ?, [ ], { } and !.',
        ],
      ],
      [
        ci({ security: { failOn: 'severe' } }),
        [
          'INVALID_VALUE ci.security.failOn is "severe", which is not possible there. → Known values: low, moderate, high, critical.',
        ],
      ],
      [
        ci({ security: { exceptions: [{ id: 'GHSA-1', reason: 'todo', expires: '2027-03-31' }] } }),
        [
          'INVALID_VALUE ci.security.exceptions[0].reason is "todo", which is not a reason. → Say why it is put up with, for whoever reads it when it ends.',
        ],
      ],
      [
        ci({ security: { exceptions: [{ id: 'GHSA-1', reason: 'not reachable', expires: '31.3.2027' }] } }),
        [
          'INVALID_VALUE ci.security.exceptions[0].expires is "31.3.2027", which is not a day. → Write year, month and day: 2027-03-31.',
        ],
      ],
      [
        ci({ security: { exceptions: [{ id: 'GHSA-1', reason: 'not reachable', expires: '2027-02-30' }] } }),
        [
          'INVALID_VALUE ci.security.exceptions[0].expires is "2027-02-30", which is not a day. → Write year, month and day: 2027-03-31.',
        ],
      ],
      [
        ci({ security: { exceptions: [{ id: 'GHSA-1', reason: 'not reachable' }] } }),
        ["MISSING_KEY ci.security.exceptions[0] needs the setting expires. → Add it: expires: '…'"],
      ],
      [
        ci({
          security: { exceptions: [{ id: 'GHSA-1 and 2', reason: 'not reachable', expires: '2027-03-31' }] },
        }),
        [
          'INVALID_VALUE ci.security.exceptions[0].id is "GHSA-1 and 2", which is not an identifier. → Write it as the finding has it: GHSA-…, CVE-…, docker-user-root.',
        ],
      ],
      [
        ci({ security: { licences: [] } }),
        [
          "INVALID_VALUE ci.security.licences is empty, so that no dependency could pass. → Name some, or leave it out: ['MIT'].",
        ],
      ],
      [
        ci({ security: { licences: ['MIT', 'MIT'] } }),
        ['INVALID_VALUE ci.security.licences names "MIT" twice. → Take one of the two out.'],
      ],
      [
        ci({ security: { licences: ['Apache 2.0'] } }),
        [
          'INVALID_VALUE ci.security.licences[0] is "Apache 2.0", which is not an SPDX identifier. → Did you mean Apache-2.0?',
        ],
      ],
      [
        ci({ security: { licences: ['MIT OR ISC'] } }),
        [
          'INVALID_VALUE ci.security.licences[0] is "MIT OR ISC", which is not an SPDX identifier. → Write it as spdx.org/licenses does, one by one: Apache-2.0.',
        ],
      ],
      [
        ci({ security: { advisories: '/srv/osv' } }),
        [
          'INVALID_VALUE ci.security.advisories is "/srv/osv", which is not a path of the project. → Write it without the slash in front: srv/osv',
        ],
      ],
    ]),
  )('%s', (_, config, expected) => {
    expect(said(config)).toEqual(expected);
  });
});

describe('what settings of checks have against each other', () => {
  test.each(
    sentences([
      [
        checks({ a: check('a', { needs: ['a'] as never }) }),
        [
          'CONFLICT ci.checks.a.needs goes in a circle: a → a. → Take one of these needs out, so that a check can be first.',
        ],
      ],
      [
        checks({
          a: check('a', { needs: ['c'] }),
          b: check('b', { needs: ['a'] }),
          c: check('c', { needs: ['b'] }),
        }),
        [
          'CONFLICT ci.checks.a.needs goes in a circle: a → c → b → a. → Take one of these needs out, so that a check can be first.',
        ],
      ],
      [
        checks({ test: check('x', { needs: ['biuld'] as never }), build: check('b') }),
        [
          'UNKNOWN_REFERENCE ci.checks.test.needs[0] refers to the check biuld, which does not exist. → Did you mean build?',
        ],
      ],
      [
        checks({ build: check('x', { outputs: ['**'] }) }),
        [
          "CONFLICT ci.checks.build.outputs[0] is **, in which the sources lie too: what is written there is taken away when it is put back. → Name only what it makes: outputs: ['dist'].",
        ],
      ],
      [
        checks({ build: check('x', { outputs: ['.'] }) }),
        [
          "CONFLICT ci.checks.build.outputs[0] is ., in which the sources lie too: what is written there is taken away when it is put back. → Name only what it makes: outputs: ['dist'].",
        ],
      ],
      [
        checks({ build: check('x', { directory: 'web', outputs: ['**/*'] }) }),
        [
          "CONFLICT ci.checks.build.outputs[0] is web/**/*, in which the sources lie too: what is written there is taken away when it is put back. → Name only what it makes: outputs: ['dist'].",
        ],
      ],
      [
        checks({ build: check('x', { inputs: ['src/**', 'dist/types/**'], outputs: ['dist'] }) }),
        [
          'CONFLICT ci.checks.build.inputs[1] is dist/types/**, which lies in the outputs dist of the same check. → What a check makes is never its input: take it out of one of the two.',
        ],
      ],
      [
        checks({ build: check('x', { outputs: ['.git/x'] }) }),
        [
          'CONFLICT ci.checks.build.outputs[0] is .git/x, where git and Glidepath keep what is theirs. → Write somewhere else; reports may lie in .glidepath/reports/.',
        ],
      ],
      [
        checks({ build: check('x', { outputs: ['.glidepath/cache/x'] }) }),
        [
          'CONFLICT ci.checks.build.outputs[0] is .glidepath/cache/x, where git and Glidepath keep what is theirs. → Write somewhere else; reports may lie in .glidepath/reports/.',
        ],
      ],
      [
        checks({ web: check('x', { outputs: ['dist'] }), api: check('y', { outputs: ['dist/api.js'] }) }),
        [
          'CONFLICT ci.checks.api.outputs[0] is dist/api.js, which the check web writes too (outputs dist). → Let each write to a place of its own, or make one check of the two.',
        ],
      ],
      [
        checks({
          web: check('x', { outputs: ['out/*.js'] }),
          api: check('y', { directory: 'out', reports: { sarif: ['a*'] } }),
        }),
        [
          'CONFLICT ci.checks.api.reports.sarif[0] is out/a*, which the check web writes too (outputs out/*.js). → Let each write to a place of its own, or make one check of the two.',
        ],
      ],
      [
        checks({ web: check('x', { outputs: ['dist'] }), api: check('y', { leaves: ['dist/modules'] }) }),
        [
          'CONFLICT ci.checks.api.leaves[0] is dist/modules, which the check web writes too (outputs dist). → Let each write to a place of its own, or make one check of the two.',
        ],
      ],
      [
        checks({ test: check('x', { where: 'container' }) }),
        [
          "CONFLICT ci.checks.test.where is container, but there is no ci.container. → Say in which image: ci: { container: { dockerfile: 'Dockerfile' } }",
        ],
      ],
      [
        checks({ test: check('x', { env: ['A', 'GLIDEPATH_CACHE_KEY'] }) }),
        [
          'CONFLICT ci.checks.test.env[1] gives the check the key that signs for the main branch. → Take it out: Glidepath signs after the check has ended.',
        ],
      ],
      [
        ci({ container: {} }),
        [
          "CONFLICT ci.container has neither a dockerfile nor an image. → Write dockerfile: 'Dockerfile', or image: 'node:24-bookworm'.",
        ],
      ],
      [
        ci({ container: { dockerfile: 'Dockerfile', image: 'node:24' } }),
        [
          'CONFLICT ci.container has both a dockerfile and an image. → Keep the one in which the checks are to run.',
        ],
      ],
      [
        ci({ container: { image: 'node:24', target: 'test' } }),
        [
          'CONFLICT ci.container.target names a stage, which only a dockerfile has. → Take it out, or write a dockerfile instead of the image.',
        ],
      ],
      [
        ci({ security: { exceptions: [PUT_UP_WITH, { ...PUT_UP_WITH, in: 'lodash' }] } }),
        [
          'CONFLICT ci.security.exceptions[1] is for GHSA-1, as exceptions[0] is already, wherever it is found. → Keep one of the two.',
        ],
      ],
      [
        ci({
          security: {
            exceptions: [
              { ...PUT_UP_WITH, in: 'a' },
              { ...PUT_UP_WITH, in: 'a' },
            ],
          },
        }),
        [
          'CONFLICT ci.security.exceptions[1] is for GHSA-1, as exceptions[0] is already, in a. → Keep one of the two.',
        ],
      ],
    ]),
  )('%s', (_, config, expected) => {
    expect(said(config)).toEqual(expected);
  });
});

describe('what is only warned of', () => {
  test.each(
    sentences([
      [
        checks({ web: check('npm ci && npm run a'), api: check('npm ci && npm run b') }),
        [
          "? CONFLICT ci.checks.api writes node_modules, which the check web writes too (leaves node_modules). → At the same time they spoil each other's: let one of them install, and the other need it.",
        ],
      ],
      [
        checks({ test: check('x', { network: true }) }),
        [
          "? CONFLICT ci.checks.test.network says something of a container, but the check runs on the host, where the network is as it is. → Take it out, or write where: 'container'.",
        ],
      ],
      [
        checks({ test: check('x', { env: ['DATABASE_URL'], services: [postgres()] }) }),
        [
          '? CONFLICT ci.checks.test.env[0] asks for DATABASE_URL, which postgres() sets. → Take it out: the one from outside never reaches the check.',
        ],
      ],
      [
        checks({ build: check('x', { prepares: true }) }),
        [
          "? CONFLICT ci.checks.build.prepares is true, but no outputs or leaves say what is made, so that it runs every time. → Name it: outputs: ['dist']; leaves: ['node_modules'] for what is not worth keeping; or cache: false if that is meant.",
        ],
      ],
      [
        ci({ cache: { remote: s3Cache({ bucket: 'cache', region: 'auto' }) } }),
        [
          '? CONFLICT ci.cache.remote shares nothing that main stores, because ci.cache.trust names no public key. → Create a pair of keys: glidepath ci cache keygen',
        ],
      ],
      [
        ci({ cache: { remote: httpCache('http://cache.example/'), trust: [KEY] } }),
        [
          '? CONFLICT ci.cache.remote.url is http://cache.example/, to which tokens and files go unencrypted. → Write https:// in front: https://cache.example/',
        ],
      ],
      [
        ci({
          cache: {
            remote: s3Cache({ bucket: 'cache', region: 'auto', endpoint: 'http://s3.example' }),
            trust: [KEY],
          },
        }),
        [
          '? CONFLICT ci.cache.remote.endpoint is http://s3.example, to which tokens and files go unencrypted. → Write https:// in front: https://s3.example',
        ],
      ],
      [
        ci({ security: { exceptions: [{ ...PUT_UP_WITH, expires: '2026-11-20' }] } }),
        [
          '? CONFLICT ci.security.exceptions[0].expires was 2026-11-20: GHSA-1 counts again. → Mend what was found and take the exception out, or say anew why it is put up with, and until when.',
        ],
      ],
      [
        ci({ security: { licences: ['MIT', 'Apache-2'] } }),
        [
          '? CONFLICT ci.security.licences[1] is Apache-2, which is none of the common identifiers of SPDX. → Did you mean Apache-2.0?',
        ],
      ],
      [
        ci({ security: { licences: ['GPL-3.0'] } }),
        [
          '? CONFLICT ci.security.licences[0] is GPL-3.0, which is none of the common identifiers of SPDX. → Did you mean GPL-3.0-only?',
        ],
      ],
    ]),
  )('%s', (_, config, expected) => {
    expect(said(config)).toEqual(expected);
  });

  test('that an exception has ended is only said where the day is known, and not before it has', () => {
    const config = ci({ security: { exceptions: [{ ...PUT_UP_WITH, expires: '2026-11-21' }] } });
    expect(said(config)).toEqual([]);
    expect(said(config, NOW + 86_400_000)).toHaveLength(1);
    expect(validateConfig(config, { file: 'x', source: '' }).diagnostics).toEqual([]);
  });
});

test('every setting of a check and of what is around it is accepted', () => {
  const config = ci({
    checks: {
      install: check('npm ci', { leaves: ['node_modules'], network: true, where: 'container' }),
      build: check('npm run build', {
        needs: ['install'],
        directory: 'packages/web',
        inputs: ['src/**', '!**/*.md', '/tsconfig.json', '{a,b}/*.[jt]s'],
        outputs: ['.next', '!.next/cache'],
        timeout: '24h',
        retries: 10,
        weight: 64,
        fast: false,
        env: ['CI', 'NODE_ENV'],
        services: [postgres({ version: 18 })],
        reports: {
          junit: ['reports/*.xml'],
          coverage: ['coverage/lcov.info'],
          sarif: ['/.glidepath/reports/web.sarif'],
          sbom: ['sbom.json'],
        },
      }),
      cached: check('x', { directory: 'packages/web', outputs: ['.next/cache/x'] }),
    },
    skip: ['docs/**', './README.md', '**/*.md'],
    cache: {
      size: '100mb',
      remote: httpCache('http://localhost:9000/cache', { token: 'CACHE' }),
      trust: [KEY],
    },
    container: { dockerfile: 'docker/ci.Dockerfile', target: 'ci' },
    security: {
      failOn: 'moderate',
      exceptions: [
        { ...PUT_UP_WITH, in: 'a' },
        { ...PUT_UP_WITH, in: 'b' },
        { ...PUT_UP_WITH, id: 'CVE-1' },
      ],
      advisories: 'security/osv',
      licences: ['MIT', 'Apache-2.0', 'GPL-2.0-or-later'],
    },
  });
  expect(said(config)).toEqual([]);
  const s3 = s3Cache({
    bucket: 'shop-ci',
    region: 'auto',
    endpoint: 'https://s3.example',
    prefix: 'ci/shop',
  });
  expect(said(ci({ cache: { remote: s3, trust: [KEY] } }))).toEqual([]);
});

test('a mistake stands at its line', () => {
  const source = `import { check, defineProject } from 'glidepath';
export default defineProject({
  name: 'shop',
  apps: {},
  environments: {},
  ci: {
    checks: {
      build: check('x', {
        inputs: ['src/**', 'dist/**'],
        outputs: ['dist'],
      }),
      lint: check('x', { needs: ['biuld'], weight: 100 }),
    },
    security: { exceptions: [{ id: 'A', reason: '-', expires: 'never' }] },
  },
});
`;
  const config = ci({
    checks: {
      build: check('x', { inputs: ['src/**', 'dist/**'], outputs: ['dist'] }),
      lint: check('x', { needs: ['biuld'] as never, weight: 100 }),
    },
    security: { exceptions: [{ id: 'A', reason: '-', expires: 'never' }] },
  });
  const { diagnostics } = validateConfig(config, { file: 'x', source });
  expect(diagnostics.map(({ path, location }) => [path, location?.line, location?.column])).toEqual([
    ['ci.checks.build.inputs[1]', 9, 28],
    ['ci.checks.lint.needs[0]', 12, 34],
    ['ci.checks.lint.weight', 12, 52],
    ['ci.security.exceptions[0].reason', 14, 49],
    ['ci.security.exceptions[0].expires', 14, 63],
  ]);
});

test('a private key that came into the file is not printed', () => {
  const secret = 'MC4CAQAwBQYDK2VwBCIEIKnotASecretButItLooksLikeOne';
  expect(said(ci({ cache: { trust: [secret] } })).join('')).not.toContain(secret);
});

describe('the gate quality()', () => {
  const gated = (gate: object, section: object): unknown => ({
    name: 'shop',
    apps: { web: flyApp({ port: 80, health: { path: '/' } }) },
    environments: { production: { on: push('main'), gates: [gate] } },
    ci: section,
  });
  const reporting = check('x', { reports: { coverage: ['lcov.info'] } });

  test('asks for coverage only where some check reports it', () => {
    expect(said(gated(quality({ coverage: 80 }), { checks: { test: check('x') } }))).toEqual([
      "CONFLICT environments.production.gates[0] asks for coverage, which no check reports. → Say where a check writes it: reports: { coverage: ['coverage/lcov.info'] }.",
    ]);
    expect(said(gated(quality({ changeCoverage: 80 }), { checks: { test: reporting } }))).toEqual([]);
    expect(said(gated(quality({ flaky: false, failOn: 'low' }), { checks: { test: check('x') } }))).toEqual(
      [],
    );
  });

  test.each([
    [{ coverage: 101 }, 'is 101, which is not a share. → Write percent, from 0 to 100.'],
    [{ changeCoverage: -1 }, 'is -1, which is not a share. → Write percent, from 0 to 100.'],
    [{ failOn: 'hihg' }, 'is "hihg", which is not possible there. → Did you mean high?'],
    [{ coverge: 80 }, 'has no setting coverge. → Did you mean coverage?'],
  ])('does not take %j', (options, expected) => {
    const config = gated(quality(options as never), { checks: { test: reporting } });
    expect(said(config)).toEqual([expect.stringContaining(expected)]);
  });
});
