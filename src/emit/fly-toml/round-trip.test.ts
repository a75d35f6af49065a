import fc from 'fast-check';
import { parse, stringify } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { FLY_REGIONS, VM_SIZES } from '../../config/resolve/fly-sizes.ts';
import type { FlyTomlReading } from '../../config/fly-toml/fly-toml-reading.ts';
import { readFlyToml } from '../../config/fly-toml/read-fly-toml.ts';
import type { ProjectDefinition } from '../../config/definition/project-definition.ts';
import { resolveProject } from '../../config/resolve/resolve-project.ts';
import type { EnvValue, ResolvedEnvironment, ResolvedFlyApp } from '../../config/resolved.ts';
import { environment, flyApp, migration } from '../../../test/support/projects.ts';
import { flyTomlFor } from './fly-toml-for.ts';

const PATH = 'infra/fly/web/fly.toml';
const FILES = { fly: PATH, dockerfile: null, runbook: null };

function emit(app: ResolvedFlyApp): string {
  const production: ResolvedEnvironment = environment('production', { apps: [app] });
  return flyTomlFor(app, { environment: production, path: PATH, files: FILES });
}

function read(text: string): FlyTomlReading {
  return readFlyToml(text, { path: PATH, shown: PATH });
}

/** The app that a config has whose settings are those of the reading, and nothing else. */
function resolved({ settings, extra }: FlyTomlReading): ResolvedFlyApp {
  const definition = {
    name: 'shop',
    apps: { web: { platform: 'fly', ...settings } },
    environments: { production: { on: { kind: 'push', branch: 'main' } } },
  } as ProjectDefinition;
  const [app] = resolveProject(definition).environments[0]?.apps ?? [];
  if (app?.platform !== 'fly') throw new Error('no app on Fly');
  return { ...app, flyToml: { path: PATH, extra } };
}

/** What fly.toml has a key for. Of several regions it names the first, and never how many machines there are. */
function expressible(app: ResolvedFlyApp): Partial<ResolvedFlyApp> {
  const { org: _, token: _2, hardened: _3, canary: _4, domains: _5, stack: _6, name: _7, ...rest } = app;
  return {
    ...rest,
    regions: app.regions.slice(0, 1).map(({ region }) => ({ region, count: 1 })),
    build: { ...app.build, secrets: [] },
    flyToml: null,
  };
}

const names = fc.stringMatching(/^[A-EG-Za-z_][A-Za-z0-9_]{0,8}$/).filter((name) => name !== 'PORT');
/** Milliseconds, as a config can write them: in whole units. */
const ms = fc.oneof(
  fc.integer({ min: 1, max: 200_000 }),
  fc.integer({ min: 1, max: 300 }).map((s) => s * 1000),
);
const line = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.trim() !== '');
const words = fc.array(line, { minLength: 1, maxLength: 4 });
const literals = fc
  .dictionary(
    names,
    fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('{pr}')),
  )
  .map((env): Record<string, EnvValue> =>
    Object.fromEntries(Object.entries(env).map(([name, value]) => [name, { kind: 'literal', value }])),
  );

const vms = fc.constantFrom(...VM_SIZES).chain((size) => {
  const cpuKind: 'shared' | 'performance' = size.startsWith('shared') ? 'shared' : 'performance';
  const cpus = Number(/\d+/.exec(size)?.[0]);
  const [step, steps] = cpuKind === 'shared' ? [256, 8 * cpus] : [1024, 8 * cpus];
  const least = cpuKind === 'shared' ? cpus : 2 * cpus;
  return fc.integer({ min: least, max: steps }).map((count) => ({ cpuKind, cpus, memoryMb: count * step }));
});

const healths = fc.record({
  path: fc.stringMatching(/^\/[a-z?=/]{0,10}$/),
  intervalMs: ms,
  timeoutMs: ms,
  gracePeriodMs: ms,
  withinMs: ms,
});

