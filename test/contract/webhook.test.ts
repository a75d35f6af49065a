import { sign, verify } from '@octokit/webhooks-methods';
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { happenedAt } from '../../src/providers/github/webhooks/happened-at.ts';
import { receiveWebhook } from '../../src/providers/github/webhooks/receive-webhook.ts';
import type { WebhookAudit, WebhookReceiver } from '../../src/providers/github/webhooks/receive-webhook.ts';
import { WebhookLedger } from '../../src/providers/github/webhooks/webhook-ledger.ts';
import { systemClock } from '../../src/util/clock.ts';
import { documentedEvents } from '../support/webhook-examples.ts';

const SECRET = 'a secret of some length';
const NOW = Date.parse('2026-11-21T12:00:00Z');
const PUSH = {
  ref: 'refs/heads/main',
  repository: { full_name: 'acme/shop', pushed_at: NOW / 1000 },
};

function receiver(
  more: Partial<WebhookReceiver> = {},
): WebhookReceiver & { readonly audited: WebhookAudit[] } {
  const audited: WebhookAudit[] = [];
  return {
    secrets: [SECRET],
    repositories: ['acme/shop'],
    ledger: new WebhookLedger(':memory:'),
    clock: { ...systemClock, now: () => NOW },
    audit: (entry) => void audited.push(entry),
    audited,
    ...more,
  };
}

async function delivery(payload: unknown, id = 'd-1', secret = SECRET) {
  const text = JSON.stringify(payload);
  return {
    headers: {
      'x-github-delivery': id,
      'x-github-event': 'push',
      'x-hub-signature-256': await sign(secret, text),
    },
    body: Buffer.from(text),
  };
}

test('what octokit signs is let in, once; by its id or by its bytes it is known again (GITHUB_WEBHOOK_REFUSED)', async () => {
  const ours = receiver();
  expect(receiveWebhook(ours, await delivery(PUSH))).toMatchObject({
    delivery: 'd-1',
    name: 'push',
    action: null,
    repository: 'acme/shop',
    payload: { ref: 'refs/heads/main' },
  });
  const refused = { code: 'GITHUB_WEBHOOK_REFUSED', message: expect.stringContaining('it was here before') };
  for (const id of ['d-1', 'another-id'])
    await expect(async () => receiveWebhook(ours, await delivery(PUSH, id))).rejects.toMatchObject(refused);
  expect(ours.audited.map(({ verdict, delivery: id }) => [verdict, id])).toEqual([
    ['accepted', 'd-1'],
    ['replayed', 'd-1'],
    ['replayed', 'another-id'],
  ]);
  expect(JSON.stringify(ours.audited)).not.toContain('refs/heads/main');
});

test.each([
  ['wrong-signature', { secret: 'another secret' }],
  ['wrong-signature', { change: 'x-hub-signature-256', to: 'sha256=00' }],
  ['not-signed', { change: 'x-hub-signature-256', to: undefined }],
  ['no-delivery-id', { change: 'x-github-delivery', to: '' }],
  ['no-delivery-id', { change: 'x-github-event', to: undefined }],
  ['not-json', { payload: [1] }],
  [
    'other-repository',
    { payload: { repository: { full_name: 'eve/shop', updated_at: '2026-11-21T11:00:00Z' } } },
  ],
  ['other-repository', { payload: { zen: 'no repository at all' } }],
  ['too-old', { payload: { repository: { full_name: 'acme/shop', pushed_at: NOW / 1000 - 4 * 86_400 } } }],
  [
    'too-old',
    {
      payload: { repository: { full_name: 'acme/shop' }, head_commit: { timestamp: '2026-11-21T11:59:00Z' } },
    },
  ],
] as const)('refuses and audits what is %s', async (verdict, how) => {
  const ours = receiver();
  const given: { payload?: unknown; secret?: string; change?: string; to?: string | undefined } = how;
  const request = await delivery(given.payload ?? PUSH, 'd-1', given.secret ?? SECRET);
  const headers =
    given.change === undefined ? request.headers : { ...request.headers, [given.change]: given.to };
  expect(() => receiveWebhook(ours, { ...request, headers })).toThrow(
    expect.objectContaining({ code: 'GITHUB_WEBHOOK_REFUSED' }),
  );
  expect(ours.audited).toMatchObject([{ verdict, repository: null }]);
});

test('no byte of a signed delivery can be changed', async () => {
  const request = await delivery(PUSH);
  fc.assert(
    fc.property(fc.nat(request.body.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const body = Buffer.from(request.body);
      body[at] = (body[at] ?? 0) ^ by;
      expect(() => receiveWebhook(receiver(), { ...request, body })).toThrow(/signature/);
    }),
  );
});

test('while a secret is being changed both are taken, and an empty one never', async () => {
  const secrets = ['', 'the new one', SECRET];
  expect(receiveWebhook(receiver({ secrets }), await delivery(PUSH)).name).toBe('push');
  const unsafe = receiver({ secrets: [''] });
  const request = await delivery(PUSH);
  expect(() => receiveWebhook(unsafe, request)).toThrow(/signature/);
});

test('what the ledger had no room to remember is refused, too; and it remembers over a restart', () => {
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-webhook-'));
  try {
    const file = join(dir, 'webhooks.db');
    const first = new WebhookLedger(file, 2);
    const of = (n: number) => ({ delivery: `d${n}`, digest: `h${n}`, happenedAt: n });
    expect([1, 2, 3].map((n) => first.claim(of(n)))).toEqual(['new', 'new', 'new']);
    first.close();
    const second = new WebhookLedger(file, 2);
    expect([1, 2, 3, 4].map((n) => second.claim(of(n)))).toEqual(['forgotten', 'seen', 'seen', 'new']);
    // Its work failed, so it may come again.
    second.release('d4');
    expect(second.claim(of(4))).toBe('new');
    second.close();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('of nearly every event that GitHub documents it is known when it happened', () => {
  const untold = documentedEvents().filter(({ examples: payloads }) =>
    payloads.some((payload) => happenedAt(payload, Date.now()) === null),
  );
  const names = untold.map(({ name }) => name);
  for (const name of [
    'push',
    'pull_request',
    'issue_comment',
    'deployment_status',
    'check_run',
    'workflow_run',
    'create',
    'status',
  ])
    expect(names).not.toContain(name);
});

test('a signature of ours is one to octokit', async () => {
  const { createHmac } = await import('node:crypto');
  const ours = `sha256=${createHmac('sha256', SECRET).update('text').digest('hex')}`;
  expect(await verify(SECRET, 'text', ours)).toBe(true);
});
