import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { create, Header } from 'tar';
import { afterEach, describe, expect, test } from 'vitest';
import { securityImage } from '../../src/cli/commands/security-image.ts';
import { securityRig, type SecurityRig } from '../support/security-rig.ts';

const TYPED = { sarif: null, isRequired: false, sbom: null };

const open: Disposable[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each[Symbol.dispose]();
});

function rigOf(...args: Parameters<typeof securityRig>): SecurityRig {
  const rig = securityRig(...args);
  open.push(rig);
  return rig;
}

interface Entry {
  readonly path: string;
  readonly text?: string;
  readonly mode?: number;
  readonly type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link';
  readonly linkpath?: string;
}

/** A tar, entry by entry, also with what no tool would write. */
function layer(entries: readonly Entry[]): Buffer {
  const parts = entries.map(({ path, text = '', mode = 0o644, type = 'File', linkpath }) => {
    const header = new Header({
      path,
      mode,
      type,
      size: Buffer.byteLength(text),
      uid: 0,
      gid: 0,
      mtime: new Date(0),
      ...(linkpath === undefined ? {} : { linkpath }),
    });
    const block = Buffer.alloc(512);
    header.encode(block);
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(text) / 512) * 512);
    body.write(text);
    return Buffer.concat([block, body]);
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

/** Writes an OCI layout. */
function layout(directory: string, layers: readonly Buffer[], config: object): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(join(directory, 'blobs/sha256'), { recursive: true });
  const blob = (bytes: Buffer): { digest: string; size: number } => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(directory, 'blobs/sha256', hex), bytes);
    return { digest: `sha256:${hex}`, size: bytes.length };
  };
  const json = (value: object): { digest: string; size: number } => blob(Buffer.from(JSON.stringify(value)));
  const manifest = json({ schemaVersion: 2, config: json({ config }), layers: layers.map(blob) });
  const index = json({
    schemaVersion: 2,
    manifests: [
      { ...json({}), platform: { os: 'unknown', architecture: 'unknown' } },
      { ...manifest, platform: { os: 'linux', architecture: 'amd64' } },
    ],
  });
  writeFileSync(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [index] }));
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}

const NEON_KEY = ['napi', 'a1b2c3d4e5'.repeat(6)].join('_');
const BASE: readonly Entry[] = [
  { path: 'etc/os-release', text: 'ID=debian\nVERSION_ID="12"\n' },
  {
    path: './var/lib/dpkg/status',
    text: 'Package: libssl3\nStatus: install ok installed\nSource: openssl\nVersion: 3.0.15-1\nArchitecture: amd64\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n',
  },
  { path: 'usr/bin/passwd', text: 'x', mode: 0o4755 },
  { path: 'opt/tool', text: 'x', mode: 0o4755 },
  { path: 'tmp', type: 'Directory', mode: 0o1777 },
  { path: 'data', type: 'Directory', mode: 0o777 },
];
const APP: readonly Entry[] = [
  { path: 'app/.env', text: `NEON_API_KEY=${NEON_KEY}\n` },
  {
    path: 'app/node_modules/qs/package.json',
    text: '{"name":"qs","version":"6.9.0","license":"BSD-3-Clause"}',
  },
  { path: 'app/node_modules/old/package.json', text: '{"name":"old","version":"1.0.0"}' },
  { path: 'app/node_modules/qs/test/package.json', text: '{"name":"not-one","version":"1.0.0"}' },
  { path: 'rel/lib/plug-1.16.1/ebin/plug.app', text: '{application,plug,[]}.' },
  { path: 'rel/lib/kernel-10.2/ebin/kernel.app', text: '{application,kernel,[]}.' },
];
const LATER: readonly Entry[] = [
  { path: 'app/.wh..env' },
  { path: 'app/node_modules/old/.wh..wh..opq' },
  { path: 'app/server.js', text: 'console.log(1)' },
];
const OSV = [
  ['npm', 'qs', '6.9.7'],
  ['npm', 'old', '2.0.0'],
  ['Hex', 'plug', '1.16.2'],
  ['Debian:12', 'openssl', '3.0.15-1~deb12u2'],
  ['Debian:12', 'openssl', '3.0.16-1'],
].map(([ecosystem = '', name, fixed], at) => ({
  id: `OSV-${at}`,
  affected: [
    {
      package: { ecosystem, name },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
    },
  ],
}));

