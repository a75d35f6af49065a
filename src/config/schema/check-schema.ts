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
import { directories, directoryPath, globs, skipGlobs } from './glob-schema.ts';
import { rule } from './problem.ts';
import { countOf, durationUpTo, slug, text, unique, variableName } from './scalars.ts';

/** What hangs is ended on the same day; a timer of more than 24 days would go off at once. */
const TIMEOUT_MS_MAX = 24 * 3_600_000;

/** A test that fails so often is not flaky. */
const RETRIES_MAX = 10;

/** Cores of the largest runners. */
const WEIGHT_MAX = 64;

const command = rule(z.string(), (line) => {
  if (line.trim() === '') {
    return { says: 'is empty, so that it would always pass', hint: 'Write what the shell is to run.' };
  }
  return line.includes('\0') ? { says: 'has a NUL, which no shell takes', hint: 'Take it out.' } : null;
});

const service = objectOf<ServiceDefinition>({
  service: z.literal('postgres', { error: 'Write postgres().' }),
  version: countOf(10, 99, 'Write the major version alone: 18.').optional(),
});

/** Services by name: a check with two of a kind could not tell them apart. */
const services = rule(z.array(service), (list) =>
  list.length > 1
    ? {
        says: 'asks for two servers, but there is one DATABASE_URL',
        hint: 'Make two databases in the one server.',
      }
    : null,
);

const reports = objectOf<CheckReportsDefinition>({
  junit: globs.optional(),
  coverage: globs.optional(),
  sarif: globs.optional(),
  sbom: globs.optional(),
});

/** One CI task. */
const checkSchema = objectOf<CheckDefinition>({
  command,
  needs: unique(text).optional(),
  directory: directoryPath.optional(),
  inputs: globs.optional(),
  outputs: globs.optional(),
  leaves: directories.optional(),
  services: services.optional(),
  fast: z.boolean().optional(),
  prepares: z.boolean().optional(),
  cache: z.boolean().optional(),
  timeout: durationUpTo(TIMEOUT_MS_MAX, '24h').optional(),
  retries: countOf(0, RETRIES_MAX, 'Mend what fails more often than that.').optional(),
  weight: countOf(1, WEIGHT_MAX, 'Write how many cores it keeps busy.').optional(),
  where: z.enum(['host', 'container']).optional(),
  network: z.boolean().optional(),
  env: unique(variableName).optional(),
  reports: reports.optional(),
});

/** CI tasks by name. */
export const checkRecord: z.ZodType = z.record(slug, checkSchema);

/** The `ci` section. */
export const ciSchema: z.ZodType = objectOf<CiDefinition>({
  checks: checkRecord.optional(),
  skip: skipGlobs.optional(),
  release: releaseSchema.optional(),
  cache: cacheSchema.optional(),
  container: containerSchema.optional(),
  security: securitySchema.optional(),
});
