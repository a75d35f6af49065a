import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { patientFetch } from './patient-fetch.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that answers `/` and never anything else. */
async function serve(): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === '/') response.end('ok');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('answers in time as fetch does, and is fetch itself without a limit', async () => {
  const url = await serve();
  const answer = await patientFetch(fetch, 60_000)(`${url}/`);
  expect(await answer.text()).toBe('ok');
  expect(patientFetch(fetch, undefined)).toBe(fetch);
});

test('gives up what is under way and what comes later with PROVIDER_UNREACHABLE', async () => {
  const url = await serve();
  const impatient = patientFetch(fetch, 50);
  await expect(impatient(`${url}/silent`)).rejects.toMatchObject({ code: 'PROVIDER_UNREACHABLE' });
  await expect(impatient(`${url}/`)).rejects.toThrow('did not answer within 0.05 s');
});

test('still ends when its caller does not want the answer any more', async () => {
  const url = await serve();
  const asked = new AbortController();
  const answer = patientFetch(fetch, 60_000)(`${url}/silent`, { signal: asked.signal });
  asked.abort(new Error('not wanted'));
  await expect(answer).rejects.toThrow('not wanted');
});
