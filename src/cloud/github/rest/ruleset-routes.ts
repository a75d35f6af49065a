import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { admit } from '../access/admit.ts';
import { requirePlan } from '../access/plan-limits.ts';
import type { GithubContext } from '../github-context.ts';
import { fullNameOf } from '../github-state.ts';
import { GithubApiError, notFound, refused } from '../github-error.ts';
import type { RulesetRecord } from '../protection-records.ts';
import type { RepositoryRecord } from '../records.ts';
import { ENFORCED_RULES, KNOWN_RULES, REQUIRED_PARAMETERS } from '../rules/rule-types.ts';
import { rulesOf } from '../rules/rules-of.ts';
import { repositoryUrl } from '../views/repository-view.ts';
import { nodeId, timestamp } from '../views/view-basics.ts';
import { paginate, pathNumber, readBody } from './read-request.ts';

const READ = { permission: 'metadata', level: 'read' } as const;
const WRITE = { permission: 'administration', level: 'write', role: 'admin' } as const;

/** Without what is taken where nothing is said: a change leaves alone what it does not name. */
const change = z.looseObject({
  name: z.string().min(1),
  target: z.enum(['branch', 'tag', 'push']),
  enforcement: z.enum(['disabled', 'active', 'evaluate']),
  bypass_actors: z.array(
    z.looseObject({
      actor_id: z.int().nullable().default(null),
      actor_type: z.string(),
      bypass_mode: z.string().default('always'),
    }),
  ),
  conditions: z
    .looseObject({
      ref_name: z.looseObject({
        include: z.array(z.string()).default([]),
        exclude: z.array(z.string()).default([]),
      }),
    })
    .optional(),
  rules: z.array(
    z.looseObject({ type: z.string(), parameters: z.record(z.string(), z.unknown()).optional() }),
  ),
});
const order = change.extend({
  target: change.shape.target.default('branch'),
  bypass_actors: change.shape.bypass_actors.default([]),
  rules: change.shape.rules.default([]),
});

/** Rulesets of a repository, and the rules that hold for a branch. */
export function rulesetRoutes(context: GithubContext): Hono {
  const { state, baseUrl } = context;
  const routes = new Hono().basePath('/repos/:owner/:repo');
  routes.get('/rulesets', (c) => {
    const { repository } = admitted(c, context, READ);
    const all = state.of('rulesets', repository.id);
    return c.json(paginate(c, baseUrl, all).map((one) => rulesetView(context, repository, one, false)));
  });
  routes.post('/rulesets', async (c) => {
    const { repository } = admitted(c, context, WRITE);
    const made = save(context, repository, null, await readBody(c, order));
    return c.json(rulesetView(context, repository, made, true), 201);
  });
  routes.get('/rulesets/:id', (c) => {
    const { repository } = admitted(c, context, READ);
    return c.json(rulesetView(context, repository, rulesetOf(c, context, repository), true));
  });
  routes.put('/rulesets/:id', async (c) => {
    const { repository } = admitted(c, context, WRITE);
    const known = rulesetOf(c, context, repository);
    const asked = await readBody(c, change.partial());
    const whole = { ...requestOf(known), ...asked } as z.infer<typeof order>;
    return c.json(rulesetView(context, repository, save(context, repository, known, whole), true));
  });
  routes.delete('/rulesets/:id', (c) => {
    const { repository } = admitted(c, context, WRITE);
    state.remove('rulesets', rulesetOf(c, context, repository).id);
    return c.body(null, 204);
  });
  routes.get('/rules/branches/:branch{.+}', (c) => {
    const { repository } = admit(c, context, READ);
    const branch = decodeURIComponent(c.req.param('branch'));
    const active = rulesOf(context, repository, `refs/heads/${branch}`).filter(
      ({ ruleset }) => ruleset !== null,
    );
    const shown = active.map(({ type, parameters, ruleset }) => ({
      type,
      ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
      ruleset_source_type: 'Repository',
      ruleset_source: fullNameOf(repository),
      ruleset_id: ruleset?.id,
    }));
    return c.json(paginate(c, baseUrl, shown));
  });
  return routes;
}

