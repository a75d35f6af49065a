import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseRemote, remoteRepository } from './remote-repository.ts';

test.each([
  ['git@github.com:acme/shop.git', 'github.com', 'acme/shop'],
  ['github-work:acme/shop', 'github-work', 'acme/shop'],
  ['https://github.com/acme/shop', 'github.com', 'acme/shop'],
  ['https://x-access-token:ghs_secret@github.com/acme/shop.git', 'github.com', 'acme/shop'],
  ['ssh://git@github.acme.example:2222/acme/shop.js.git', 'github.acme.example:2222', 'acme/shop.js'],
  ['http://127.0.0.1:4280/acme/shop.git', '127.0.0.1:4280', 'acme/shop'],
])('%s is told apart', (address, host, name) => {
  expect(parseRemote(address)).toEqual({ host, name });
});

test.each(['/srv/git/shop.git', '../shop', 'https://gitlab.example/group/sub/shop.git', ''])(
  '"%s" is no repository of an owner',
  (address) => {
    expect(parseRemote(address)).toBeNull();
  },
);

test('a clone says where it is from, and a repository without a remote does not', async () => {
  const root = mkdtempSync(join(tmpdir(), 'gp-remote-'));
  try {
    execFileSync('git', ['init', '-q', root]);
    expect(await remoteRepository(root)).toBeNull();
    execFileSync('git', ['-C', root, 'remote', 'add', 'origin', 'git@github.com:acme/shop.git']);
    expect(await remoteRepository(root)).toEqual({ host: 'github.com', name: 'acme/shop' });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
