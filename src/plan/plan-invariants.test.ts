import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Gate, ResolvedApp, ResolvedEnvironment, ResolvedProject } from '../config/resolved.ts';
import {
  approvalGate,
  qualityGate,
  database,
  environment,
  flyApp,
  migration,
  project,
  vercelApp,
} from '../../test/support/projects.ts';
import { matchEnvironments } from './match-environments.ts';
import type { DeploymentPlan, Observed, PlanStep, StepKind, Trigger } from './plan.ts';
import { planTrigger } from './plan-trigger.ts';

const NAMES = ['a', 'b', 'main', 'web', 'app'];
const DATABASES = ['main', 'stats', 'a'];

const app = (name: string): fc.Arbitrary<ResolvedApp> =>
  fc
    .record({
      isVercel: fc.boolean(),
      hasHealth: fc.boolean(),
      database: fc.option(fc.constantFrom(...DATABASES)),
      migrate: fc.option(fc.constantFrom(migration('one'), migration('two'))),
      count: fc.nat(3),
    })
    .map(({ isVercel, hasHealth, database, migrate, count }) => {
      const made = isVercel
        ? vercelApp(name, { database, migrate })
        : flyApp(name, { database, migrate, regions: [{ region: 'iad', count }] });
      return hasHealth ? made : { ...made, health: null };
    });

const gate: fc.Arbitrary<Gate> = fc.oneof(
  fc.constantFrom<Gate>({ kind: 'checks' }, qualityGate()),
  fc.boolean().map((optional) => approvalGate({ optional })),
  fc.record({ kind: fc.constant('passed' as const), environment: fc.constantFrom('staging', 'production') }),
);

/** Puts names into waves by a list of cuts. */
function inWaves(names: readonly string[], cuts: readonly boolean[]): string[][] {
  const waves: string[][] = [];
  names.forEach((name, index) => {
    if (index === 0 || cuts[index] === true) waves.push([]);
    waves.at(-1)?.push(name);
  });
  return waves;
}

const environmentOf = (name: string, kind: ResolvedEnvironment['kind']): fc.Arbitrary<ResolvedEnvironment> =>
  fc
    .record({
      apps: fc
        .uniqueArray(fc.constantFrom(...NAMES))
        .chain((names) => fc.tuple(...names.map((name) => app(name)))),
      cuts: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
      gates: fc.array(gate, { maxLength: 5 }),
      databases: fc.subarray(DATABASES),
      isExternal: fc.boolean(),
      ephemeral: fc.boolean(),
      ownMigration: fc.boolean(),
      hasRestorePoints: fc.boolean(),
      hasSeed: fc.boolean(),
      hasSmoke: fc.boolean(),
      hasUrls: fc.boolean(),
    })
    .map((made) =>
      environment(name, {
        kind,
        on: kind === 'review' ? [{ kind: 'pull-request' }] : [{ kind: 'push', branch: 'main' }],
        apps: made.apps,
        deployOrder: inWaves(
          made.apps.map((app) => app.name),
          made.cuts,
        ),
        gates: made.gates,
        databases: made.databases.map((name, index) =>
          database(name, {
            provider: made.isExternal && index === 0 ? 'external' : 'neon',
            ephemeral: made.ephemeral,
            migrate: made.ownMigration ? migration('own') : null,
            restorePoints: made.hasRestorePoints ? { keep: 3, forMs: 1000 } : null,
            seed: made.hasSeed ? { command: 'seed', timeoutMs: 1000, when: 'deploy' } : null,
          }),
        ),
        smoke: made.hasSmoke ? { command: 'smoke', withinMs: 1000, env: {} } : null,
        healthUrls: made.hasUrls
          ? { urls: ['https://x.example/'], withinMs: 1000, tolerateDns: false }
          : null,
      }),
    );

const anyProject: fc.Arbitrary<ResolvedProject> = fc
  .tuple(
    environmentOf('staging', 'standing'),
    environmentOf('production', 'standing'),
    environmentOf('review', 'review'),
  )
  .map((environments) => project(environments));

const anyTrigger: fc.Arbitrary<Trigger> = fc.oneof(
  fc.constant<Trigger>({ kind: 'push', branch: 'main' }),
  fc.constant<Trigger>({ kind: 'deploy', environment: 'production' }),
  fc.constant<Trigger>({ kind: 'promote', from: 'staging', to: 'production' }),
  fc.constant<Trigger>({ kind: 'pull-request', number: 7, action: 'opened' }),
  fc.constant<Trigger>({ kind: 'pull-request', number: 7, action: 'closed' }),
  fc
    .option(fc.subarray(NAMES))
    .map((apps): Trigger => ({ kind: 'rollback', environment: 'production', release: 'r-1', apps })),
);