function admitted(
  c: Context,
  context: GithubContext,
  need: typeof READ | typeof WRITE,
): ReturnType<typeof admit> {
  const found = admit(c, context, need);
  requirePlan(context, found.repository, 'rules');
  return found;
}

function save(
  { state, clock }: GithubContext,
  repository: RepositoryRecord,
  known: RulesetRecord | null,
  asked: z.infer<typeof order>,
): RulesetRecord {
  const isTaken = state
    .of('rulesets', repository.id)
    .some((one) => one.name === asked.name && one.id !== known?.id);
  if (isTaken) throw refused('Validation Failed', ['Name must be unique']);
  for (const rule of asked.rules) requireRule(rule);
  const refs = asked.conditions?.ref_name;
  const now = clock.now();
  return state.save('rulesets', {
    id: known?.id ?? state.nextId(),
    repositoryId: repository.id,
    name: asked.name,
    target: asked.target,
    enforcement: asked.enforcement,
    include: refs?.include ?? [],
    exclude: refs?.exclude ?? [],
    rules: asked.rules.map(({ type, parameters }) => ({
      type,
      ...(parameters === undefined ? {} : { parameters }),
    })),
    bypassActors: asked.bypass_actors.map(({ actor_id, actor_type, bypass_mode }) => ({
      actor_id,
      actor_type,
      bypass_mode,
    })),
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
  });
}

/** One that is not held to here is refused: it would be believed to hold. */
function requireRule({ type, parameters }: z.infer<typeof order>['rules'][number]): void {
  if (!KNOWN_RULES.has(type)) throw refused('Validation Failed', [`Invalid rule '${type}'`]);
  if (!ENFORCED_RULES.has(type))
    throw new GithubApiError(501, `the local cloud does not hold anybody to the rule ${type}`);
  const missing = (REQUIRED_PARAMETERS[type] ?? []).filter((name) => parameters?.[name] === undefined);
  if (missing.length > 0)
    throw refused(`Invalid request.\n\nInvalid property /rules: ${type} lacks ${missing.join(', ')}.`);
  // That there is a pull request is held to; who has read it, nobody can say here.
  if ((parameters?.['required_approving_review_count'] ?? 0) !== 0)
    throw new GithubApiError(501, 'the local cloud has no reviews to count');
}

/** What a ruleset would be asked for by, so that a change that names a part of it leaves the rest. */
function requestOf({
  name,
  target,
  enforcement,
  include,
  exclude,
  rules,
  bypassActors,
}: RulesetRecord): object {
  return {
    name,
    target,
    enforcement,
    rules,
    bypass_actors: bypassActors,
    conditions: { ref_name: { include, exclude } },
  };
}

function rulesetOf(c: Context, { state }: GithubContext, repository: RepositoryRecord): RulesetRecord {
  const found = state.find('rulesets', pathNumber(c, 'id'));
  if (found === null || found.repositoryId !== repository.id) throw notFound();
  return found;
}

/** Lists leave out what a ruleset says, as GitHub's do. */
function rulesetView(
  context: GithubContext,
  repository: RepositoryRecord,
  ruleset: RulesetRecord,
  isWhole: boolean,
): object {
  const { id, name, target, enforcement, include, exclude, rules, bypassActors } = ruleset;
  return {
    id,
    name,
    target,
    source_type: 'Repository',
    source: fullNameOf(repository),
    enforcement,
    node_id: nodeId('RRS', id),
    _links: { self: { href: `${repositoryUrl(context, repository)}/rulesets/${id}` } },
    created_at: timestamp(ruleset.createdAt),
    updated_at: timestamp(ruleset.updatedAt),
    ...(isWhole
      ? { bypass_actors: bypassActors, conditions: { ref_name: { include, exclude } }, rules }
      : {}),
  };
}
