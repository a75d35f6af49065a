import { hash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { blobName, entryName } from '../../src/checks/cache/cache-store.ts';
import type { CacheEntry, KeptFile } from '../../src/checks/cache/check-cache.ts';
import { decodeEntry, encodeEntry, type Pack } from '../../src/checks/cache/stored-entry.ts';
import { cacheDomain } from '../../src/cli/checks/cache/cache-domain.ts';
import { machineKey, machineKeyFile } from '../../src/cli/checks/cache/machine-key.ts';
import { openCheckCache } from '../../src/cli/checks/cache/open-check-cache.ts';
import { createVault } from '../../src/cli/platforms/secret-vault.ts';
import { systemClock } from '../../src/util/clock.ts';
import type { Ed25519Signer } from '../../src/util/ed25519.ts';
import {
  newEntry,
  newSigner,
  readTree,
  rigCache,
  scratch,
  writeTree,
  type RigCache,
} from '../support/cache-rig.ts';
import { memoryStore } from '../support/memory-store.ts';

function directories(): () => string {
  const all = scratch();
  onTestFinished(() => all[Symbol.dispose]());
  return all.make;
}

const NOT_BELIEVED = 'An entry in the shared cache is not signed by a trusted key and is ignored.';
const KEY = newEntry('a', []).key;

/** A shared store, and runs of main and of pull requests that use it, each on a machine of its own. */
function rig(): {
  readonly remote: ReturnType<typeof memoryStore>;
  readonly shared: Ed25519Signer;
  readonly make: () => string;
  readonly root: string;
  readonly main: (given?: {
    isScoped?: boolean;
    trusted?: readonly string[];
    shared?: Ed25519Signer | null;
  }) => RigCache;
  readonly pull: (number: number, given?: { trusted?: readonly string[]; isScoped?: boolean }) => RigCache;
  readonly laptop: () => RigCache;
} {
  const make = directories();
  const remote = memoryStore();
  const shared = newSigner();
  const trusted = [shared.publicKey];
  const root = make();
  writeTree(root, { 'dist/app.js': 'good' });
  return {
    remote,
    shared,
    make,
    root,
    main: (given = {}) => rigCache({ directory: make(), remote, domain: 'main', trusted, shared, ...given }),
    pull: (number, given = {}) =>
      rigCache({ directory: make(), remote, domain: `pr-${number}`, trusted, ...given }),
    laptop: () => rigCache({ directory: make(), remote, domain: 'local', trusted }),
  };
}

async function storeIn(cache: RigCache, root: string, seed = 'a'): Promise<CacheEntry> {
  const entry = await cache.store(newEntry(seed, ['dist/app.js']), root);
  await cache.settle();
  if (entry === null) throw new Error(cache.warnings.join(' '));
  return entry;
}

/** Any entry, signed by whom one likes: what somebody who can write to the store can put there. */
function forged(
  signer: Ed25519Signer,
  given: Partial<CacheEntry> & { content?: string; path?: string; kind?: KeptFile['kind'] },
): Buffer {
  const { content = 'evil', path = 'dist/app.js', kind = 'file', ...entry } = given;
  const bytes = Buffer.from(content);
  const pack: Pack = {
    digest: hash('sha256', bytes),
    codec: 'raw',
    bytes: bytes.length,
    rawBytes: bytes.length,
  };
  const { paths: _, log: __, ...about } = newEntry('a', []);
  const file: KeptFile = { path, digest: hash('sha256', bytes), bytes: bytes.length, kind };
  return encodeEntry(
    {
      entry: {
        ...about,
        format: 1,
        createdAt: 1,
        domain: 'main',
        files: [file],
        log: hash('sha256', ''),
        ...entry,
      },
      logBytes: 0,
      packs: [pack],
      inline: new Map([[pack.digest, bytes]]),
    },
    signer,
  );
}

describe('a pull request cannot put anything into main (CVE-2025-36852)', () => {
  test('what it stored for the key that main will ask for is not found by main', async () => {
    const { root, main, pull, remote } = rig();
    writeTree(root, { 'dist/app.js': 'evil' });
    await storeIn(pull(7), root);
    expect([...remote.objects.keys()].every((name) => name.startsWith('pr-7/'))).toBe(true);
    const later = main();
    expect(await later.find(KEY)).toBeNull();
    expect(await later.latest('build')).toBeNull();
    // It finds it itself, and another pull request does not.
    expect(await pull(7).find(KEY)).not.toBeNull();
    expect(await pull(8).find(KEY)).toBeNull();
  });

  test('what it puts below the name of main with the token of the store is not believed, by main or by anybody', async () => {
    const { remote, main, pull, laptop } = rig();
    remote.objects.set(entryName('main', KEY), forged(newSigner(), {}));
    for (const cache of [main(), pull(8), laptop()]) {
      expect(await cache.find(KEY)).toBeNull();
      expect(cache.warnings).toEqual([NOT_BELIEVED]);
    }
  });

  test('and it keeps main from storing nothing: main writes its own in its place', async () => {
    const { remote, root, main, pull } = rig();
    remote.objects.set(entryName('main', KEY), forged(newSigner(), {}));
    await storeIn(main(), root);
    const found = await pull(8).find(KEY);
    expect(found?.entry.domain).toBe('main');
  });

  test('an entry copied to the name of main says itself that it is of the pull request', async () => {
    const { remote, root, main, pull } = rig();
    await storeIn(pull(7), root);
    remote.objects.set(entryName('main', KEY), remote.objects.get(entryName('pr-7', KEY))!);
    expect(await main().find(KEY)).toBeNull();
  });

  test('its own list of trusted keys counts for itself alone', async () => {
    const { remote, make, root, main, shared } = rig();
    const attacker = newSigner();
    remote.objects.set(entryName('main', KEY), forged(attacker, {}));
    const directory = make();
    const options = { directory, remote, domain: 'local', machine: newSigner() };
    // Somebody looks at the branch on a laptop: the branch believes its author, and that is kept on the laptop.
    const branch = rigCache({ ...options, trusted: [attacker.publicKey] });
    expect(await branch.restore((await branch.find(KEY))!, root)).toBe(true);
    expect(existsSync(join(directory, entryName('main', KEY)))).toBe(true);
    // Back on main, with the config of main.
    const back = rigCache({ ...options, remote: null, trusted: [shared.publicKey] });
    expect(await back.find(KEY)).toBeNull();
    expect(await main().find(KEY)).toBeNull();
  });
});

describe('an entry is what it was when it was signed', () => {
  test('under the key of other inputs it is not found', async () => {
    const { remote, root, main } = rig();
    await storeIn(main(), root);
    const other = newEntry('b', []).key;
    remote.objects.set(entryName('main', other), remote.objects.get(entryName('main', KEY))!);
    const cache = main();
    expect(await cache.find(other)).toBeNull();
    expect(cache.warnings).toEqual([NOT_BELIEVED]);
  });

  test('as the last one of another check it is not shown', async () => {
    const { remote, root, main } = rig();
    await storeIn(main(), root);
    const pointer = [...remote.objects].find(([name]) => name.includes('/latest/'))?.[1];
    remote.objects.set(`main/latest/${hash('sha256', 'test')}`, pointer!);
    expect(await main().latest('build')).not.toBeNull();
    expect(await main().latest('test')).toBeNull();
  });

  test('with a byte changed anywhere, cut off, or without its signature it is not used', async () => {
    const { shared } = rig();
    const whole = forged(shared, { log: hash('sha256', '') });
    expect(decodeEntry(whole)).not.toBeNull();
    const end = whole.indexOf(10);
    const head = JSON.parse(whole.toString('utf8', 0, end)) as { textBytes: number };
    for (let at = end + 1; at < end + 1 + head.textBytes; at += 7) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      expect(decodeEntry(changed)).toBeNull();
    }
    for (let length = 0; length < end + head.textBytes; length += 13)
      expect(decodeEntry(whole.subarray(0, length))).toBeNull();
    const without = (fields: object): Buffer =>
      Buffer.concat([Buffer.from(JSON.stringify({ ...head, ...fields })), whole.subarray(end)]);
    expect(decodeEntry(without({ signature: '' }))).toBeNull();
    expect(decodeEntry(without({ signature: null }))).toBeNull();
    expect(decodeEntry(without({ signer: newSigner().publicKey }))).toBeNull();
    expect(decodeEntry(without({ signer: 'none' }))).toBeNull();
    expect(decodeEntry(without({ format: 0 }))).toBeNull();
    expect(decodeEntry(without({}))).not.toBeNull();
  });

  test('a blob that was exchanged is a miss, and main stores it again', async () => {
    const { remote, root, main, pull } = rig();
    writeTree(root, { 'dist/big': randomBytes(200_000) });
    const first = main();
    await first.store(newEntry('a', ['dist/big']), root);
    await first.settle();
    const name = [...remote.objects.keys()].find((one) => one.includes('/blobs/'))!;
    const right = remote.objects.get(name)!;
    remote.objects.set(name, zstdCompressSync(Buffer.alloc(200_000, 'evil')));
    const before = readTree(root);
    for (const cache of [pull(7), main()]) {
      expect(await cache.restore((await cache.find(KEY))!, root)).toBe(false);
      expect(readTree(root)).toEqual(before);
      await cache.store(newEntry('a', ['dist/big']), root);
      await cache.settle();
    }
    expect(remote.objects.get(name)?.equals(right)).toBe(true);
  });
});

