import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One request as it passed. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly status: number;
}

/** A proxy in front of a local cloud that writes everything down. */
export interface RecordingProxy extends AsyncDisposable {
  /** Where the APIs and the registry of the cloud are reached through it, `127.0.0.1:<port>`. */
  readonly host: string;
  /** What was asked of the APIs and the registry, in the order of the answers. */
  readonly requests: readonly RecordedRequest[];
  /** What was asked of the apps. */
  readonly visits: readonly RecordedRequest[];
  /** A certificate for `*.fly.dev`, as a file. */
  readonly certificate: string;
}

/** Whether there is what makes the certificate of the apps. */
export const HAS_OPENSSL: boolean = ((): boolean => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/**
 * Stands for the platform's addresses: requests go to the API of a cloud; `CONNECT *.fly.dev:443` ends in TLS here and
 * goes to its edge, under the name of the app.
 */
export async function recordingProxy(cloud: { apiPort: number; edgePort: number }): Promise<RecordingProxy> {
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-proxy-'));
  const [key, certificate] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const name = ['-subj', '/CN=fly.dev', '-addext', 'subjectAltName=DNS:*.fly.dev'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...name, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  const [requests, visits]: [RecordedRequest[], RecordedRequest[]] = [[], []];
  const apps = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (from, to) => {
    void pass(cloud.edgePort, from, to, visits);
  });
  const apis = createServer((from, to) => {
    void pass(cloud.apiPort, from, to, requests);
  });
  const appsPort = await listening(apps);
  apis.on('connect', (_, socket) => {
    const inner = connect(appsPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(inner).pipe(socket);
    });
    socket.on('error', () => inner.destroy());
    inner.on('error', () => socket.destroy());
  });
  return {
    host: `127.0.0.1:${await listening(apis)}`,
    requests,
    visits,
    certificate,
    async [Symbol.asyncDispose]() {
      for (const server of [apis, apps]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function pass(
  port: number,
  from: IncomingMessage,
  to: ServerResponse,
  into: RecordedRequest[],
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of from) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const { method = 'GET', url = '/', headers } = from;
  const onward = httpRequest({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    into.push({
      method,
      url,
      headers: headers as Record<string, string>,
      body,
      status: answer.statusCode ?? 0,
    });
    to.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(to);
  });
  onward.on('error', () => to.destroy());
  onward.end(body);
}