/** Apps as a config that is valid resolves to. */
const apps: fc.Arbitrary<ResolvedFlyApp> = fc
  .record({
    isWorker: fc.boolean(),
    port: fc.integer({ min: 1, max: 65_535 }),
    health: fc.option(healths),
    platformName: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
    env: literals,
    migrate: fc.option(
      fc.record({ command: line, timeoutMs: ms }).map((written) => ({ ...migration(), ...written })),
    ),
    dockerfile: fc.option(
      fc.constantFrom('Dockerfile', 'infra/fly/web/Dockerfile', 'apps/web/Dockerfile.web'),
    ),
    command: fc.option(words),
    regions: fc
      .uniqueArray(fc.constantFrom(...FLY_REGIONS), { minLength: 1, maxLength: 3 })
      .map((regions) => regions.map((region) => ({ region, count: 2 }))),
    vm: vms,
    sleep: fc.constantFrom('when-idle' as const, 'suspend' as const, 'never' as const),
    minMachinesRunning: fc.integer({ min: 0, max: 2 }),
    concurrency: fc.record({
      type: fc.constantFrom('requests' as const, 'connections' as const),
      softLimit: fc.integer({ min: 1, max: 100 }),
      hardLimit: fc.option(fc.integer({ min: 100, max: 200 })),
    }),
    stop: fc.record({ signal: fc.constantFrom('SIGINT', 'SIGTERM', 'SIGQUIT'), timeoutMs: ms }),
    strategy: fc.constantFrom(
      'rolling' as const,
      'bluegreen' as const,
      'canary' as const,
      'immediate' as const,
    ),
    maxUnavailable: fc.integer({ min: 1, max: 5 }),
    build: fc.record({
      target: fc.option(fc.stringMatching(/^[a-z]{1,8}$/)),
      args: fc.dictionary(names, fc.string({ unit: 'grapheme' })),
      secrets: fc.constant([]),
    }),
    volume: fc.option(
      fc.record({
        name: fc.stringMatching(/^[a-z0-9_]{1,30}$/),
        path: fc.stringMatching(/^\/[a-z]{1,10}$/),
        sizeGb: fc.integer({ min: 1, max: 500 }),
        snapshotRetentionDays: fc.option(fc.integer({ min: 1, max: 60 })),
      }),
    ),
  })
  .map(({ isWorker, ...settings }) =>
    // A worker has no service, and so nothing that belongs to one.
    flyApp('web', {
      ...settings,
      ...(isWorker ? WORKER : {}),
      minMachinesRunning: isWorker || settings.sleep === 'never' ? 0 : settings.minMachinesRunning,
    }),
  );

const WORKER: Partial<ResolvedFlyApp> = {
  port: null,
  health: null,
  sleep: 'never',
  concurrency: { type: 'connections', softLimit: 20, hardLimit: null },
};

describe('a fly.toml that was written is read as what it was written from', () => {
  test('for any app: the same settings, nothing left over, nothing to say', () => {
    fc.assert(
      fc.property(apps, (app) => {
        const reading = read(emit(app));
        expect(reading.diagnostics).toEqual([]);
        expect(reading.extra).toEqual({});
        const again = resolved(reading);
        expect(expressible(again)).toEqual(expressible(app));
        // And what is written from that is the same text, but for the comments.
        expect(parse(emit(again))).toEqual(parse(emit(app)));
      }),
    );
  });
});

describe('what is not known of a fly.toml is kept', () => {
  const json = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'grapheme' }),
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value)),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  // Far from every key that Fly has.
  const unknown = fc.stringMatching(/^zzz[a-z]{4,8}$/);
  const extras = fc.dictionary(unknown, json, { maxKeys: 4 });

  test('at the top and in the tables of Fly, whatever it is, and in what is written again', () => {
    fc.assert(
      fc.property(apps, extras, extras, extras, (app, top, service, vm) => {
        const base = parse(emit(app)) as Record<string, Record<string, unknown>>;
        const hasService = base['http_service'] !== undefined;
        const [machine] = base['vm'] as unknown as Record<string, unknown>[];
        const document = {
          ...base,
          ...top,
          ...(hasService ? { http_service: { ...base['http_service'], ...service } } : {}),
          vm: [{ ...machine, ...vm }],
        };
        const reading = read(stringify(document));
        expect(reading.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(parse(emit(resolved(reading)))).toEqual(parse(stringify(document)));
        const added = [top, hasService ? service : {}, vm].flatMap((extra) => Object.keys(extra));
        expect(reading.kept).toHaveLength(added.length);
      }),
    );
  });
});