describe('also who is believed puts nothing outside of the outputs', () => {
  test.each([
    ['above the checkout', '../evil', 'file'],
    ['an absolute path', '/tmp/evil', 'file'],
    ['a hook of git', '.git/hooks/pre-commit', 'executable'],
    ['a hook of git, written in capitals', '.GIT/hooks/pre-commit', 'executable'],
    ['a checkout inside', 'packages/a/.git/config', 'file'],
    ['the state of Glidepath', '.glidepath/state.db', 'file'],
    ['the cache itself', '.glidepath/cache/local/entries/x', 'file'],
    ['a path with a hole', 'dist//a', 'file'],
    ['a path that goes back', 'dist/../src/a.ts', 'file'],
  ] as const)('%s', async (_, path, kind) => {
    const { shared } = rig();
    expect(decodeEntry(forged(shared, { path, kind }))).toBeNull();
  });

  test.each([['../../etc/passwd'], ['/etc/passwd'], ['b/../../../x'], ['../.git/hooks'], ['']])(
    'a link to "%s"',
    async (content) => {
      const { remote, main, root, shared } = rig();
      remote.objects.set(entryName('main', KEY), forged(shared, { content, kind: 'link' }));
      const cache = main();
      const before = readTree(root);
      expect(await cache.restore((await cache.find(KEY))!, root)).toBe(false);
      expect(readTree(root)).toEqual(before);
    },
  );

  test('a file behind a link of the same entry', async () => {
    const { shared } = rig();
    const digest = hash('sha256', 'x');
    const files: KeptFile[] = [
      { path: 'dist/a', digest, bytes: 1, kind: 'link' },
      { path: 'dist/a/b', digest, bytes: 1, kind: 'file' },
    ];
    expect(decodeEntry(forged(shared, { files }))).toBeNull();
    expect(decodeEntry(forged(shared, { files: [files[0]!, files[0]!] }))).toBeNull();
  });
});

