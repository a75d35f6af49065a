import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { admit } from '../access/admit.ts';
import type { Caller } from '../access/caller.ts';
import type { DeliveryRecord, HookRecord } from '../event-records.ts';
import type { GithubContext } from '../github-context.ts';
import { invalid, notFound } from '../github-error.ts';
import type { RepositoryRecord } from '../records.ts';
import { userView } from '../views/account-view.ts';
import { repositoryPayload, repositoryUrl } from '../views/repository-view.ts';
import { timestamp } from '../views/view-basics.ts';
import type { Deliverer } from '../webhooks/deliver.ts';
import { paginate, pathNumber, readBody } from './read-request.ts';

const READ = { permission: 'repository_hooks', level: 'read', role: 'admin' } as const;
const WRITE = { permission: 'repository_hooks', level: 'write', role: 'admin' } as const;

/** The local cloud reaches this computer alone. */
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/;

const config = z.looseObject({
  url: z.string().optional(),
  content_type: z.enum(['json', 'form']).optional(),
  secret: z.string().optional(),
  insecure_ssl: z.union([z.string(), z.number()]).transform(String).optional(),
});
const order = z.looseObject({
  name: z.literal('web').optional(),
  config: config.default({}),
  events: z.array(z.string()).default(['push']),
  active: z.boolean().default(true),
});
const change = z.looseObject({
  config: config.optional(),
  events: z.array(z.string()).optional(),
  add_events: z.array(z.string()).default([]),
  remove_events: z.array(z.string()).default([]),
  active: z.boolean().optional(),
});

/** Webhooks of a repository, and what was sent to them. */
export function hookRoutes(context: GithubContext, deliverer: Deliverer): Hono {
  const { state, baseUrl, clock } = context;
  const routes = new Hono().basePath('/repos/:owner/:repo/hooks');
  routes.get('/', (c) => {
    const { repository } = admit(c, context, READ);
    const all = state.of('hooks', repository.id);
    return c.json(paginate(c, baseUrl, all).map((hook) => hookView(context, repository, hook)));
  });
  routes.post('/', async (c) => {
    const { repository, caller } = admit(c, context, WRITE);
    const hook = await create(c, context, repository);
    ping(context, deliverer, repository, caller, hook);
    return c.json(hookView(context, repository, hook), 201);
  });
  routes.get('/:id', (c) => {
    const { repository } = admit(c, context, READ);
    return c.json(hookView(context, repository, hookOf(c, context, repository)));
  });
  routes.patch('/:id', async (c) => {
    const { repository } = admit(c, context, WRITE);
    const hook = hookOf(c, context, repository);
    const asked = await readBody(c, change);
    const events = [...(asked.events ?? hook.events), ...asked.add_events];
    const changed = state.save('hooks', {
      ...hook,
      ...(asked.config === undefined ? {} : settingsOf(asked.config, hook)),
      events: [...new Set(events)].filter((name) => !asked.remove_events.includes(name)),
      isActive: asked.active ?? hook.isActive,
      updatedAt: clock.now(),
    });
    return c.json(hookView(context, repository, changed));
  });
  routes.delete('/:id', (c) => {
    const { repository } = admit(c, context, WRITE);
    const { id } = hookOf(c, context, repository);
    state.together(() => {
      for (const one of state.of('deliveries', repository.id))
        if (one.hookId === id) state.remove('deliveries', one.id);
      state.remove('hooks', id);
    });
    return c.body(null, 204);
  });
  routes.post('/:id/pings', (c) => {
    const { repository, caller } = admit(c, context, WRITE);
    ping(context, deliverer, repository, caller, hookOf(c, context, repository));
    return c.body(null, 204);
  });
  routes.route('/', deliveryRoutes(context, deliverer));
  return routes;
}

