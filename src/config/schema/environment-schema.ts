import { z } from 'zod';
import type {
  ApprovalGate,
  EnvironmentDefinition,
  EnvironmentHealthDefinition,
  SmokeDefinition,
  QualityGate,
} from '../definition/environment-definition.ts';
import { objectOf } from './object-of.ts';
import { appOverridesSchema } from './app-schema.ts';
import { databaseOverrideSchema } from './database-schema.ts';
import { commandEnvSchema, envSchema } from './env-schema.ts';
import { flyAccountSchema, flySettings, vercelAccountSchema } from './platform-schema.ts';
import { rule } from './problem.ts';
import { duration, httpUrl, notA, percent, severity, text } from './scalars.ts';

/** GitHub's logins have letters, digits and hyphens; the name of a team may have more. */
const approver = rule(z.string(), (name) =>
  /^[A-Za-z0-9][A-Za-z0-9-]*(\/[A-Za-z0-9_.-]+)?$/.test(name)
    ? null
    : notA(name, 'somebody on GitHub', "Write a login, or a team as org/team: 'octocat', 'acme/platform'."),
);

const trigger = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('push'), branch: text }),
    z.strictObject({ kind: z.literal('tag'), pattern: text }),
    z.strictObject({ kind: z.literal('pull-request') }),
    z.strictObject({ kind: z.literal('manual') }),
  ],
  { error: "Write push('branch'), tag('v*'), pullRequest() or manual(), or a list of them." },
);

const gate = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('checks') }),
    z.strictObject({ kind: z.literal('passed'), environment: text }),
    objectOf<ApprovalGate>({
      kind: z.literal('approval'),
      optional: z.boolean(),
      by: z.enum(['comment', 'reviewers']).optional(),
      approvers: z.array(approver).optional(),
      expires: duration.optional(),
      notInitiator: z.boolean().optional(),
    }),
    objectOf<QualityGate>({
      kind: z.literal('quality'),
      coverage: percent.optional(),
      changeCoverage: percent.optional(),
      failOn: severity.optional(),
      flaky: z.boolean().optional(),
    }),
    z.strictObject({ kind: z.literal('safe-migrations'), blocksAtMost: duration.optional() }),
  ],
  { error: "Write checks(), passed('environment'), approval(), quality() or safeMigrations()." },
);

const urls = rule(z.array(httpUrl), (all) =>
  all.length === 0 ? { says: 'is empty', hint: 'Name at least one address, or leave health out.' } : null,
);

/** A smoke test. */
export const smokeSchema: z.ZodType = objectOf<SmokeDefinition>({
  command: text,
  within: duration.optional(),
  env: commandEnvSchema.optional(),
});

/** The order of deployment; which apps it names is for the rules to check. */
export const orderSchema: z.ZodType = z.array(z.array(z.string()));

/** One environment. */
export const environmentSchema: z.ZodType = objectOf<EnvironmentDefinition>({
  ...flySettings,
  kind: z.literal('test').optional(),
  on: z.union([z.array(trigger), trigger]).optional(),
  manual: z.boolean().optional(),
  gates: z.array(gate).optional(),
  migrateAfter: text.nullable().optional(),
  fly: flyAccountSchema.optional(),
  vercel: vercelAccountSchema.optional(),
  platformName: text.optional(),
  env: envSchema.optional(),
  databases: z.record(z.string(), databaseOverrideSchema).optional(),
  apps: z.record(z.string(), appOverridesSchema).optional(),
  order: orderSchema.optional(),
  health: objectOf<EnvironmentHealthDefinition>({
    urls,
    within: duration.optional(),
    tolerate: z.literal('dns').optional(),
  }).optional(),
  smoke: smokeSchema.nullable().optional(),
  rollback: z.enum(['automatic', 'manual']).optional(),
  expires: duration.optional(),
});
