import { z } from 'zod';
import type {
  DatabaseMigrationDefinition,
  DatabaseOverrides,
  ExternalDatabaseDefinition,
  FlyPostgresDefinition,
  NeonDefinition,
} from '../definition/database-definition.ts';
import { objectOf } from './object-of.ts';
import { duration, memory, region, text, variableName } from './scalars.ts';

const sleep = z.enum(['when-idle', 'never']).optional();

const common = {
  secret: variableName.optional(),
  migrate: z
    .union([text, objectOf<DatabaseMigrationDefinition>({ command: text, timeout: duration.optional() })])
    .optional(),
};

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
      platformName: text.optional(),
    }),
    objectOf<NeonDefinition>({
      provider: z.literal('neon'),
      ...common,
      project: text,
      branches: z.record(z.string(), text).optional(),
      region: text.optional(),
      token: variableName.optional(),
      sleep,
    }),
    objectOf<ExternalDatabaseDefinition>({ provider: z.literal('external'), ...common }),
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
  }),
]);
