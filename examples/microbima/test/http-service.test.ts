import assert from 'node:assert/strict';
import { Agent, get, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { json, type Route } from '../src/http-messages.ts';
import { startService, type RunningService } from '../src/http-service.ts';

const quiet = (): void => {};

async function started(routes: readonly Route[], checks = {}): Promise<RunningService & { url: string }> {
  const service = await startService(
    { name: 'probe', routes, checks },
    { port: 0, host: '127.0.0.1', log: quiet },
  );
  return { ...service, url: `http://127.0.0.1:${service.port}` };
}

test('health names what is wrong and turns 503', async () => {
  const broken = () => Promise.reject(new Error('no such table'));
  const service = await started([], { database: broken, disk: () => Promise.resolve() });
  const response = await fetch(`${service.url}/health`);
  const health = (await response.json()) as { status: string; checks: unknown };
  assert.equal(response.status, 503);
  assert.equal(health.status, 'failing');
  assert.deepEqual(health.checks, { database: 'no such table', disk: 'ok' });
  await service.stop();
});

test('an unknown path, a wrong method and a body that is not JSON are refused in one sentence', async () => {
  const service = await started([{ method: 'POST', pattern: '/things/:id', handle: () => json(200, {}) }]);
  const answers = await Promise.all([
    fetch(`${service.url}/nothing`),
    fetch(`${service.url}/things/1`),
    fetch(`${service.url}/things/1`, { method: 'POST', body: '{' }),
    fetch(`${service.url}/things/1`, { method: 'POST', body: 'x'.repeat(70_000) }),
  ]);
  assert.deepEqual(
    answers.map((answer) => answer.status),
    [404, 405, 400, 413],
  );
  assert.deepEqual(await answers[1]?.json(), { error: '/things/1 does not take GET.' });
  await service.stop();
});

test('a request under way is answered after the signal to stop, and its connection is closed', async () => {
  const { arrived, letGo, route } = heldRoute();
  const service = await started([route]);
  const agent = new Agent({ keepAlive: true });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    get(`${service.url}/slow`, { agent }, resolve).on('error', reject);
  });
  await arrived;
  const stopped = service.stop();
  letGo();
  const response = await answer;
  response.resume();
  assert.equal(response.statusCode, 200);
  assert.equal(response.headers.connection, 'close');
  await stopped;
  await assert.rejects(fetch(`${service.url}/slow`));
  agent.destroy();
});

/** A route that answers only when it is told to. */
function heldRoute(): { arrived: Promise<void>; letGo: () => void; route: Route } {
  let letGo = (): void => {};
  let sayArrived = (): void => {};
  const arrived = new Promise<void>((resolve) => (sayArrived = resolve));
  const released = new Promise<void>((resolve) => (letGo = resolve));
  const handle: Route['handle'] = async () => {
    sayArrived();
    await released;
    return json(200, { done: true });
  };
  return { arrived, letGo: () => letGo(), route: { method: 'GET', pattern: '/slow', handle } };
}
