import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { acceptsConnections, holdsConnections } from './loopback-port.ts';

/** One check of one machine, with the defaults filled in. */
export interface CheckSpec {
  readonly name: string;
  readonly type: 'tcp' | 'http';
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly method: string;
  readonly path: string;
  readonly protocol: 'http' | 'https';
  readonly headers: Readonly<Record<string, string>>;
  readonly skipVerify: boolean;
  /** Shown, but never keeps traffic away. */
  readonly isInformational: boolean;
}

/** What one probe found. */
export interface ProbeResult {
  readonly ok: boolean;
  readonly output: string;
}

/** As much of an answer's body as a check's output shows. */
const BODY_SHOWN_BYTES = 512;

/** Probes once. Never throws: what goes wrong is the result. */
export async function probeCheck(check: CheckSpec, port: number, isContainer = false): Promise<ProbeResult> {
  if (check.type === 'http') return await probeHttp(check, port);
  const ok = await (isContainer ? holdsConnections : acceptsConnections)(port, check.timeoutMs);
  return { ok, output: ok ? 'Success' : `connect: connection refused by 127.0.0.1:${port}` };
}

function probeHttp(check: CheckSpec, port: number): Promise<ProbeResult> {
  const url = `${check.protocol}://127.0.0.1:${port}${check.path}`;
  const send = check.protocol === 'https' ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const request = send(url, {
      method: check.method,
      headers: { 'user-agent': 'Consul Health Check', ...check.headers },
      agent: false,
      rejectUnauthorized: !check.skipVerify,
      // The total time, not the idle time: a body that trickles must not hold the check up.
      signal: AbortSignal.timeout(check.timeoutMs),
    });
    request.once('error', (error) => {
      const reason =
        error.name === 'AbortError' || error.name === 'TimeoutError' ? 'no answer in time' : error.message;
      resolve({ ok: false, output: `${check.method} ${url}: ${reason}` });
    });
    request.once('response', (response) => {
      const status = response.statusCode ?? 0;
      let body = '';
      const finish = (): void => {
        const output = `HTTP ${check.method} ${url}: ${status} ${response.statusMessage ?? ''} Output: ${JSON.stringify(body)}`;
        resolve({ ok: status >= 200 && status < 300, output });
        response.destroy();
      };
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body = (body + text).slice(0, BODY_SHOWN_BYTES);
        if (body.length >= BODY_SHOWN_BYTES) finish();
      });
      response.once('end', finish);
      response.once('error', (error) => resolve({ ok: false, output: error.message }));
    });
    request.end();
  });
}