function deliveryRoutes(context: GithubContext, deliverer: Deliverer): Hono {
  const { state, baseUrl } = context;
  const routes = new Hono().basePath('/:id/deliveries');
  const deliveryOf = (c: Context, hook: HookRecord): DeliveryRecord => {
    const delivery = state.find('deliveries', pathNumber(c, 'delivery'));
    if (delivery === null || delivery.hookId !== hook.id) throw notFound();
    return delivery;
  };
  routes.get('/', (c) => {
    const { repository } = admit(c, context, READ);
    const { id } = hookOf(c, context, repository);
    const all = state.of('deliveries', repository.id).filter(({ hookId }) => hookId === id);
    return c.json(paginate(c, baseUrl, all.toReversed()).map(deliveryView));
  });
  routes.get('/:delivery', (c) => {
    const { repository } = admit(c, context, READ);
    const delivery = deliveryOf(c, hookOf(c, context, repository));
    return c.json({
      ...deliveryView(delivery),
      url: delivery.url,
      request: { headers: delivery.requestHeaders, payload: JSON.parse(delivery.payload) as unknown },
      response: { headers: delivery.responseHeaders, payload: delivery.responseBody },
    });
  });
  routes.post('/:delivery/attempts', (c) => {
    const { repository } = admit(c, context, WRITE);
    const hook = hookOf(c, context, repository);
    const { guid, event, action, payload } = deliveryOf(c, hook);
    deliverer.send(hook, { guid, event, action, payload }, true);
    return c.json({}, 202);
  });
  return routes;
}

async function create(c: Context, context: GithubContext, repository: RepositoryRecord): Promise<HookRecord> {
  const { state, clock } = context;
  const asked = await readBody(c, order);
  const settings = settingsOf(asked.config, null);
  if (
    state
      .of('hooks', repository.id)
      .some(({ url, events }) => url === settings.url && String(events) === String(asked.events))
  )
    throw invalid('Hook', 'url', 'custom', 'Hook already exists on this repository');
  const now = clock.now();
  return state.save('hooks', {
    id: state.nextId(),
    repositoryId: repository.id,
    ...settings,
    events: asked.events,
    isActive: asked.active,
    createdAt: now,
    updatedAt: now,
    lastResponse: { code: null, status: 'unused', message: null },
  });
}

/** Throws the API's 422 for an address that is not this computer's. */
function settingsOf(
  asked: z.infer<typeof config>,
  before: HookRecord | null,
): Pick<HookRecord, 'url' | 'contentType' | 'secret' | 'insecureSsl'> {
  const url = asked.url ?? before?.url;
  if (url === undefined) throw invalid('Hook', 'url', 'missing_field');
  if (!URL.canParse(url) || !LOOPBACK.test(new URL(url).hostname))
    throw invalid(
      'Hook',
      'url',
      'custom',
      'The local cloud delivers to this computer alone, such as http://127.0.0.1:8080/',
    );
  return {
    url,
    contentType: asked.content_type ?? before?.contentType ?? 'form',
    secret: asked.secret ?? before?.secret ?? null,
    insecureSsl: asked.insecure_ssl ?? before?.insecureSsl ?? '0',
  };
}

function ping(
  context: GithubContext,
  deliverer: Deliverer,
  repository: RepositoryRecord,
  caller: Caller,
  hook: HookRecord,
): void {
  const payload = JSON.stringify({
    zen: 'Keep it logically awesome.',
    hook_id: hook.id,
    hook: hookView(context, repository, hook),
    repository: repositoryPayload(context, repository),
    sender: userView(context, caller.account.login),
  });
  deliverer.send(hook, { guid: randomUUID(), event: 'ping', action: null, payload });
}

function hookOf(c: Context, { state }: GithubContext, repository: RepositoryRecord): HookRecord {
  const hook = state.find('hooks', pathNumber(c, 'id'));
  if (hook === null || hook.repositoryId !== repository.id) throw notFound();
  return hook;
}

/** Its secret is shown as stars. */
function hookView(context: GithubContext, repository: RepositoryRecord, hook: HookRecord): object {
  const url = `${repositoryUrl(context, repository)}/hooks/${hook.id}`;
  return {
    type: 'Repository',
    id: hook.id,
    name: 'web',
    active: hook.isActive,
    events: hook.events,
    config: {
      url: hook.url,
      content_type: hook.contentType,
      insecure_ssl: hook.insecureSsl,
      ...(hook.secret === null ? {} : { secret: '********' }),
    },
    updated_at: timestamp(hook.updatedAt),
    created_at: timestamp(hook.createdAt),
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response: hook.lastResponse,
  };
}

function deliveryView(delivery: DeliveryRecord): object {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: timestamp(delivery.at),
    redelivery: delivery.isRedelivery,
    duration: delivery.durationMs / 1000,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: null,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}
