import { z } from 'zod';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import { objectOf } from './object-of.ts';
import { appSchema } from './app-schema.ts';
import { ciSchema } from './check-schema.ts';
import { databaseSchema } from './database-schema.ts';
import { environmentSchema, orderSchema, smokeSchema } from './environment-schema.ts';
import { filePathSchema, fileTemplateSchema } from './file-path-schema.ts';
import { githubSchema } from './github-schema.ts';
import { flyAccountSchema, vercelAccountSchema } from './platform-schema.ts';
import { slug } from './scalars.ts';

/** The shape of the whole config, without what its parts say about each other: that is for the rules. */
export const projectSchema: z.ZodType = objectOf<ProjectDefinition>({
  name: slug,
  github: githubSchema.optional(),
  fly: flyAccountSchema.optional(),
  vercel: vercelAccountSchema.optional(),
  databases: z.record(slug, databaseSchema).optional(),
  apps: z.record(slug, appSchema),
  environments: z.record(slug, environmentSchema),
  ci: ciSchema.optional(),
  order: orderSchema.optional(),
  smoke: smokeSchema.optional(),
  files: objectOf<NonNullable<ProjectDefinition['files']>>({
    fly: fileTemplateSchema.nullable().optional(),
    dockerfile: fileTemplateSchema.optional(),
    runbook: filePathSchema.nullable().optional(),
  }).optional(),
});
