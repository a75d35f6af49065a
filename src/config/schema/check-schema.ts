import { z } from 'zod';
import type {
  CheckDefinition,
  CheckReportsDefinition,
  ServiceDefinition,
} from '../definition/check-definition.ts';
import type { CiDefinition } from '../definition/ci-definition.ts';
import { cacheSchema, containerSchema, securitySchema } from './ci-schema.ts';
import { releaseSchema } from './github-schema.ts';
import { objectOf } from './object-of.ts';
import { count, duration, slug, text, variableName } from './scalars.ts';

const service = objectOf<ServiceDefinition>({ service: z.literal('postgres'), version: count(1).optional() });

const globs = z.array(text);

const reports = objectOf<CheckReportsDefinition>({
  junit: globs.optional(),
  coverage: globs.optional(),
  sarif: globs.optional(),
  sbom: globs.optional(),
});

/** One CI task. */
const checkSchema = objectOf<CheckDefinition>({
  command: text,
  needs: z.array(text).optional(),
  directory: text.optional(),
  inputs: globs.optional(),
  outputs: globs.optional(),
  leaves: globs.optional(),
  services: z.array(service).optional(),
  fast: z.boolean().optional(),
  prepares: z.boolean().optional(),
  cache: z.boolean().optional(),
  timeout: duration.optional(),
  retries: count(0).optional(),
  weight: count(1).optional(),
  where: z.enum(['host', 'container']).optional(),
  network: z.boolean().optional(),
  env: z.array(variableName).optional(),
  reports: reports.optional(),
});

/** CI tasks by name. */
export const checkRecord: z.ZodType = z.record(slug, checkSchema);

/** The `ci` section. */
export const ciSchema: z.ZodType = objectOf<CiDefinition>({
  checks: checkRecord.optional(),
  skip: globs.optional(),
  release: releaseSchema.optional(),
  cache: cacheSchema.optional(),
  container: containerSchema.optional(),
  security: securitySchema.optional(),
});
