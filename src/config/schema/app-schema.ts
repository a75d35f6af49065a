import { z } from 'zod';
import type {
  AppOverrides,
  FlyAppDefinition,
  HealthDefinition,
  MigrationDefinition,
  VercelAppDefinition,
} from '../definition/app-definition.ts';
import { migrationSettings } from './database-schema.ts';
import { objectOf } from './object-of.ts';
import { envSchema } from './env-schema.ts';
import {
  domainsSchema,
  flyAccountSchema,
  flySettings,
  imageBuildSchema,
  vercelAccountSchema,
} from './platform-schema.ts';
import { rule } from './problem.ts';
import { duration, httpPath, port, text } from './scalars.ts';
import { stackSchema } from './stack-schema.ts';

const healthFields = {
  interval: duration.optional(),
  timeout: duration.optional(),
  gracePeriod: duration.optional(),
  within: duration.optional(),
};

const migrationFields = {
  runs: z.enum(['release-command', 'runner']).optional(),
  ...migrationSettings,
};

const common = {
  platformName: text.optional(),
  env: envSchema.optional(),
};

const appFields = {
  ...common,
  health: objectOf<HealthDefinition>({ path: httpPath, ...healthFields })
    .nullable()
    .optional(),
  database: text.optional(),
  migrate: objectOf<MigrationDefinition>({ command: text, ...migrationFields }).optional(),
};

const command = rule(z.array(text), (words) =>
  words.length === 0
    ? { says: 'is empty', hint: "Write the program and its arguments: ['node', 'server.js']" }
    : null,
);

const flyAppSchema = objectOf<FlyAppDefinition>({
  platform: z.literal('fly'),
  ...appFields,
  ...flySettings,
  config: text.optional(),
  stack: stackSchema.optional(),
  dockerfile: text.optional(),
  build: imageBuildSchema.optional(),
  command: command.optional(),
  domains: domainsSchema.optional(),
  port: port.nullable().optional(),
});

const vercelAppSchema = objectOf<VercelAppDefinition>({
  platform: z.literal('vercel'),
  ...appFields,
  framework: text,
  stack: stackSchema.optional(),
});

/** One deployable. */
export const appSchema: z.ZodType = z.discriminatedUnion('platform', [flyAppSchema, vercelAppSchema], {
  error: 'Write flyApp({ … }) or vercelApp({ … }).',
});

/** What differs for one app in one environment. */
export const appOverridesSchema: z.ZodType = objectOf<AppOverrides>({
  ...common,
  ...flySettings,
  config: text.nullable().optional(),
  fly: flyAccountSchema.optional(),
  vercel: vercelAccountSchema.optional(),
  dockerfile: text.nullable().optional(),
  build: imageBuildSchema.optional(),
  command: command.nullable().optional(),
  domains: domainsSchema.optional(),
  port: port.nullable().optional(),
  health: objectOf<HealthDefinition>({ path: httpPath.optional(), ...healthFields })
    .nullable()
    .optional(),
  migrate: objectOf<MigrationDefinition>({ command: text.optional(), ...migrationFields })
    .nullable()
    .optional(),
});