describe('a checkout cannot bring entries along', () => {
  test('what a branch has in .glidepath/cache was not signed by this machine', async () => {
    const make = directories();
    const [theirs, root] = [make(), make()];
    writeTree(root, { 'dist/app.js': 'evil' });
    const attacker = rigCache({ directory: join(theirs, 'cache') });
    await attacker.store(newEntry('a', ['dist/app.js']), root);
    cpSync(join(theirs, 'cache'), join(root, '.glidepath/cache'), { recursive: true });
    const mine = rigCache({ directory: join(root, '.glidepath/cache'), machine: newSigner() });
    expect(await mine.find(KEY)).toBeNull();
    expect(mine.warnings).toEqual([
      expect.stringContaining('in this machine is not signed by a trusted key'),
    ]);
    // Neither can it pretend that main wrote it.
    mkdirSync(join(root, '.glidepath/cache/main/entries'), { recursive: true });
    writeFileSync(join(root, '.glidepath/cache', entryName('main', KEY)), forged(newSigner(), {}));
    expect(await mine.find(KEY)).toBeNull();
  });

  test('main, where the config names keys, does not believe the machine: it may have run pull requests', async () => {
    const { root, shared, make } = rig();
    const [directory, machine] = [make(), newSigner()];
    mkdirSync(join(directory, 'main/entries'), { recursive: true });
    writeFileSync(join(directory, entryName('main', KEY)), forged(machine, {}));
    const strict = rigCache({ directory, machine, domain: 'main', trusted: [shared.publicKey], shared });
    expect(await strict.find(KEY)).toBeNull();
    const without = rigCache({ directory, machine, domain: 'main' });
    expect(await without.find(KEY)).not.toBeNull();
    expect(readTree(root)).toEqual({ 'dist/app.js': 'good' });
  });

  test('the key of the machine is outside of the checkout, for its owner alone, and is made once', () => {
    const home = directories()();
    const said: string[] = [];
    const onWarning = (text: string): void => void said.push(text);
    const first = machineKey({ HOME: home }, onWarning);
    const file = machineKeyFile({ HOME: home }) ?? '';
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(machineKey({ HOME: home }, onWarning).publicKey).toBe(first.publicKey);
    expect(readdirSync(join(home, '.local/state/glidepath'))).toEqual(['cache-key']);
    expect(said).toEqual([]);
    // Others may have read it: whatever they signed since is worth nothing.
    chmodSync(file, 0o644);
    expect(machineKey({ HOME: home }, onWarning).publicKey).not.toBe(first.publicKey);
    expect(said).toEqual([expect.stringContaining('was readable by others')]);
    writeFileSync(file, 'no key');
    expect(machineKey({ HOME: home }, onWarning).publicKey).toMatch(/^ed25519:/);
    rmSync(join(home, '.local'), { recursive: true });
    writeFileSync(join(home, '.local'), '');
    expect(machineKey({ HOME: home }, onWarning).publicKey).not.toBe(
      machineKey({ HOME: home }, onWarning).publicKey,
    );
    expect(said.at(-1)).toContain('cannot be saved');
  });
});

