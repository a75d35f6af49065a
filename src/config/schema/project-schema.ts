import { z } from 'zod';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import { objectOf } from './object-of.ts';
import { appSchema } from './app-schema.ts';
import { ciSchema } from './check-schema.ts';
import { databaseSchema } from './database-schema.ts';
import { environmentSchema, orderSchema, smokeSchema } from './environment-schema.ts';
import { filePathSchema, fileTemplateSchema } from './file-path-schema.ts';
import { flyAccountSchema, vercelAccountSchema } from './platform-schema.ts';
import { rule } from './problem.ts';
import { notA, slug, text } from './scalars.ts';

const repository = rule(z.string(), (name) =>
  /^[\w.-]+\/[\w.-]+$/.test(name)
    ? null
    : notA(name, 'a repository of GitHub', 'Write owner/name, without an address around it.'),
);

/** Something must be there, or the project is empty. */
function notEmpty<T extends z.ZodType>(type: T, noun: string): T {
  return rule(type, (value) =>
    Object.keys(value as object).length === 0
      ? { says: 'is empty', hint: `Write at least one ${noun}.` }
      : null,
  );
}

/** The shape of the whole config, without what its parts say about each other: that is for the rules. */
export const projectSchema: z.ZodType = objectOf<ProjectDefinition>({
  name: slug,
  github: objectOf<NonNullable<ProjectDefinition['github']>>({
    repository: repository.optional(),
    mainBranch: text.optional(),
  }).optional(),
  fly: flyAccountSchema.optional(),
  vercel: vercelAccountSchema.optional(),
  databases: z.record(slug, databaseSchema).optional(),
  apps: notEmpty(z.record(slug, appSchema), 'app'),
  environments: notEmpty(z.record(slug, environmentSchema), 'environment'),
  ci: ciSchema.optional(),
  order: orderSchema.optional(),
  smoke: smokeSchema.optional(),
  files: objectOf<NonNullable<ProjectDefinition['files']>>({
    fly: fileTemplateSchema.nullable().optional(),
    dockerfile: fileTemplateSchema.optional(),
    runbook: filePathSchema.nullable().optional(),
  }).optional(),
});
