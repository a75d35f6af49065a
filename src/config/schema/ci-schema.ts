import { z } from 'zod';
import type {
  CacheDefinition,
  ContainerDefinition,
  RemoteCacheDefinition,
  SecurityDefinition,
  SecurityException,
} from '../definition/ci-definition.ts';
import { objectOf } from './object-of.ts';
import { httpUrl, memory, severity, text, variableName } from './scalars.ts';

type Remote<K extends RemoteCacheDefinition['kind']> = Extract<RemoteCacheDefinition, { kind: K }>;

const remote = z.discriminatedUnion(
  'kind',
  [
    objectOf<Remote<'http'>>({ kind: z.literal('http'), url: httpUrl, token: variableName.optional() }),
    objectOf<Remote<'s3'>>({
      kind: z.literal('s3'),
      bucket: text,
      region: text,
      endpoint: httpUrl.optional(),
      prefix: text.optional(),
      accessKeyId: variableName.optional(),
      secretAccessKey: variableName.optional(),
    }),
    objectOf<Remote<'github'>>({ kind: z.literal('github') }),
  ],
  { error: 'Write httpCache(), s3Cache() or githubCache().' },
);

/** What is kept of checks. */
export const cacheSchema: z.ZodType = objectOf<CacheDefinition>({
  size: memory.optional(),
  remote: remote.optional(),
  trust: z.array(text).optional(),
});

/** The image of checks in containers. */
export const containerSchema: z.ZodType = objectOf<ContainerDefinition>({
  dockerfile: text.optional(),
  target: text.optional(),
  image: text.optional(),
});

const exception = objectOf<SecurityException>({ id: text, in: text.optional(), reason: text, expires: text });

/** What is done about what the security checks find. */
export const securitySchema: z.ZodType = objectOf<SecurityDefinition>({
  failOn: severity.optional(),
  exceptions: z.array(exception).optional(),
  advisories: text.optional(),
  licences: z.array(text).optional(),
});