describe('where no key is named', () => {
  test('main does not write to a store that others write to, and believes nothing there', async () => {
    const { remote, root, main, shared, laptop } = rig();
    const cache = main({ trusted: [], shared: null });
    await storeIn(cache, root);
    expect([...remote.objects.keys()]).toEqual([]);
    remote.objects.set(entryName('main', KEY), forged(shared, {}));
    expect(await main({ trusted: [], shared: null }).find(KEY)).toBeNull();
    // Nothing of a laptop is ever there.
    remote.objects.clear();
    remote.objects.set(entryName('local', KEY), forged(shared, { domain: 'local' }));
    expect(await laptop().find(KEY)).toBeNull();
  });

  test("main believes GitHub's scopes, until a key is named", async () => {
    const { root, main, pull, shared } = rig();
    await storeIn(main({ trusted: [], shared: null, isScoped: true }), root);
    expect(await main({ trusted: [], shared: null, isScoped: true }).find(KEY)).not.toBeNull();
    expect(await pull(7, { trusted: [], isScoped: true }).find(KEY)).not.toBeNull();
    expect(await main({ trusted: [shared.publicKey], isScoped: true }).find(KEY)).toBeNull();
  });

  test('a laptop writes nothing that others read', async () => {
    const { remote, root, laptop } = rig();
    await storeIn(laptop(), root);
    expect([...remote.objects.keys()]).toEqual([]);
  });
});

