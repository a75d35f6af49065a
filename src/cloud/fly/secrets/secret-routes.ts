import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { mayUse } from '../../organizations/grant.ts';
import { unauthorized } from '../apps/access.ts';
import { badRequest, notFound } from '../api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { isoTime } from '../machines/machine-view.ts';
import { queryFlag, readBody } from '../request-body.ts';
import type { AppRecord, SecretRecord } from '../records.ts';
import { requireSecretsVersion } from './secrets-version.ts';

const secretsBody = z.looseObject({ values: z.record(z.string(), z.string().nullable()) });
const secretBody = z.looseObject({ value: z.string() });

/** An app's secrets. A value is read back only with `show_secrets`, by who may change it. They reach a machine when it is next started or updated. */
export function secretRoutes(context: FlyContext): Hono {
  const { state, limiter } = context;
  const routes = new Hono();

  const write = (app: AppRecord, values: Readonly<Record<string, string | null>>): void => {
    const now = context.clock.now();
    for (const name of Object.keys(values))
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw badRequest(`invalid secret name '${name}'`);
    for (const [name, value] of Object.entries(values)) {
      const { [name]: before, ...others } = app.secrets;
      app.secrets = value === null ? others : { ...others, [name]: newSecret(value, before, now) };
    }
    app.secretsVersion += 1;
    state.saveApp(app);
  };

  routes.get('/apps/:app/secrets', (c) => {
    const app = state.app(c.req.param('app'));
    limiter.take('read', `secrets ${app.name}`);
    requireSecretsVersion(c, app);
    const isShown = valuesAreShown(c);
    return c.json({
      secrets: Object.entries(app.secrets).map(([name, secret]) => secretView(name, secret, isShown)),
    });
  });

  routes.post('/apps/:app/secrets', async (c) => {
    const app = state.app(c.req.param('app'));
    limiter.take('action', `secrets ${app.name}`);
    write(app, (await readBody(c, secretsBody)).values);
    return c.json({ secrets: secretViews(app), version: app.secretsVersion, Version: app.secretsVersion });
  });

  routes.get('/apps/:app/secrets/:name', (c) => {
    const app = state.app(c.req.param('app'));
    limiter.take('read', `secrets ${app.name}`);
    requireSecretsVersion(c, app);
    const { name } = c.req.param();
    return c.json(secretView(name, secretOf(app, name), valuesAreShown(c)));
  });

  routes.post('/apps/:app/secrets/:name', async (c) => {
    const app = state.app(c.req.param('app'));
    const { name } = c.req.param();
    limiter.take('action', `secrets ${app.name} ${name}`);
    const { value } = await readBody(c, secretBody);
    write(app, { [name]: value });
    const versions = { version: app.secretsVersion, Version: app.secretsVersion };
    return c.json({ ...secretView(name, secretOf(app, name)), ...versions }, 201);
  });

  routes.delete('/apps/:app/secrets/:name', (c) => {
    const app = state.app(c.req.param('app'));
    const { name } = c.req.param();
    limiter.take('action', `secrets ${app.name} ${name}`);
    secretOf(app, name);
    write(app, { [name]: null });
    return c.json({ version: app.secretsVersion, Version: app.secretsVersion });
  });
  return routes;
}

function secretOf(app: AppRecord, name: string): SecretRecord {
  const secret = app.secrets[name];
  if (secret === undefined) throw notFound(`secret '${name}' not found`);
  return secret;
}

/** Throws the API's 403 when values are asked for with a token that only reads. */
function valuesAreShown(c: Context): boolean {
  if (!queryFlag(c, 'show_secrets')) return false;
  if (!mayUse(c.var.grant, 'POST')) throw unauthorized();
  return true;
}

/** The same value keeps its record as it was: nothing has changed that a machine would have to be told. */
function newSecret(value: string, before: SecretRecord | undefined, now: number): SecretRecord {
  if (before?.value === value) return before;
  const digest = createHash('sha256').update(value).digest('hex').slice(0, 16);
  return { value, digest, createdAt: before?.createdAt ?? now, updatedAt: now };
}

function secretViews(app: AppRecord): object[] {
  return Object.entries(app.secrets).map(([name, secret]) => secretView(name, secret));
}

function secretView(name: string, secret: SecretRecord, isShown = false): object {
  const { value, digest, createdAt, updatedAt } = secret;
  const times = { created_at: isoTime(createdAt), updated_at: isoTime(updatedAt) };
  return { name, digest, ...times, ...(isShown ? { value } : {}) };
}
