import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../../test/support/provider-clock.ts';
import { Secret } from '../../../diagnostics/secret.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import { createPacer } from '../../http/pacer.ts';
import { createFlyClient, type FlyRequest } from './fly-client.ts';
import { FLY_TIMING } from './fly-timing.ts';

const GET: FlyRequest = { method: 'GET', path: '/v1/apps/a', resource: 'app a', subject: 'a' };

describe('repeating', () => {
  test('a GET is repeated after faults of the server and lost connections, with growing delays', async () => {
    const { client, clock, calls } = rig([500, 'lost', 503, 200]);
    const answer = client.send(GET);
    await clock.run();
    expect(await answer).toEqual({ ok: true });
    expect(calls.map((call) => call.at)).toEqual([0, 250, 750, 1_750]);
  });

  test('a change is not repeated when it may have been carried out', async () => {
    for (const fault of [500, 'lost'] as const) {
      const { client, clock, calls } = rig([fault, 200]);
      const failed = failure(client.send({ ...GET, method: 'POST' }));
      await clock.run();
      expect((await failed).code).toBe('PROVIDER_UNREACHABLE');
      expect((await failed).retry).toBe('safe');
      expect(calls).toHaveLength(1);
    }
  });

  test('a change that may be sent twice is repeated', async () => {
    const { client, clock, calls } = rig([502, 'lost', 200]);
    const answer = client.send({ ...GET, method: 'POST', isRepeatable: true });
    await clock.run();
    expect(await answer).toEqual({ ok: true });
    expect(calls).toHaveLength(3);
  });

  test('a 429 is repeated whatever the method, after as long as it asks', async () => {
    const { client, clock, calls } = rig([{ status: 429, retryAfter: '7' }, 200]);
    const answer = client.send({ ...GET, method: 'POST' });
    await clock.run();
    await answer;
    expect(calls.map((call) => call.at)).toEqual([0, 7_000]);
  });

  test('it gives up after six tries', async () => {
    const { client, clock, calls } = rig(Array.from({ length: 9 }, () => 503));
    const failed = failure(client.send(GET));
    await clock.run();
    expect((await failed).message).toContain('HTTP 503, request req-1');
    expect(calls).toHaveLength(6);
  });

  test('a refusal is final', async () => {
    const { client, clock, calls } = rig([422, 200]);
    const failed = failure(client.send(GET));
    await clock.run();
    expect((await failed).code).toBe('PROVIDER_REJECTED');
    expect(calls).toHaveLength(1);
  });
});

describe('ends', () => {
  test('a request without an answer ends on its time-out, in virtual time', async () => {
    const { client, clock } = rig(['silent']);
    const failed = failure(client.send({ ...GET, method: 'POST' }));
    await clock.run();
    expect((await failed).message).toContain('no answer within 60 s');
    expect(clock.now()).toBe(60_000);
  });

  test("aborting rejects with the signal's own reason", async () => {
    const { client, clock } = rig(['silent']);
    const stop = new AbortController();
    const sent = client.send({ ...GET, signal: stop.signal });
    stop.abort(new Error('cancelled by hand'));
    await expect(sent).rejects.toThrow('cancelled by hand');
    await clock.run();
  });
});

test('the token is sent with the scheme of its kind and never shown', async () => {
  const { client, clock, calls } = rig([200, 401]);
  await client.send({ ...GET, nonce: 'n-1' });
  expect(calls[0]?.headers).toMatchObject({
    authorization: 'FlyV1 fm2_secret',
    'fly-machine-lease-nonce': 'n-1',
  });
  const failed = failure(client.send(GET));
  await clock.run();
  expect(`${(await failed).message} ${(await failed).hint}`).not.toContain('fm2_secret');
});

type Reply = number | 'lost' | 'silent' | { readonly status: number; readonly retryAfter: string };

function rig(replies: readonly Reply[]) {
  const clock = new VirtualClock();
  const calls: { at: number; headers: unknown }[] = [];
  const client = createFlyClient({
    baseUrl: 'https://api.test/',
    token: new Secret('fm2_secret'),
    clock,
    random: () => 1,
    timing: FLY_TIMING,
    pacer: createPacer({ now: () => 0, sleep: () => Promise.resolve() }),
    fetch: async (_url, init) => {
      const reply = replies[calls.length] ?? 200;
      calls.push({ at: clock.now(), headers: init?.headers });
      return answerOf(reply, init?.signal ?? null);
    },
  });
  return { client, clock, calls };
}

async function answerOf(reply: Reply, signal: AbortSignal | null): Promise<Response> {
  if (reply === 'lost') throw new TypeError('fetch failed', { cause: new Error('read ECONNRESET') });
  if (reply === 'silent') {
    return new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }
  const status = typeof reply === 'number' ? reply : reply.status;
  const headers = {
    'fly-request-id': 'req-1',
    ...(typeof reply === 'number' ? {} : { 'retry-after': reply.retryAfter }),
  };
  return Response.json(status === 200 ? { ok: true } : { error: 'no' }, { status, headers });
}

async function failure(promise: Promise<unknown>): Promise<ToolError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ToolError) return error;
  throw new Error('expected a ToolError', { cause: error });
}
