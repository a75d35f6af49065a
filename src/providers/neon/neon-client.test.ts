import { expect, test } from 'vitest';
import { inTime, neonAnswering, type NeonAnswer } from '../../../test/support/neon-answers.ts';
import type { ToolError } from '../../diagnostics/tool-error.ts';
import { createPacer } from '../http/pacer.ts';
import { createNeonClient, type NeonRequest } from './neon-client.ts';

const PATH = '/projects/p/branches';
const GET: NeonRequest = { method: 'GET', path: PATH, resource: 'project shop' };
const POST: NeonRequest = { ...GET, method: 'POST', body: { branch: { name: 'staging' } } };

/** A client whose answers come one after the other; the last one again and again. */
function rig(method: string, replies: readonly NeonAnswer[]) {
  let count = 0;
  const world = neonAnswering({
    [`${method} ${PATH}`]: () => replies[Math.min(count++, replies.length - 1)] ?? {},
  });
  return { ...world, client: createNeonClient(world.options, createPacer(world.clock)) };
}

async function failure(promise: Promise<unknown>): Promise<ToolError> {
  return promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as ToolError,
  );
}

test('the key is sent as a bearer and shown in no error', async () => {
  const { client, clock, calls } = rig('GET', [
    { status: 401, body: { request_id: 'req-7', code: '', message: 'authorization failed' } },
  ]);
  const error = await failure(inTime(clock, client.send(GET)));
  expect(calls[0]?.authorization).toBe('Bearer napi_secret');
  expect(error).toMatchObject({
    code: 'PROVIDER_UNAUTHORIZED',
    message: 'Neon refused GET on project shop: authorization failed (HTTP 401, request req-7).',
    hint: expect.stringContaining('NEON_API_KEY') as string,
  });
  expect(`${error.message} ${error.hint}`).not.toContain('napi_secret');
});

test.each([423, 429, 503])('a change that was refused with %i is sent again', async (status) => {
  const { client, clock, calls } = rig('POST', [{ status }, { status }, { branch: { id: 'br-1' } }]);
  expect(await inTime(clock, client.send(POST))).toEqual({ branch: { id: 'br-1' } });
  expect(calls).toHaveLength(3);
});

test.each([500, 502, 504])(
  'one that failed with %i is not, for it may have been carried out',
  async (status) => {
    const { client, clock, calls } = rig('POST', [{ status }]);
    expect(await failure(inTime(clock, client.send(POST)))).toMatchObject({ code: 'PROVIDER_UNREACHABLE' });
    expect(calls).toHaveLength(1);
  },
);

test('nor is one without an answer; a read is', async () => {
  const post = rig('POST', ['lost']);
  expect(await failure(inTime(post.clock, post.client.send(POST)))).toMatchObject({
    code: 'PROVIDER_UNREACHABLE',
    message: 'Neon did not answer POST on project shop: socket hang up.',
  });
  expect(post.calls).toHaveLength(1);
  const get = rig('GET', ['lost', { status: 500 }, { branches: [] }]);
  expect(await inTime(get.clock, get.client.send(GET))).toEqual({ branches: [] });
});

test('a change that may be made twice is sent again when its answer is lost', async () => {
  const { client, clock, calls } = rig('POST', ['lost', { operations: [] }]);
  expect(await inTime(clock, client.send({ ...POST, isRepeatable: true }))).toEqual({ operations: [] });
  expect(calls).toHaveLength(2);
});

test('while Neon is at work on the project it is waited, longer than other refusals are, and not forever', async () => {
  const { client, clock, calls } = rig('POST', [
    { status: 423, body: { message: 'conflicting operations' } },
  ]);
  const error = await failure(inTime(clock, client.send(POST)));
  expect(error).toMatchObject({ code: 'PROVIDER_CONFLICT', retry: 'safe' });
  expect(calls.length).toBeGreaterThan(20);
  expect(clock.now()).toBeGreaterThanOrEqual(120_000);
});

test('Retry-After is what is waited', async () => {
  const { client, clock } = rig('GET', [{ status: 429, headers: { 'retry-after': '30' } }, { branches: [] }]);
  await inTime(clock, client.send(GET));
  expect(clock.now()).toBeGreaterThanOrEqual(30_000);
  expect(clock.now()).toBeLessThan(40_000);
});

test.each([
  [422, 'BRANCHES_LIMIT_EXCEEDED', 'PROVIDER_QUOTA'],
  [422, 'ROOT_BRANCHES_LIMIT_EXCEEDED', 'PROVIDER_QUOTA'],
  [422, '', 'PROVIDER_REJECTED'],
  [400, '', 'PROVIDER_REJECTED'],
  [403, '', 'PROVIDER_UNAUTHORIZED'],
  [404, '', 'PROVIDER_NOT_FOUND'],
  [409, '', 'PROVIDER_CONFLICT'],
] as const)('HTTP %i %s is %s', async (status, word, code) => {
  const { client, clock } = rig('POST', [{ status, body: { code: word, message: 'why' } }]);
  const error = await failure(inTime(clock, client.send(POST)));
  expect(error.code).toBe(code);
  if (code === 'PROVIDER_QUOTA') expect(error.hint).toContain('neonctl branches delete');
});

test('forty requests go out at once, then as many as Neon takes in a minute', async () => {
  const { client, clock, calls } = rig('GET', [{ branches: [] }]);
  const all = Promise.all(Array.from({ length: 110 }, async () => client.send(GET)));
  await clock.advance(100);
  expect(calls).toHaveLength(40);
  await inTime(clock, all);
  // 700 a minute: the other 70 take six seconds.
  expect(clock.now()).toBeGreaterThan(5_900);
  expect(clock.now()).toBeLessThan(9_000);
});
