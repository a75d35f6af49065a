import { z } from 'zod';
import type { CheckDefinition, ServiceDefinition } from '../definition/check-definition.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import { releaseSchema } from './github-schema.ts';
import { objectOf } from './object-of.ts';
import { count, duration, slug, text, variableName } from './scalars.ts';

const service = objectOf<ServiceDefinition>({ service: z.literal('postgres'), version: count(1).optional() });

/** One CI task. */
const checkSchema = objectOf<CheckDefinition>({
  command: text,
  needs: z.array(text).optional(),
  services: z.array(service).optional(),
  fast: z.boolean().optional(),
  outputs: z.array(text).optional(),
  prepares: z.boolean().optional(),
  timeout: duration.optional(),
  env: z.array(variableName).optional(),
});

/** CI tasks by name. */
export const checkRecord: z.ZodType = z.record(slug, checkSchema);

/** The `ci` section. */
export const ciSchema: z.ZodType = objectOf<NonNullable<ProjectDefinition['ci']>>({
  checks: checkRecord.optional(),
  skip: z.array(text).optional(),
  release: releaseSchema.optional(),
});
