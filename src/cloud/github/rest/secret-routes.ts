import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { admit, type Need } from '../access/admit.ts';
import { requirePlan } from '../access/plan-limits.ts';
import type { GithubContext } from '../github-context.ts';
import { GithubApiError, notFound, refused } from '../github-error.ts';
import type { SecretRecord, VariableRecord } from '../protection-records.ts';
import { environmentScope, repositoryScope } from '../secrets/scopes.ts';
import { timestamp } from '../views/view-basics.ts';
import { environmentOf } from './environment-routes.ts';
import { paginate, readBody } from './read-request.ts';

const sealed = z.looseObject({ encrypted_value: z.string(), key_id: z.string() });
const variable = z.looseObject({ name: z.string(), value: z.string() });
/** Letters, digits and underscores, no digit first, and nothing that begins with GITHUB_ (REST, "secrets"). */
const NAME = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/;

/** GitHub takes no larger ones. */
const VALUE_BYTES_MAX = 48 * 1_024;

/** Where secrets and variables are kept: whose they are, and what it takes to read and to set them. */
interface Place {
  readonly secrets: string;
  readonly variables: string;
  readonly needs: Readonly<Record<'secrets' | 'variables', string>>;
  scopeOf(c: Context, need: Need): string;
}

/** Secrets and variables of repositories and environments. Secrets are sealed by whoever sets them, and never told again. */
export function secretRoutes(context: GithubContext): Hono {
  const routes = new Hono();
  const ofRepository: Place = {
    secrets: '/repos/:owner/:repo/actions/secrets',
    variables: '/repos/:owner/:repo/actions/variables',
    needs: { secrets: 'secrets', variables: 'actions_variables' },
    scopeOf: (c, need) => repositoryScope(admit(c, context, need).repository),
  };
  const ofEnvironment: Place = {
    secrets: '/repos/:owner/:repo/environments/:name/secrets',
    variables: '/repos/:owner/:repo/environments/:name/variables',
    needs: { secrets: 'environments', variables: 'environments' },
    scopeOf(c, need) {
      const { repository } = admit(c, context, need);
      requirePlan(context, repository, 'environment-settings');
      return environmentScope(environmentOf(c, context, repository));
    },
  };
  for (const place of [ofRepository, ofEnvironment]) {
    routes.route('/', secretsAt(context, place));
    routes.route('/', variablesAt(context, place));
  }
  return routes;
}

function toRead(permission: string): Need {
  return { permission, level: 'read', role: 'write' };
}

function toWrite(permission: string): Need {
  return { permission, level: 'write', role: 'admin' };
}

function secretsAt(context: GithubContext, place: Place): Hono {
  const { state, baseUrl, secretBox } = context;
  const read = toRead(place.needs.secrets);
  const write = toWrite(place.needs.secrets);
  const routes = new Hono().basePath(place.secrets);
  const secretOf = (c: Context, need: Need): SecretRecord => {
    const found = state.find('secrets', `${place.scopeOf(c, need)}/${nameOf(c)}`);
    if (found === null) throw notFound();
    return found;
  };
  routes.get('/', (c) => {
    const scope = place.scopeOf(c, read);
    const all = state.all('secrets').filter((one) => one.scope === scope);
    return c.json({ total_count: all.length, secrets: paginate(c, baseUrl, all).map(secretView) });
  });
  routes.get('/public-key', async (c) => {
    place.scopeOf(c, read);
    const { keyId, key } = await secretBox.publicKey();
    return c.json({ key_id: keyId, key });
  });
  routes.get('/:item', (c) => c.json(secretView(secretOf(c, read))));
  routes.put('/:item', async (c) => {
    const scope = place.scopeOf(c, write);
    const isNew = await setSecret(c, context, scope);
    return isNew ? c.json({}, 201) : c.body(null, 204);
  });
  routes.delete('/:item', (c) => {
    state.remove('secrets', secretOf(c, write).id);
    return c.body(null, 204);
  });
  return routes;
}

async function setSecret(
  c: Context,
  { state, secretBox, clock }: GithubContext,
  scope: string,
): Promise<boolean> {
  const name = nameOf(c);
  requireName(name, 'Secret');
  const asked = await readBody(c, sealed);
  const { keyId } = await secretBox.publicKey();
  const value = asked.key_id === keyId ? await secretBox.open(asked.encrypted_value) : null;
  if (value === null)
    throw refused('Bad request - encrypted_value was not sealed with the public key of key_id');
  if (Buffer.byteLength(value) > VALUE_BYTES_MAX) throw refused('Secret value must be at most 48 KB.');
  const id = `${scope}/${name}`;
  const known = state.find('secrets', id);
  const now = clock.now();
  const createdAt = known?.createdAt ?? now;
  state.save('secrets', { id, scope, name, sealed: asked.encrypted_value, createdAt, updatedAt: now });
  return known === null;
}

function variablesAt(context: GithubContext, place: Place): Hono {
  const { state, baseUrl, clock } = context;
  const read = toRead(place.needs.variables);
  const write = toWrite(place.needs.variables);
  const routes = new Hono().basePath(place.variables);
  const variableOf = (c: Context, need: Need): VariableRecord => {
    const found = state.find('variables', `${place.scopeOf(c, need)}/${nameOf(c)}`);
    if (found === null) throw notFound();
    return found;
  };
  routes.get('/', (c) => {
    const scope = place.scopeOf(c, read);
    const all = state.all('variables').filter((one) => one.scope === scope);
    return c.json({ total_count: all.length, variables: paginate(c, baseUrl, all).map(variableView) });
  });
  routes.post('/', async (c) => {
    const scope = place.scopeOf(c, write);
    const asked = await readBody(c, variable);
    const name = asked.name.toUpperCase();
    requireName(name, 'Variable');
    const id = `${scope}/${name}`;
    if (state.find('variables', id) !== null)
      throw new GithubApiError(409, 'Already exists - Variable already exists');
    const now = clock.now();
    state.save('variables', { id, scope, name, value: asked.value, createdAt: now, updatedAt: now });
    return c.json({}, 201);
  });
  routes.get('/:item', (c) => c.json(variableView(variableOf(c, read))));
  routes.patch('/:item', async (c) => {
    const known = variableOf(c, write);
    const { value = known.value } = await readBody(c, variable.partial());
    state.save('variables', { ...known, value, updatedAt: clock.now() });
    return c.body(null, 204);
  });
  routes.delete('/:item', (c) => {
    state.remove('variables', variableOf(c, write).id);
    return c.body(null, 204);
  });
  return routes;
}

function nameOf(c: Context): string {
  return (c.req.param('item') ?? '').toUpperCase();
}

function requireName(name: string, what: 'Secret' | 'Variable'): void {
  if (NAME.test(name)) return;
  throw refused(
    `${what} names can only contain alphanumeric characters or underscores, and must not start with GITHUB_ or a number.`,
  );
}

function secretView({ name, createdAt, updatedAt }: SecretRecord): object {
  return { name, created_at: timestamp(createdAt), updated_at: timestamp(updatedAt) };
}

function variableView({ name, value, createdAt, updatedAt }: VariableRecord): object {
  return { name, value, created_at: timestamp(createdAt), updated_at: timestamp(updatedAt) };
}
