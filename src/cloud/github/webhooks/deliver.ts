import { createHash, createHmac } from 'node:crypto';
import { SerialQueue } from '../../../util/serial-queue.ts';
import type { GithubEvent } from '../events/github-event.ts';
import type { DeliveryRecord, HookRecord } from '../event-records.ts';
import type { GithubContext } from '../github-context.ts';

/** GitHub waits so long for an answer (GitHub's docs: "best practices for using webhooks"). */
const ANSWER_TIMEOUT_MS = 10_000;
/** Of one hook, so many are kept; the oldest go first. */
const DELIVERIES_KEPT = 200;
const BODY_KEPT = 10_000;

/** Sends events to the hooks that want them; what was not answered yet outlives a kill. */
export class Deliverer {
  readonly #context: GithubContext;
  readonly #queues = new Map<number, SerialQueue>();
  readonly #ending = new AbortController();

  constructor(context: GithubContext) {
    this.#context = context;
  }

  /** Writes down who is to be told of an event, and begins to. */
  tell(event: GithubEvent): void {
    const { state } = this.#context;
    const hooks = state
      .of('hooks', event.repositoryId)
      .filter(({ isActive, events }) => isActive && (events.includes(event.name) || events.includes('*')));
    for (const hook of hooks) {
      const guid = guidOf(event.id, hook.id);
      // Told of twice after a kill, it is still one delivery.
      if (state.of('deliveries', event.repositoryId).some((one) => one.guid === guid)) continue;
      this.send(hook, {
        guid,
        event: event.name,
        action: event.action,
        payload: JSON.stringify(event.payload),
      });
    }
  }

  /** One delivery, written down before it is sent. */
  send(
    hook: HookRecord,
    what: Pick<DeliveryRecord, 'guid' | 'event' | 'action' | 'payload'>,
    isRedelivery = false,
  ): DeliveryRecord {
    const { state, clock } = this.#context;
    const record = state.save('deliveries', {
      ...what,
      id: state.nextId(),
      hookId: hook.id,
      repositoryId: hook.repositoryId,
      isRedelivery,
      state: 'pending',
      status: 'pending',
      statusCode: 0,
      durationMs: 0,
      at: clock.now(),
      url: hook.url,
      requestHeaders: headersOf(hook, what),
      responseHeaders: {},
      responseBody: null,
    });
    this.#forgetOld(hook);
    this.#enqueue(record);
    return record;
  }

  /** Goes on with what a killed cloud had not sent. */
  resume(): void {
    for (const record of this.#context.state.all('deliveries'))
      if (record.state === 'pending') this.#enqueue(record);
  }

  /** Resolves when everything there is to send was sent. */
  async settled(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.run(async () => undefined)));
  }

  /** Gives up what is under way; it is sent after the next start. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.settled();
  }

  #enqueue(record: DeliveryRecord): void {
    const queue = this.#queues.get(record.hookId) ?? new SerialQueue();
    this.#queues.set(record.hookId, queue);
    void queue.run(() => this.#post(record));
  }

  async #post(record: DeliveryRecord): Promise<void> {
    const { state, clock } = this.#context;
    const hook = state.find('hooks', record.hookId);
    if (hook === null || state.find('deliveries', record.id) === null || this.#ending.signal.aborted) return;
    const began = clock.now();
    const outcome = await this.#ask(hook, record);
    // It stays pending, for the next start.
    if (this.#ending.signal.aborted) return;
    state.together(() => {
      state.change('deliveries', record.id, { ...outcome, state: 'done', durationMs: clock.now() - began });
      const { statusCode: code, status } = outcome;
      state.change('hooks', hook.id, { lastResponse: { code: code || null, status, message: status } });
    });
  }

  async #ask(
    hook: HookRecord,
    record: DeliveryRecord,
  ): Promise<Pick<DeliveryRecord, 'status' | 'statusCode' | 'responseHeaders' | 'responseBody'>> {
    try {
      const response = await fetch(hook.url, {
        method: 'POST',
        headers: record.requestHeaders,
        body: bodyOf(hook, record.payload),
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(ANSWER_TIMEOUT_MS), this.#ending.signal]),
      });
      return {
        status: response.ok ? 'OK' : `Invalid HTTP Response: ${response.status}`,
        statusCode: response.status,
        responseHeaders: Object.fromEntries(response.headers),
        responseBody: (await response.text()).slice(0, BODY_KEPT),
      };
    } catch (error) {
      const status = (error as Error).name === 'TimeoutError' ? 'timed out' : 'failed to connect to host';
      return { status, statusCode: 0, responseHeaders: {}, responseBody: null };
    }
  }

  #forgetOld(hook: HookRecord): void {
    const { state } = this.#context;
    const all = state.of('deliveries', hook.repositoryId).filter(({ hookId }) => hookId === hook.id);
    for (const one of all.slice(0, Math.max(0, all.length - DELIVERIES_KEPT)))
      if (one.state === 'done') state.remove('deliveries', one.id);
  }
}

/** The same for one event and one hook, whenever it is asked for. */
function guidOf(eventId: string, hookId: number): string {
  const hash = createHash('sha256').update(`${eventId}/${hookId}`).digest('hex');
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `5${hash.slice(13, 16)}`,
    `a${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}

function bodyOf({ contentType }: HookRecord, payload: string): string {
  return contentType === 'json' ? payload : new URLSearchParams({ payload }).toString();
}

/** Signed over the bytes that are sent (GitHub's docs: "validating webhook deliveries"). */
function headersOf(
  hook: HookRecord,
  { guid, event, payload }: Pick<DeliveryRecord, 'guid' | 'event' | 'payload'>,
): Record<string, string> {
  const body = bodyOf(hook, payload);
  const sign = (algorithm: 'sha1' | 'sha256', secret: string): string =>
    `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`;
  return {
    'user-agent': 'GitHub-Hookshot/local',
    accept: '*/*',
    'content-type': hook.contentType === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
    'x-github-delivery': guid,
    'x-github-event': event,
    'x-github-hook-id': String(hook.id),
    'x-github-hook-installation-target-id': String(hook.repositoryId),
    'x-github-hook-installation-target-type': 'repository',
    ...(hook.secret === null
      ? {}
      : { 'x-hub-signature': sign('sha1', hook.secret), 'x-hub-signature-256': sign('sha256', hook.secret) }),
  };
}
