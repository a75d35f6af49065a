import { z } from 'zod';
import type {
  DatabaseMigrationDefinition,
  DatabaseOverrides,
  ExternalDatabaseDefinition,
  FlyPostgresDefinition,
  MigrationSettings,
  NeonDefinition,
  RestorePointsDefinition,
  SeedDefinition,
} from '../definition/database-definition.ts';
import { objectOf } from './object-of.ts';
import { rule } from './problem.ts';
import { count, duration, memory, notA, region, text, variableName } from './scalars.ts';

const sleep = z.enum(['when-idle', 'never']).optional();

/** Settings of a migration, whoever brings it. */
export const migrationSettings: Readonly<Record<keyof MigrationSettings, z.ZodType>> = {
  timeout: duration.optional(),
  files: z.union([text, z.array(text)]).optional(),
  lockTimeout: duration.optional(),
  attempts: count(1).optional(),
  blocksAtMost: duration.optional(),
};

const seed = z.union([text, objectOf<SeedDefinition>({ command: text, timeout: duration.optional() })]);

const restorePoints = z
  .union([
    z.literal(false),
    objectOf<RestorePointsDefinition>({ keep: count(1).optional(), for: duration.optional() }),
  ])
  .optional();

const common = {
  secret: variableName.optional(),
  migrate: z
    .union([text, objectOf<DatabaseMigrationDefinition>({ command: text, ...migrationSettings })])
    .optional(),
  seed: seed.optional(),
  restorePoints,
};

/** Neon's compute units: quarters of a CPU with a gigabyte of memory (neon.com/docs/introduction/autoscaling). */
const computeUnits = rule(z.number(), (value) =>
  value >= 0.25 ? null : notA(value, 'a number of compute units', 'Write 0.25 or more.'),
);

/** One database. */
export const databaseSchema: z.ZodType = z.discriminatedUnion(
  'provider',
  [
    objectOf<FlyPostgresDefinition>({
      provider: z.literal('fly-postgres'),
      ...common,
      memory: memory.optional(),
      sleep,
      region: region.optional(),
      managed: z.boolean().optional(),
      plan: text.optional(),
      volume: memory.optional(),
      version: count(14).optional(),
      platformName: text.optional(),
    }),
    objectOf<NeonDefinition>({
      provider: z.literal('neon'),
      ...common,
      project: text,
      branches: z.record(z.string(), text).optional(),
      region: text.optional(),
      org: text.optional(),
      token: variableName.optional(),
      sleep,
      sleepAfter: duration.optional(),
      size: objectOf<{ min: number; max: number }>({ min: computeUnits, max: computeUnits }).optional(),
      pooled: z.boolean().optional(),
      role: text.optional(),
      databaseName: text.optional(),
      parent: text.optional(),
      schemaOnly: z.boolean().optional(),
    }),
    objectOf<ExternalDatabaseDefinition>({
      provider: z.literal('external'),
      ...common,
      directSecret: variableName.optional(),
    }),
  ],
  { error: 'Write flyPostgres({ … }), neon({ … }) or external({ … }).' },
);

/** What differs for one database in one environment. */
export const databaseOverrideSchema: z.ZodType = z.union([
  z.literal('ephemeral'),
  objectOf<DatabaseOverrides>({
    ephemeral: z.boolean().optional(),
    sleep,
    memory: memory.optional(),
    region: text.optional(),
    platformName: text.optional(),
    seed: seed.nullable().optional(),
    restorePoints,
  }),
]);
