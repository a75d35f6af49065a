import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { engineAddress, formatEngineAddress, parseEngineHost } from './engine-address.ts';

let home: string;

beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'glidepath-home-'))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

test.each([
  ['unix:///run/docker.sock', 'unix:///run/docker.sock'],
  ['tcp://127.0.0.1:2375', 'tcp://127.0.0.1:2375'],
  ['tcp://localhost:2375', 'tcp://127.0.0.1:2375'],
])('%s is an engine of this computer', (text, formatted) => {
  const address = parseEngineHost(text);
  expect(address === null ? null : formatEngineAddress(address)).toBe(formatted);
});

test.each(['tcp://10.0.0.7:2376', 'ssh://me@host', 'npipe:////./pipe/docker_engine', 'nonsense'])(
  '%s is none that could publish a port here',
  (text) => expect(parseEngineHost(text)).toBeNull(),
);

test('DOCKER_HOST wins over the context in use, which wins over the usual socket', () => {
  const socket = { kind: 'socket', path: '/var/run/docker.sock' };
  expect(engineAddress({ HOME: home })).toEqual(socket);
  context('colima', 'unix:///run/colima/docker.sock');
  expect(engineAddress({ HOME: home, DOCKER_CONTEXT: 'colima' })).toEqual({
    kind: 'socket',
    path: '/run/colima/docker.sock',
  });
  writeFileSync(join(home, '.docker', 'config.json'), '{"currentContext":"colima"}');
  expect(engineAddress({ HOME: home })).toMatchObject({ path: '/run/colima/docker.sock' });
  expect(engineAddress({ HOME: home, DOCKER_CONTEXT: 'default' })).toEqual(socket);
  expect(engineAddress({ HOME: home, DOCKER_HOST: 'unix:///a' })).toEqual({ kind: 'socket', path: '/a' });
  expect(engineAddress({ HOME: home, DOCKER_CONTEXT: 'unknown' })).toBeNull();
});

function context(name: string, host: string): void {
  const dir = join(home, '.docker', 'contexts', 'meta', createHash('sha256').update(name).digest('hex'));
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    join(dir, 'meta.json'),
    JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }),
  );
}