interface Document {
  readonly looked: string;
  readonly refused: readonly { id: string; message: string; package: string | null }[];
  readonly tolerated: readonly { id: string; message: string }[];
  readonly skipped: readonly string[];
}

async function scan(
  rig: SecurityRig,
  image: string,
  typed: { readonly sbom?: string } = {},
): Promise<Document> {
  const context = rig.context({ json: true });
  await securityImage(context, [image], { ...TYPED, ...typed });
  expect(context.printed.out).not.toContain(NEON_KEY);
  return JSON.parse(context.printed.out) as Document;
}

describe('an image', () => {
  test('of files for a process has no user, and is not told to have one; of a system it is', async () => {
    const rig = rigOf({}, {});
    const rules = async (layers: readonly Buffer[], config: object): Promise<string[]> => {
      layout(join(rig.root, 'image'), layers, config);
      return (await scan(rig, 'image')).refused.map(({ id }) => id);
    };
    const files = layer([{ path: 'app', type: 'Directory' }, { path: 'app/server.js' }]);
    expect(await rules([files], { Cmd: ['node', 'server.js'], WorkingDir: '/app' })).toEqual([]);
    expect(await rules([files, layer([{ path: 'bin/sh' }])], {})).toEqual(['image-user-root']);
  });

  test('is looked into as it is in the end, and its secrets as they were in every layer', async () => {
    const rig = rigOf({ 'osv.json': JSON.stringify(OSV) }, { advisories: 'osv.json' });
    layout(join(rig.root, 'image'), [layer(BASE), gzipSync(layer(APP)), zstdCompressSync(layer(LATER))], {
      Env: ['PATH=/bin', 'API_TOKEN=squirrel', 'DATABASE_URL_FILE=/run/x'],
    });
    const { refused, tolerated, skipped } = await scan(rig, 'image', { sbom: 'image.cdx.json' });
    expect(
      refused
        .map(({ id, package: name }) => [id, name])
        .toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1)),
    ).toEqual([
      ['OSV-0', 'qs@6.9.0'],
      ['OSV-2', 'plug@1.16.1'],
      ['OSV-4', 'libssl3@3.0.15-1'],
      ['image-secret-env', null],
      ['image-user-root', null],
      ['secret-neon', null],
    ]);
    expect(refused.find(({ id }) => id === 'secret-neon')?.message).toContain(
      'in /app/.env:1 of layer 2, which a later layer only hides',
    );
    expect(refused.find(({ id }) => id === 'image-secret-env')?.message).toBe(
      'The settings of the image have values for API_TOKEN.',
    );
    expect(Object.fromEntries(tolerated.map(({ id, message }) => [id, message]))).toEqual({
      'image-setuid': '/opt/tool runs with the rights of the owner.',
      'image-setuid-usual':
        '/usr/bin/passwd, of the distribution, runs with the rights of the owner or the group.',
      'image-world-writable': 'Everybody may write /data.',
    });
    expect(skipped).toEqual([]);
    const sbom = JSON.parse(readFileSync(join(rig.root, 'image.cdx.json'), 'utf8')) as {
      components: { purl: string }[];
    };
    expect(sbom.components.map(({ purl }) => purl)).toEqual([
      'pkg:deb/debian/libssl3@3.0.15-1?arch=amd64&distro=debian-12',
      'pkg:generic/otp/kernel@10.2',
      'pkg:hex/plug@1.16.1',
      'pkg:npm/qs@6.9.0',
    ]);
  });

  test('of Alpine and of distroless has its packages, and a user that is nobody', async () => {
    const rig = rigOf({ 'osv.json': '[]' }, { advisories: 'osv.json' });
    const alpine = [
      { path: 'usr/lib/os-release', text: 'ID=alpine\nVERSION_ID=3.22.1\n' },
      {
        path: 'lib/apk/db/installed',
        text: 'C:Q1\nP:libcrypto3\nV:3.5.1-r0\nA:x86_64\nL:Apache-2.0\no:openssl\n\nP:musl\nV:1.2.5-r10\nA:x86_64\n',
      },
      {
        path: 'var/lib/dpkg/status.d/tzdata',
        text: 'Package: tzdata\nVersion: 2026a-0\nArchitecture: all\n',
      },
      { path: 'var/lib/dpkg/status.d/tzdata.md5sums', text: 'd41d8  usr/share/x\n' },
    ];
    layout(join(rig.root, 'image'), [gzipSync(layer(alpine))], { User: '65532:65532' });
    const { refused, tolerated, looked } = await scan(rig, 'image');
    expect([...refused, ...tolerated]).toEqual([]);
    expect(looked).toBe('3 packages and 4 files of 1 image');
  });

  test('may be a tar of a docker archive or of a layout', async () => {
    const rig = rigOf({ 'osv.json': '[]' }, { advisories: 'osv.json' });
    layout(join(rig.root, 'image'), [gzipSync(layer(BASE))], { User: '1000' });
    await create({ file: join(rig.root, 'layout.tar'), cwd: join(rig.root, 'image') }, ['.']);
    expect((await scan(rig, 'layout.tar')).looked).toBe('1 package and 6 files of 1 image');

    rig.write({
      'archive/manifest.json': JSON.stringify([{ Config: 'config.json', Layers: ['a/layer.tar'] }]),
      'archive/config.json': '{"config":{"User":"1000"}}',
    });
    mkdirSync(dirname(join(rig.root, 'archive/a/layer.tar')), { recursive: true });
    writeFileSync(join(rig.root, 'archive/a/layer.tar'), layer(BASE));
    await create({ file: join(rig.root, 'archive.tar'), cwd: join(rig.root, 'archive') }, ['.']);
    expect((await scan(rig, 'archive.tar')).looked).toBe('1 package and 6 files of 1 image');
  });

  test('with entries that lead outside writes nothing there, and is refused', async () => {
    const rig = rigOf({ 'osv.json': '[]' }, { advisories: 'osv.json' });
    const bad = [
      { path: '../../escaped', text: 'x' },
      { path: 'link', type: 'Link' as const, linkpath: '../../etc/passwd' },
      { path: 'a/..hidden', text: 'fine' },
    ];
    layout(join(rig.root, 'image'), [layer(bad)], { User: '1000' });
    const { refused } = await scan(rig, 'image');
    expect(refused.map(({ id, message }) => [id, message])).toEqual([
      ['image-path-outside', '../../escaped, link would be written outside of the image.'],
    ]);
  });

  test.each([
    ['no tar', gzipSync(Buffer.from('this is no tar at all'.repeat(100)))],
    ['cut off', gzipSync(layer(BASE)).subarray(0, 200)],
    ['broken', Buffer.concat([layer(BASE).subarray(0, 700), Buffer.alloc(900, 7)])],
  ])('whose layer is %s is refused by name', async (_words, bytes) => {
    const rig = rigOf({});
    layout(join(rig.root, 'image'), [bytes], {});
    await expect(securityImage(rig.context(), ['image'], TYPED)).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
    });
  });

  test('that is none, or that nobody has, is refused by name', async () => {
    const rig = rigOf({
      'folder/x': '',
      'odd/index.json': '{"manifests":[]}',
      'out/manifest.json': '[{"Config":"../../etc/passwd","Layers":[]}]',
    });
    for (const named of ['folder', 'odd', 'out', 'nobody/has:this'])
      await expect(
        securityImage(rig.context({ env: { PATH: '/nowhere' } }), [named], TYPED),
      ).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
  });

  test('that was built last is taken where none is named; where none was built, that is said', async () => {
    const accepted = {
      id: 'GHSA-aaaa-bbbb-cccc',
      in: 'package-lock.json',
      reason: 'of tests',
      expires: '2999-12-31',
    };
    const files = { '.gitignore': '.glidepath\n', 'osv.json': '[]' };
    const rig = rigOf(files, { advisories: 'osv.json', exceptions: [accepted] });
    const none = rig.context();
    expect(await securityImage(none, [], TYPED)).toBe(0);
    expect(none.printed.out).toContain('NOT CHECKED: No image has been built here yet');
    layout(
      join(rig.root, `.glidepath/builds/${rig.git('rev-parse', 'HEAD').trim()}/web-1234`),
      [layer(BASE)],
      { User: '1000' },
    );
    layout(join(rig.root, '.glidepath/builds/other/web-1234'), [layer([])], {});
    const context = rig.context({ json: true });
    expect(await securityImage(context, [], TYPED)).toBe(0);
    expect(JSON.parse(context.printed.out)).toMatchObject({
      looked: '1 package and 6 files of 1 image',
      // Lock files were not looked at: what is accepted of them may be there.
      unused: [],
    });
  });
});
