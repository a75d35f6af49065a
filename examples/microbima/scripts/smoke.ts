// Takes out a policy as a customer would, sees it as a clerk would, and withdraws it again.
import { randomInt } from 'node:crypto';

const TIMEOUT_MS = 10_000;

const publicApi = setting('PUBLIC_API_URL');
const webAdmin = setting('WEB_ADMIN_URL');
const phone = `+254700${String(randomInt(1_000_000)).padStart(6, '0')}`;
const wanted = { product: 'hospital-cash', lives: 2, months: 6 };

try {
  await smoke();
  console.log('smoke: ok');
} catch (error) {
  console.error(`smoke: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function smoke(): Promise<void> {
  const query = `product=${wanted.product}&lives=${wanted.lives}&months=${wanted.months}`;
  const quote = await call<{ premiumCents: number }>('GET', `/quotes?${query}`, 200);
  console.log(`smoke: quoted ${quote.premiumCents} cents`);
  const member = { name: 'Smoke Test', phone };
  const policy = await call<{ number: string; premiumCents: number }>('POST', '/policies', 201, {
    ...wanted,
    member,
  });
  try {
    console.log(`smoke: took out ${policy.number}`);
    expect(
      policy.premiumCents === quote.premiumCents,
      `was quoted ${quote.premiumCents}, pays ${policy.premiumCents}`,
    );
    const page = await get(new URL(`/policies/${policy.number}`, webAdmin));
    expect(
      page.includes(policy.number) && page.includes(phone),
      `the admin page does not show ${policy.number}`,
    );
  } finally {
    await call('DELETE', `/policies/${policy.number}?phone=${encodeURIComponent(phone)}`, 204);
    console.log(`smoke: withdrew ${policy.number}`);
  }
}

async function call<T>(method: string, path: string, status: number, body?: unknown): Promise<T> {
  const response = await fetch(new URL(path, publicApi), {
    method,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  expect(
    response.status === status,
    `${method} ${path} answered ${response.status} and not ${status}: ${text}`,
  );
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

async function get(url: URL): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  expect(response.ok, `GET ${url.href} answered ${response.status}`);
  return response.text();
}

function expect(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
