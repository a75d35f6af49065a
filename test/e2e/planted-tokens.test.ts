import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askCloud, organizationToken, readCloud } from '../../src/cloud/control/client.ts';
import type { CloudInfo } from '../../src/cloud/control/cloud-info.ts';
import { projectRig, type CliResult, type ProjectRig } from '../support/project-rig.ts';
import { HAS_OPENSSL, recordingProxy } from '../support/recording-proxy.ts';
import type { RecordedRequest, RecordingProxy } from '../support/recording-proxy.ts';
import { GOOD_SERVER, tinyProject } from '../support/tiny-project.ts';

const STAGING = 'fm2_planted-token-of-staging-Zx81qW';
const PRODUCTION = 'fm2_planted-token-of-production-Kp47vB';
const SECRET = 'planted-session-key-Tr92mN';
const PLANTED = { FLY_API_TOKEN_STAGING: STAGING, FLY_API_TOKEN_PRODUCTION: PRODUCTION, SESSION_KEY: SECRET };
const CHATTY_SERVER = `console.log('key is ' + process.env.SESSION_KEY);\nprocess.exit(3);\n`;

let home: ProjectRig;
let cloud: CloudInfo;
let proxy: RecordingProxy;

/** One command of the story, with what it sent. */
interface Told {
  readonly args: string;
  readonly result: CliResult;
  readonly requests: readonly RecordedRequest[];
}

/** Runs commands as against the real platform: without `--local`, whose addresses are moved to the proxy. */
async function tell(rig: ProjectRig, args: string, env: Record<string, string> = PLANTED): Promise<Told> {
  const before = proxy.requests.length;
  const result = await rig.runWith(
    {
      FLY_FLAPS_BASE_URL: `http://${proxy.host}`,
      FLY_API_BASE_URL: `http://${proxy.host}`,
      FLY_REGISTRY_HOST: proxy.host,
      NODE_USE_ENV_PROXY: '1',
      HTTPS_PROXY: `http://${proxy.host}`,
      NO_PROXY: '127.0.0.1',
      NODE_EXTRA_CA_CERTS: proxy.certificate,
      // The cloud behind the proxy runs processes.
      GLIDEPATH_IMAGES: 'process',
      ...env,
    },
    ...args.split(' '),
  );
  return { args, result, requests: proxy.requests.slice(before) };
}

/** The token that a request carries where tokens belong. */
function tokenOf({ headers }: RecordedRequest): string {
  const [scheme = '', value = ''] = (headers['authorization'] ?? '').split(' ');
  if (scheme !== 'Basic') return value;
  return Buffer.from(value, 'base64').toString('utf8').replace(/^x:/, '');
}

/** A value as it may be written: as it is, or in the forms that requests bring along. */
function formsOf(value: string): string[] {
  const base64 = (text: string): string => Buffer.from(text).toString('base64').replace(/=+$/, '');
  return [value, encodeURIComponent(value), base64(value), base64(`x:${value}`)];
}

function holds(bytes: Buffer | string, values: readonly string[]): boolean {
  return values.flatMap(formsOf).some((form) => bytes.includes(form));
}

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The bytes of a file, unpacked where it is packed. */
function bytesOf(file: string): Buffer {
  const bytes = readFileSync(file);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? Buffer.concat([bytes, gunzipSync(bytes)]) : bytes;
}

function rowsOf(file: string): string {
  const db = new DatabaseSync(file, { readOnly: true });
  const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  const rows = tables.flatMap(({ name }) => db.prepare(`SELECT * FROM "${String(name)}"`).all());
  db.close();
  return rows.map((row) => Object.values(row).map(String).join('\n')).join('\n');
}