const anyObserved: fc.Arbitrary<Observed> = fc.record({
  environments: fc.dictionary(
    fc.constantFrom('staging', 'production', 'review/pr-7'),
    fc.record({
      liveRelease: fc.option(fc.constant({ id: 'r-0', commit: '0123456789' })),
      apps: fc.dictionary(fc.constantFrom(...NAMES), fc.option(fc.record({ machines: fc.nat(3) }))),
      databases: fc.dictionary(fc.constantFrom(...DATABASES), fc.boolean()),
    }),
  ),
});

/** Holds for each deployment of any plan. */
function forEveryDeployment(check: (plan: DeploymentPlan, environment: ResolvedEnvironment) => void): void {
  fc.assert(
    fc.property(anyProject, anyTrigger, anyObserved, (project, trigger, observed) => {
      const matches = matchEnvironments(project, trigger);
      const { deployments } = planTrigger(project, trigger, observed);
      expect(deployments).toHaveLength(matches.length);
      deployments.forEach((plan, index) => {
        check(plan, (matches[index] as (typeof matches)[number]).environment);
      });
    }),
    { numRuns: 300 },
  );
}

/** Ids of all that must have completed before each step. */
function ancestors(plan: DeploymentPlan): Map<string, Set<string>> {
  const before = new Map<string, Set<string>>();
  for (const step of plan.steps) {
    before.set(step.id, new Set(step.needs.flatMap((need) => [need, ...(before.get(need) ?? [])])));
  }
  return before;
}

function stepsOf(plan: DeploymentPlan, ...kinds: StepKind[]): PlanStep[] {
  return plan.steps.filter((step) => kinds.includes(step.action.kind));
}

function everyOneNeedsAll(
  plan: DeploymentPlan,
  later: readonly PlanStep[],
  earlier: readonly PlanStep[],
): void {
  const before = ancestors(plan);
  for (const step of later) {
    for (const other of earlier)
      expect(before.get(step.id), `${step.id} after ${other.id}`).toContain(other.id);
  }
}

