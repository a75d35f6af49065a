import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of objects, with what a test does to it. */
export interface ObjectServer {
  readonly url: string;
  /** By path. */
  readonly objects: Map<string, Buffer>;
  readonly requests: string[];
  /** What it answers instead, while it is set. */
  fault: 'none' | 'down' | 'slow' | number;
  close(): Promise<void>;
}

/** Objects by GET, HEAD and PUT for whoever brings the token. */
export function httpObjectServer(token: string): Promise<ObjectServer> {
  return objectServer((request) => request.headers.authorization === `Bearer ${token}`);
}

/** The credentials that {@link s3ObjectServer} knows. */
export const S3_KEYS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};

/** The same for whoever signs as Amazon asks: Signature Version 4 is computed here from its published description. */
export function s3ObjectServer(region: string): Promise<ObjectServer> {
  return objectServer((request, body) => isSignedV4(request, body, region));
}

async function objectServer(
  isAllowed: (request: IncomingMessage, body: Buffer) => boolean,
): Promise<ObjectServer> {
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url: path = '' } = request;
      requests.push(`${method} ${path}`);
      if (rig.fault === 'slow') return;
      if (rig.fault === 'down') return void request.socket.destroy();
      const body = Buffer.concat(pieces);
      const answer = (status: number, content?: Buffer): void => void response.writeHead(status).end(content);
      if (typeof rig.fault === 'number') return answer(rig.fault);
      if (!isAllowed(request, body)) return answer(403);
      if (method === 'PUT') {
        objects.set(path, body);
        return answer(200);
      }
      const found = objects.get(path);
      if (found === undefined) return answer(404);
      return answer(200, method === 'HEAD' ? undefined : found);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const rig: ObjectServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    requests,
    fault: 'none',
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return rig;
}

const hex = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');
const mac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** docs.aws.amazon.com, "Create a signed AWS API request": canonical request, string to sign, key, signature. */
export function isSignedV4(
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  body: Buffer,
  region: string,
  keys: typeof S3_KEYS = S3_KEYS,
): boolean {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
  const found = pattern.exec(request.headers.authorization ?? '');
  if (found === null) return false;
  const [, id, day = '', place, signed = '', signature = ''] = found;
  if (id !== keys.accessKeyId || place !== region) return false;
  if (request.headers['x-amz-content-sha256'] !== hex(body)) return false;
  const names = signed.split(';');
  if (!['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => names.includes(name))) return false;
  const headers = names.map((name) => `${name}:${String(request.headers[name]).trim()}\n`).join('');
  const canonical = [request.method, request.url, '', headers, signed, hex(body)].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, hex(canonical)].join('\n');
  const key = ['aws4_request', 's3', region].reduceRight(
    (last: string | Buffer, part) => mac(last, part),
    mac(`AWS4${keys.secretAccessKey}`, day),
  );
  return timingSafeEqual(Buffer.from(mac(key, text).toString('hex')), Buffer.from(signature));
}