describe.skipIf(!HAS_OPENSSL)('tokens and secrets of a whole story (needs openssl)', () => {
  beforeAll(async () => {
    // A project of its own for the cloud, which keeps what it was told, as a platform does.
    home = await projectRig(tinyProject());
    await home.cloudUp();
    const info = await readCloud(join(home.dir, '.glidepath', 'cloud'));
    if (info === null) throw new Error('no cloud');
    cloud = info;
    await organizationToken(cloud, 'tiny-staging', STAGING);
    await organizationToken(cloud, 'tiny-production', PRODUCTION);
    proxy = await recordingProxy(cloud);
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await home[Symbol.asyncDispose]();
  });

  test('stay where they belong, in every request, file and line', async () => {
    await using rig = await projectRig(tinyProject({ app: "env: { SESSION_KEY: secret('SESSION_KEY') }," }));
    const story: Told[] = [];
    const step = async (args: string, code: number): Promise<Told> => {
      const told = await tell(rig, args);
      story.push(told);
      expect(told.result.code, `${args}\n${told.result.stdout}${told.result.stderr}`).toBe(code);
      return told;
    };
    await step('deploy staging --verbose', 0);
    await step('promote staging production', 0);
    rig.write('server.mjs', CHATTY_SERVER);
    await rig.commit('Bad');
    const failed = await step('deploy staging --verbose', 1);
    expect(failed.result.stdout + failed.result.stderr).toContain('key is ***');
    rig.write('server.mjs', `${GOOD_SERVER}\n// second`);
    await rig.commit('Second');
    await step('deploy staging', 0);
    await step('rollback staging', 0);
    await step('status staging --json', 0);
    await step('logs staging', 0);
    const { result } = await step('runs --json', 0);
    const { runs } = JSON.parse(result.stdout) as { runs: { id: string }[] };
    expect(runs).toHaveLength(5);
    for (const { id } of runs) await step(`run show ${id} --json`, 0);

    requestsAreClean(story);
    const values = [STAGING, PRODUCTION, SECRET];
    const printed = story.map((told) => told.result.stdout + told.result.stderr).join('\n');
    expect(holds(printed, values)).toBe(false);
    const events = rowsOf(join(rig.dir, '.glidepath', 'state.db'));
    expect(events).toContain('tiny-production');
    expect(holds(events, values)).toBe(false);
    expect(filesBelow(rig.dir).filter((file) => holds(bytesOf(file), values))).toEqual([]);
    expect(proxy.visits.filter((visit) => holds(textOf(visit), values))).toEqual([]);
    expect(proxy.visits.map((visit) => visit.headers['host'])).toContain('tiny-production.fly.dev');
  }, 240_000);

  test.each([
    ['is unknown', () => 'fm2_nobody-knows-this-one'],
    ['is of another organization', () => PRODUCTION],
    ['may only read', () => readOnlyToken()],
  ])('a token that %s is named with what it lacks, and nothing was changed', async (_, tokenFor) => {
    const token = await tokenFor();
    const files = tinyProject();
    const config = (files['glidepath.config.ts'] ?? '').replace("name: 'tiny'", "name: 'fresh'");
    await using rig = await projectRig({ ...files, 'glidepath.config.ts': config });
    const told = await tell(rig, 'deploy staging', { FLY_API_TOKEN_STAGING: token });
    const said = told.result.stdout + told.result.stderr;
    expect(told.result.code, said).toBe(1);
    expect(said).toContain('PROVIDER_UNAUTHORIZED');
    expect(said).toMatch(/token FLY_API_TOKEN_STAGING\b/);
    expect(said).toMatch(/lacks (a|the) right|does not (know|accept)/);
    expect(holds(said, [token])).toBe(false);
    const changes = told.requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD');
    expect(changes.filter(({ status }) => status !== 401 && status !== 403)).toEqual([]);
  });
});

async function readOnlyToken(): Promise<string> {
  const order = { org: 'tiny-staging', read_only: true };
  return ((await askCloud(cloud, 'PUT', '/tokens', order)) as { token: string }).token;
}

function textOf({ url, headers, body }: RecordedRequest): string {
  return `${url}\n${JSON.stringify(headers)}\n${body.toString('latin1')}`;
}

/** Each command sent only the token of its environment, only for its apps, and nothing planted anywhere else. */
function requestsAreClean(story: readonly Told[]): void {
  const all = story.flatMap((told) => told.requests);
  for (const [token, org] of [
    [STAGING, 'staging'],
    [PRODUCTION, 'production'],
  ] as const) {
    const sent = all.filter((request) => tokenOf(request) === token);
    expect(sent.length).toBeGreaterThan(20);
    const other = org === 'staging' ? 'tiny-production' : 'tiny-staging';
    expect(sent.filter((request) => request.url.includes(other))).toEqual([]);
    const commands = story.filter((told) => told.requests.some((request) => tokenOf(request) === token));
    expect(commands.filter(({ args }) => !args.includes(org) && !/^runs?\b/.test(args))).toEqual([]);
  }
  const promoted = story.find(({ args }) => args.startsWith('promote'))?.requests ?? [];
  expect([...new Set(promoted.map(tokenOf))]).toEqual([PRODUCTION]);
  expect([...new Set(all.map(tokenOf))].toSorted()).toEqual([PRODUCTION, STAGING].toSorted());
  const elsewhere = all.filter((request) => {
    const { authorization: _, ...headers } = request.headers;
    return holds(textOf({ ...request, headers }), [STAGING, PRODUCTION]);
  });
  expect(elsewhere).toEqual([]);
  const withSecret = all.filter((request) => holds(textOf(request), [SECRET]));
  const places = withSecret.map(({ method, url }) => `${method} ${url.replace(/\/tiny-\w+\//, '/*/')}`);
  expect([...new Set(places)]).toEqual(['POST /v1/apps/*/secrets']);
}