describe('the domain of a run', () => {
  const at = (name: string, ref: string, pull: number | null = null): string => {
    const [, kind = '', refName = ''] = /^refs\/(heads|tags|pull)\/(.*)$/.exec(ref) ?? [];
    const refType =
      kind === 'heads' ? 'branch' : kind === 'tags' ? 'tag' : kind === 'pull' ? 'pull' : 'other';
    const pullRequest = pull === null ? null : ({ number: pull } as never);
    return cacheDomain({
      github: { name, ref, refName, refType, pullRequest },
      mainBranch: 'main',
      hasKey: false,
    });
  };

  test('is main only for what is on the main branch, or a tag', () => {
    expect(at('push', 'refs/heads/main')).toBe('main');
    expect(at('schedule', 'refs/heads/main')).toBe('main');
    expect(at('push', 'refs/tags/v1.2.0')).toBe('main');
    expect(at('pull_request', 'refs/pull/42/merge', 42)).toBe('pr-42');
    // It runs with the rights of main, and often what the pull request brings.
    expect(at('pull_request_target', 'refs/heads/main', 42)).toBe('pr-42');
    expect(at('workflow_run', 'refs/heads/main')).toMatch(/^event-[0-9a-f]{16}$/);
    expect(at('issue_comment', 'refs/heads/main')).toMatch(/^event-/);
    expect(at('push', 'refs/heads/feature')).toMatch(/^branch-[0-9a-f]{16}$/);
    expect(at('push', 'refs/heads/main/../x')).toMatch(/^branch-/);
    // A payload that cannot be read says no number: then it is nobody's.
    expect(at('pull_request', 'refs/pull/42/merge')).toMatch(/^event-/);
    const queue = at('merge_group', 'refs/heads/gh-readonly-queue/main/pr-42-abc');
    expect(queue).toMatch(/^queue-/);
    expect(at('merge_group', 'refs/heads/gh-readonly-queue/main/pr-43-abc')).not.toBe(queue);
  });

  test('outside of GitHub it is that of the machine, or main for who has the key', () => {
    expect(cacheDomain({ github: null, mainBranch: 'main', hasKey: false })).toBe('local');
    expect(cacheDomain({ github: null, mainBranch: 'main', hasKey: true })).toBe('main');
  });
});

describe('the private key', () => {
  const PEM_OF_ANOTHER_KIND = 'MHQCAQEEIBkg4LVWM9nuwNSk3yByxZpYRTBnVJk5GVkFqgkwKlmRoAcGBSuBBAAK';
  async function open(
    env: Record<string, string>,
    given: { trust?: string[]; pull?: number } = {},
  ): Promise<{ said: string[]; vault: ReturnType<typeof createVault> }> {
    const make = directories();
    const said: string[] = [];
    const vault = createVault(env);
    const github = { name: 'pull_request', pullRequest: { number: given.pull } } as never;
    await openCheckCache({
      root: make(),
      project: { mainBranch: 'main', cache: { maxBytes: 1e9, remote: null, trust: given.trust ?? [] } },
      env: { HOME: make(), ...env },
      vault,
      github: given.pull === undefined ? null : github,
      clock: systemClock,
      fetch,
      onWarning: (text) => said.push(text),
    });
    return { said, vault };
  }
  const text = 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A';
  const publicKey = 'ed25519:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo';

  test('that is none, or that nobody believes, is CACHE_KEY_INVALID, and is not shown', async () => {
    for (const bad of ['too short', PEM_OF_ANOTHER_KIND, publicKey])
      await expect(open({ GLIDEPATH_CACHE_KEY: bad })).rejects.toMatchObject({
        code: 'CACHE_KEY_INVALID',
        message: expect.not.stringContaining(bad) as unknown,
      });
    await expect(
      open({ GLIDEPATH_CACHE_KEY: text }, { trust: [newSigner().publicKey] }),
    ).rejects.toMatchObject({
      code: 'CACHE_KEY_INVALID',
      hint: expect.stringContaining(publicKey) as unknown,
    });
    const { said, vault } = await open({ GLIDEPATH_CACHE_KEY: text }, { trust: [publicKey] });
    expect(said).toEqual([]);
    expect(vault.redact(`key ${text}`)).toBe('key ***');
  });

  test('in the run of a pull request is not used, and that is said', async () => {
    const { said } = await open({ GLIDEPATH_CACHE_KEY: text }, { trust: [publicKey], pull: 7 });
    expect(said).toEqual([expect.stringContaining('is set in a run of pr-7 and is ignored')]);
  });
});

test('a name in the store is made of its parts alone', () => {
  expect([entryName('main', KEY), blobName('pr-7', KEY)]).toEqual([
    `main/entries/${KEY}`,
    `pr-7/blobs/${KEY}`,
  ]);
});
