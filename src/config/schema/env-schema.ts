import { z } from 'zod';
import type {
  DatabaseUrlReference,
  PublicUrlReference,
  SecretReference,
  UrlReference,
} from '../definition/env-input.ts';
import { objectOf } from './object-of.ts';
import { appVariableName, text, variableName } from './scalars.ts';

/** References to something that has an address or a value. */
const reference = z.discriminatedUnion(
  'kind',
  [
    objectOf<SecretReference>({ kind: z.literal('secret'), name: variableName }),
    objectOf<UrlReference>({ kind: z.literal('url-of'), app: text }),
    objectOf<PublicUrlReference>({ kind: z.literal('public-url-of'), app: text }),
    objectOf<DatabaseUrlReference>({ kind: z.literal('database-url'), database: text }),
  ],
  { error: "Write text, secret('NAME'), urlOf('app'), publicUrlOf('app') or databaseUrlOf('database')." },
);

/** Variables by name. */
export const envSchema: z.ZodType = z.record(appVariableName, z.union([z.string(), reference]));

/** Variables of a command that runs where Glidepath runs. */
export const commandEnvSchema: z.ZodType = z.record(variableName, z.union([z.string(), reference]));