describe('in every plan', () => {
  test('ids are unique, and every need stands before its step, so there is no circle', () => {
    forEveryDeployment((plan) => {
      const seen = new Set<string>();
      for (const step of plan.steps) {
        expect(seen).not.toContain(step.id);
        for (const need of step.needs) expect(seen).toContain(need);
        expect(new Set(step.needs).size).toBe(step.needs.length);
        seen.add(step.id);
      }
    });
  });

  test('no need is already implied by another need of the step', () => {
    forEveryDeployment((plan) => {
      const before = ancestors(plan);
      for (const step of plan.steps) {
        for (const need of step.needs) {
          const others = step.needs.filter((other) => other !== need);
          expect(others.some((other) => before.get(other)?.has(need) === true)).toBe(false);
        }
      }
    });
  });

  test('nothing is built, made, migrated or deployed before every gate and the ancestry held', () => {
    forEveryDeployment((plan) => {
      const changing = plan.steps.filter((step) => step.mutates);
      everyOneNeedsAll(plan, changing, stepsOf(plan, 'gate', 'ancestry'));
    });
  });

  test('every gate of the environment but an optional approval is a step of a deployment', () => {
    forEveryDeployment((plan, environment) => {
      if (plan.action === 'rollback' || plan.action === 'destroy') return;
      for (const gate of environment.gates) {
        if (gate.kind === 'approval' && gate.optional) continue;
        expect(stepsOf(plan, 'gate').map((step) => step.action)).toContainEqual({ kind: 'gate', gate });
      }
      expect(stepsOf(plan, 'ancestry')).toHaveLength(plan.pullRequest === null ? 1 : 0);
    });
  });

  test('every app is deployed after every migration, every database and every build', () => {
    forEveryDeployment((plan) => {
      const earlier = stepsOf(plan, 'migrate', 'ensure-database', 'build', 'reuse');
      everyOneNeedsAll(plan, stepsOf(plan, 'deploy'), earlier);
      everyOneNeedsAll(plan, stepsOf(plan, 'migrate'), stepsOf(plan, 'ensure-database', 'build', 'reuse'));
    });
  });

  test('no database is migrated before its state is kept, nor seeded before it is migrated, nor used before', () => {
    forEveryDeployment((plan, environment) => {
      const kept = stepsOf(plan, 'restore-point');
      everyOneNeedsAll(plan, stepsOf(plan, 'migrate'), kept);
      everyOneNeedsAll(plan, stepsOf(plan, 'seed'), stepsOf(plan, 'migrate'));
      everyOneNeedsAll(plan, stepsOf(plan, 'deploy'), stepsOf(plan, 'seed'));
      for (const { action } of stepsOf(plan, 'migrate')) {
        const found = environment.databases.find(
          (each) => action.kind === 'migrate' && each.name === action.database,
        );
        const ids = kept.map(({ id }) => id);
        expect(ids.includes(`restore-point:${found?.name}`)).toBe((found?.restorePoints ?? null) !== null);
      }
    });
  });

  test('nothing changes before there is shown to be a way back, and whoever goes back is not held up by it', () => {
    forEveryDeployment((plan, environment) => {
      const isFly = environment.apps.some((app) => app.platform === 'fly');
      const isProven = (plan.action === 'deploy' || plan.action === 'promote') && plan.pullRequest === null;
      const readiness = stepsOf(plan, 'readiness');
      expect(readiness).toHaveLength(isProven && isFly ? 1 : 0);
      everyOneNeedsAll(plan, stepsOf(plan, 'ensure-database', 'domains', 'migrate', 'deploy'), readiness);
    });
  });

  test('an app with a migration is never deployed without one for its database', () => {
    forEveryDeployment((plan, environment) => {
      if (plan.action === 'rollback' || plan.action === 'destroy') {
        expect(stepsOf(plan, 'migrate')).toEqual([]);
        return;
      }
      for (const app of environment.apps) {
        if (app.migrate === null) continue;
        const commands = stepsOf(plan, 'migrate').flatMap(({ action }) => {
          const by = environment.apps.find((other) => action.kind === 'migrate' && other.name === action.app);
          return by?.migrate === null || by === undefined ? [] : [`${by.migrate.command} ${by.database}`];
        });
        expect(
          commands.filter((command) => command === `${app.migrate?.command} ${app.database}`).length,
        ).toBeGreaterThan(0);
      }
    });
  });

  test('each app that is deployed is deployed once, a wave after the health of the one before', () => {
    forEveryDeployment((plan, environment) => {
      if (plan.action === 'destroy') return;
      const ids = stepsOf(plan, 'deploy').map((step) => step.id);
      expect(ids).toEqual([...new Set(ids)]);
      if (plan.action !== 'rollback') expect(ids).toHaveLength(environment.apps.length);
      const deployed = environment.deployOrder.map((wave) =>
        wave.filter((name) => ids.includes(`deploy:${name}`)),
      );
      const waves = plan.action === 'rollback' ? deployed.toReversed() : deployed;
      waves.forEach((wave, index) => {
        for (const earlier of waves.slice(0, index).flat()) {
          const ready = stepsOf(plan, 'deploy', 'health').filter((step) => step.id.endsWith(`:${earlier}`));
          everyOneNeedsAll(
            plan,
            stepsOf(plan, 'deploy').filter((step) => wave.includes(step.id.slice(7))),
            ready,
          );
        }
      });
    });
  });

  test('verify comes after all that changes apps, record after verify, and report is last of all', () => {
    forEveryDeployment((plan) => {
      const last = plan.steps.at(-1) as PlanStep;
      expect(last.action.kind).toBe('report');
      everyOneNeedsAll(plan, [last], plan.steps.slice(0, -1));
      if (plan.action === 'destroy') return;
      everyOneNeedsAll(
        plan,
        stepsOf(plan, 'verify'),
        stepsOf(plan, 'deploy', 'health', 'smoke', 'make-public', 'health-urls'),
      );
      everyOneNeedsAll(plan, stepsOf(plan, 'record'), stepsOf(plan, 'verify'));
    });
  });

  test('a Vercel app becomes public only after every health and the smoke test', () => {
    forEveryDeployment((plan) => {
      everyOneNeedsAll(plan, stepsOf(plan, 'make-public'), stepsOf(plan, 'deploy', 'health', 'smoke'));
      everyOneNeedsAll(plan, stepsOf(plan, 'health-urls'), stepsOf(plan, 'make-public'));
    });
  });

  test('only what changes something can be undone, every step says why, and may take some time', () => {
    forEveryDeployment((plan) => {
      for (const step of plan.steps) {
        expect(step.undo === null || step.mutates).toBe(true);
        expect(step.reason.trim()).not.toBe('');
        expect(step.title.trim()).not.toBe('');
        expect(step.timeoutMs).toBeGreaterThan(0);
        expect(step.timeoutMs).toBeLessThan(2 ** 31);
      }
    });
  });

  test('a destruction removes every app, and no database before the last of them', () => {
    forEveryDeployment((plan, environment) => {
      if (plan.action !== 'destroy') return;
      expect(stepsOf(plan, 'destroy-app')).toHaveLength(environment.apps.length);
      everyOneNeedsAll(plan, stepsOf(plan, 'destroy-database'), stepsOf(plan, 'destroy-app'));
    });
  });
});

test('planning changes nothing it was given, and gives the same answer twice', () => {
  fc.assert(
    fc.property(anyProject, anyTrigger, anyObserved, (project, trigger, observed) => {
      const given = JSON.stringify([project, trigger, observed]);
      const first = planTrigger(project, trigger, observed);
      expect(JSON.stringify([project, trigger, observed])).toBe(given);
      expect(planTrigger(project, trigger, observed)).toEqual(first);
      expect(JSON.parse(JSON.stringify(first))).toEqual(first);
    }),
  );
});
