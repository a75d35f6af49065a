import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { badRequest, conflict, notFound } from '../api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { isoTime } from '../machines/machine-view.ts';
import { readBody } from '../request-body.ts';
import type { AppRecord } from '../records.ts';
import {
  decryptWith,
  encryptWith,
  generateKey,
  publicKeyOf,
  requireKeyLength,
  signWith,
  verifyWith,
} from './secret-key-crypto.ts';
import { SECRET_KEY_TYPES } from './secret-key-record.ts';
import type { SecretKeyRecord, SecretKeyType } from './secret-key-record.ts';
import { requireSecretsVersion } from './secrets-version.ts';

/** Base64, as Go writes bytes and Fly takes them; the document has arrays of numbers, which are taken too. */
const bytes = z
  .union([z.base64(), z.array(z.int().min(0).max(255))])
  .transform((value) => Buffer.from(value as string, typeof value === 'string' ? 'base64' : undefined));
const type = z.enum(SECRET_KEY_TYPES);

const setKey = z.looseObject({ type, value: bytes });
const newKey = z.looseObject({ type });
const encryption = z.looseObject({ plaintext: bytes, associated_data: bytes.nullish() });
const decryption = z.looseObject({ ciphertext: bytes, associated_data: bytes.nullish() });
const signing = z.looseObject({ plaintext: bytes });
const verification = z.looseObject({ plaintext: bytes, signature: bytes });

/** Keys of an app that are used here and never handed out: `/apps/{app}/secretkeys`. */
export function secretKeyRoutes(context: FlyContext): Hono {
  const routes = new Hono();
  const path = '/apps/:app/secretkeys';

  routes.get(path, (c) => {
    const app = appOf(context, c, null);
    const types = c.req.query('types')?.split(',') ?? [];
    const keys = keysOf(app).filter((key) => types.length === 0 || types.includes(key.type));
    return c.json({ secret_keys: keys.map(keyView) });
  });

  routes.get(`${path}/:name`, (c) => c.json(keyView(keyOf(c, appOf(context, c, null)))));

  routes.post(`${path}/:name`, async (c) => {
    const app = appOf(context, c, 'set');
    const body = await readBody(c, setKey);
    requireKeyLength(body.type, body.value);
    return c.json(store(context, app, c.req.param('name'), body.type, body.value), 201);
  });

  routes.post(`${path}/:name/generate`, async (c) => {
    const app = appOf(context, c, 'generate');
    const { name } = c.req.param();
    const body = await readBody(c, newKey);
    if (keysOf(app).some((key) => key.name === name))
      throw conflict(`already_exists: secret key '${name}' exists`);
    return c.json(store(context, app, name, body.type, generateKey(body.type)), 201);
  });

  routes.delete(`${path}/:name`, (c) => {
    const app = appOf(context, c, 'delete');
    const key = keyOf(c, app);
    app.secretKeys = keysOf(app).filter((each) => each !== key);
    return c.json(nextVersion(context, app));
  });

  routes.post(`${path}/:name/encrypt`, async (c) => {
    const key = keyOf(c, appOf(context, c, 'encrypt'));
    const { plaintext, associated_data: about } = await readBody(c, encryption);
    return c.json({ ciphertext: encryptWith(key, plaintext, about ?? Buffer.alloc(0)).toString('base64') });
  });

  routes.post(`${path}/:name/decrypt`, async (c) => {
    const key = keyOf(c, appOf(context, c, 'decrypt'));
    const { ciphertext, associated_data: about } = await readBody(c, decryption);
    return c.json({ plaintext: decryptWith(key, ciphertext, about ?? Buffer.alloc(0)).toString('base64') });
  });

  routes.post(`${path}/:name/sign`, async (c) => {
    const key = keyOf(c, appOf(context, c, 'sign'));
    const { plaintext } = await readBody(c, signing);
    return c.json({ signature: signWith(key, plaintext).toString('base64') });
  });

  routes.post(`${path}/:name/verify`, async (c) => {
    const key = keyOf(c, appOf(context, c, 'verify'));
    const { plaintext, signature } = await readBody(c, verification);
    if (!verifyWith(key, plaintext, signature)) throw badRequest('the signature is not valid');
    return c.body(null, 204);
  });
  return routes;
}

function appOf({ state, limiter }: FlyContext, c: Context, action: string | null): AppRecord {
  const { app: name = '', name: key = '' } = c.req.param();
  const app = state.app(name);
  limiter.take(action === null ? 'read' : 'action', `secret key ${action ?? ''} ${app.name} ${key}`);
  requireSecretsVersion(c, app);
  return app;
}

function keysOf(app: AppRecord): readonly SecretKeyRecord[] {
  return app.secretKeys ?? [];
}

function keyOf(c: Context, app: AppRecord): SecretKeyRecord {
  const name = c.req.param('name') ?? '';
  const key = keysOf(app).find((each) => each.name === name);
  if (key === undefined) throw notFound(`secret key '${name}' not found`);
  return key;
}

function store(
  context: FlyContext,
  app: AppRecord,
  name: string,
  kind: SecretKeyType,
  value: Buffer,
): object {
  const now = context.clock.now();
  const before = keysOf(app).find((each) => each.name === name);
  const key = {
    name,
    type: kind,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
    key: value.toString('base64'),
  };
  app.secretKeys = [...keysOf(app).filter((each) => each !== before), key];
  return { ...keyView(key), ...nextVersion(context, app) };
}

/** Keys and secrets share one version. */
function nextVersion({ state }: FlyContext, app: AppRecord): { version: number; Version: number } {
  app.secretsVersion += 1;
  state.saveApp(app);
  return { version: app.secretsVersion, Version: app.secretsVersion };
}

function keyView(key: SecretKeyRecord): object {
  const publicKey = publicKeyOf(key);
  return {
    name: key.name,
    type: key.type,
    created_at: isoTime(key.createdAt),
    updated_at: isoTime(key.updatedAt),
    ...(publicKey === null ? {} : { public_key: publicKey.toString('base64') }),
  };
}
