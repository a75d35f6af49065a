import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../util/clock.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import { happenedAt } from './happened-at.ts';
import type { WebhookLedger } from './webhook-ledger.ts';

/** A delivery as it comes in. */
export interface WebhookRequest {
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The bytes that were sent, untouched: the signature is over them. */
  readonly body: Uint8Array;
}

/** What is told of every delivery, let in or not. Neither the payload nor the secret is in it. */
export interface WebhookAudit {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly verdict: 'accepted' | WebhookRefusal;
  readonly delivery: string | null;
  readonly event: string | null;
  /** `owner/name`, as far as the signature held. */
  readonly repository: string | null;
}

/** Why a delivery is not let in. */
export type WebhookRefusal =
  | 'too-large'
  | 'not-signed'
  | 'wrong-signature'
  | 'no-delivery-id'
  | 'not-json'
  | 'other-repository'
  | 'too-old'
  | 'replayed';

/** What {@link receiveWebhook} goes by. */
export interface WebhookReceiver {
  /** The one in use first; others while it is being changed. */
  readonly secrets: readonly string[];
  /** `owner/name` of those whose events are wanted; null: of all. */
  readonly repositories: readonly string[] | null;
  readonly ledger: WebhookLedger;
  readonly clock: Clock;
  readonly audit: (entry: WebhookAudit) => void;
}

/** A delivery that came from GitHub, and came for the first time. */
export interface WebhookEvent {
  readonly delivery: string;
  readonly name: string;
  readonly action: string | null;
  readonly repository: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** GitHub sends none larger (GitHub's docs: "webhook events and payloads"). */
const BODY_BYTES_MAX = 25 * 1_024 * 1_024;
/** GitHub keeps deliveries, and delivers them again by hand, for three days. */
const AGE_MAX_MS = 3 * 86_400_000;
/** Clocks differ. */
const AHEAD_MAX_MS = 10 * 60_000;

const SAID: Readonly<Record<WebhookRefusal, string>> = {
  'too-large': 'it is larger than GitHub sends them',
  'not-signed': 'it is not signed with X-Hub-Signature-256',
  'wrong-signature': 'its signature is not made with the secret of this webhook',
  'no-delivery-id': 'it does not say which delivery of which event it is',
  'not-json': 'it is no JSON object',
  'other-repository': 'it tells of a repository that is not ours',
  'too-old': 'what it tells of happened too long ago, or says not when',
  replayed: 'it was here before',
};

/**
 * Lets a delivery of a webhook in: signed with the secret, over these very bytes; of one of our repositories; new. Throws
 * `GITHUB_WEBHOOK_REFUSED` otherwise. Every delivery is audited, whichever way it goes.
 */
export function receiveWebhook(receiver: WebhookReceiver, request: WebhookRequest): WebhookEvent {
  const { headers } = request;
  const [delivery, event] = [headers['x-github-delivery'] ?? null, headers['x-github-event'] ?? null];
  const at = receiver.clock.now();
  const verdict = judge(receiver, request, at);
  const isEvent = typeof verdict === 'object';
  const repository = isEvent ? verdict.repository : null;
  receiver.audit({ at, verdict: isEvent ? 'accepted' : verdict, delivery, event, repository });
  if (isEvent) return verdict;
  throw new ToolError('GITHUB_WEBHOOK_REFUSED', `A delivery to the webhook was refused: ${SAID[verdict]}.`, {
    hint:
      verdict === 'wrong-signature' || verdict === 'not-signed'
        ? 'Give the webhook on GitHub the secret that is set here, and content type application/json.'
        : 'Look at the recent deliveries of the webhook on GitHub: Settings, Webhooks.',
  });
}

function judge(
  receiver: WebhookReceiver,
  { headers, body }: WebhookRequest,
  now: number,
): WebhookEvent | WebhookRefusal {
  if (body.byteLength > BODY_BYTES_MAX) return 'too-large';
  // Nothing of a body that nobody vouches for is looked at.
  const signature = headers['x-hub-signature-256'];
  if (signature === undefined) return 'not-signed';
  if (!isSigned(body, signature, receiver.secrets)) return 'wrong-signature';
  const [delivery, name] = [headers['x-github-delivery'], headers['x-github-event']];
  if (!delivery || !name) return 'no-delivery-id';
  const payload = objectOf(body);
  if (payload === null) return 'not-json';
  const repository = repositoryOf(payload);
  if (!isOurs(receiver.repositories, repository)) return 'other-repository';
  // A ping is harmless however often it comes, and says not when it was sent.
  const when = name === 'ping' ? now : happenedAt(payload, now + AHEAD_MAX_MS);
  if (when === null || when < now - AGE_MAX_MS) return 'too-old';
  const digest = createHash('sha256').update(body).digest('hex');
  if (receiver.ledger.claim({ delivery, digest, happenedAt: when }) !== 'new') return 'replayed';
  const { action } = payload;
  return { delivery, name, action: typeof action === 'string' ? action : null, repository, payload };
}

/** Whether one of the secrets made this signature. How long it takes says nothing of either. */
function isSigned(body: Uint8Array, signature: string, secrets: readonly string[]): boolean {
  const given = Buffer.from(signature);
  let held = false;
  for (const secret of secrets) {
    // By an empty secret everybody could sign.
    if (secret === '') continue;
    const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
    held = (given.length === expected.length && timingSafeEqual(given, expected)) || held;
  }
  return held;
}

function objectOf(body: Uint8Array): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(body).toString());
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function repositoryOf(payload: Readonly<Record<string, unknown>>): string | null {
  const name = (payload['repository'] as { full_name?: unknown } | undefined)?.full_name;
  return typeof name === 'string' ? name : null;
}

function isOurs(ours: readonly string[] | null, repository: string | null): boolean {
  if (ours === null) return true;
  return repository !== null && ours.some((one) => one.toLowerCase() === repository.toLowerCase());
}
