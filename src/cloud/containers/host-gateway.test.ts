import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HostGateway } from './host-gateway.ts';

// Another loopback address stands for the gateway of a network; macOS has only one without being asked.
const GATEWAY = '127.0.0.2';
const upstream = createServer((request, response) => request.pipe(response));
let port: number;
let gateway: HostGateway;

beforeEach(async () => {
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  port = (upstream.address() as AddressInfo).port;
  gateway = new HostGateway(GATEWAY);
});
afterEach(async () => {
  await gateway.close();
  await new Promise((resolve) => upstream.close(resolve));
});

test.runIf(process.platform === 'linux')(
  'passes a port on to the loopback, both ways and until closed',
  async () => {
    await gateway.open(port);
    await gateway.open(port);
    const body = 'x'.repeat(300_000);
    const answer = await fetch(`http://${GATEWAY}:${port}/`, { method: 'POST', body });
    expect(await answer.text()).toBe(body);
    await gateway.close();
    await expect(fetch(`http://${GATEWAY}:${port}/`)).rejects.toThrow('fetch failed');
  },
);

test.runIf(process.platform === 'linux')(
  'says which port could not be had, and tries again next time',
  async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, GATEWAY, resolve));
    await expect(gateway.open(port)).rejects.toThrow(`containers cannot be given port ${port} at ${GATEWAY}`);
    await new Promise((resolve) => other.close(resolve));
    await gateway.open(port);
  },
);
