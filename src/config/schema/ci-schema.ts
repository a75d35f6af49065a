import { z } from 'zod';
import type {
  CacheDefinition,
  ContainerDefinition,
  RemoteCacheDefinition,
  SecurityDefinition,
  SecurityException,
} from '../definition/ci-definition.ts';
import { objectOf } from './object-of.ts';
import { closestName } from '../did-you-mean.ts';
import { COMMON_LICENCES } from '../common-licences.ts';
import { parseDay } from '../../util/parse-day.ts';
import { projectPath } from './glob-schema.ts';
import { rule } from './problem.ts';
import { httpUrl, notA, severity, size, text, unique, variableName } from './scalars.ts';

type Remote<K extends RemoteCacheDefinition['kind']> = Extract<RemoteCacheDefinition, { kind: K }>;

/** Less than a single build takes would be thrown away before it is used. */
const CACHE_BYTES_MIN = 100_000_000;

/** Raw Ed25519 keys have 32 bytes. What is no such key may be a secret that came here by mistake: it is not repeated. */
const publicKey = rule(z.string(), (key) =>
  /^ed25519:[A-Za-z0-9_-]{43}$/.test(key)
    ? null
    : {
        says: 'is no public key',
        hint: 'Write what glidepath ci cache keygen prints as public: ed25519: and 43 letters. A private key never stands in a file.',
      },
);

const cacheUrl = rule(httpUrl, (url) => {
  if (!URL.canParse(url)) return null;
  const { username, password, search, hash } = new URL(url);
  if (username !== '' || password !== '') {
    return {
      says: 'has a name or password in it',
      hint: "Put the token into a variable, and name that: httpCache(url, { token: 'CACHE_TOKEN' }).",
    };
  }
  return search === '' && hash === ''
    ? null
    : notA(url, 'the address of a cache', 'Write it without ? and #: names of entries are put behind it.');
});

/** docs.aws.amazon.com, "General purpose bucket naming rules". */
const bucket = rule(z.string(), (name) =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..')
    ? null
    : notA(
        name,
        'the name of a bucket',
        'Write 3 to 63 small letters, digits and hyphens, without s3:// in front.',
      ),
);

const s3Region = rule(z.string(), (name) =>
  /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)
    ? null
    : notA(name, 'a region of S3', 'Write it as the provider does: eu-central-1, auto.'),
);

const prefix = rule(z.string(), (path) =>
  /^[\w.-]+(\/[\w.-]+)*$/.test(path) && !path.split('/').includes('..')
    ? null
    : notA(path, 'a prefix', 'Write names with slashes between: ci/shop.'),
);

const remote = z.discriminatedUnion(
  'kind',
  [
    objectOf<Remote<'http'>>({ kind: z.literal('http'), url: cacheUrl, token: variableName.optional() }),
    objectOf<Remote<'s3'>>({
      kind: z.literal('s3'),
      bucket,
      region: s3Region,
      endpoint: cacheUrl.optional(),
      prefix: prefix.optional(),
      accessKeyId: variableName.optional(),
      secretAccessKey: variableName.optional(),
    }),
    objectOf<Remote<'github'>>({ kind: z.literal('github') }),
  ],
  { error: 'Write httpCache(), s3Cache() or githubCache().' },
);

/** What is kept of checks. */
export const cacheSchema: z.ZodType = objectOf<CacheDefinition>({
  size: size(CACHE_BYTES_MIN, '100mb').optional(),
  remote: remote.optional(),
  trust: unique(publicKey).optional(),
});

/** A name as `docker pull` takes it. */
const image = rule(z.string(), (name) =>
  /^[a-z0-9][\w.:/-]*(@sha256:[0-9a-f]{64})?$/.test(name)
    ? null
    : notA(
        name,
        'the name of an image',
        'Write it as docker pull takes it: node:24-bookworm, or with @sha256:….',
      ),
);

/** The image of checks in containers. */
export const containerSchema: z.ZodType = objectOf<ContainerDefinition>({
  dockerfile: projectPath.optional(),
  target: text.optional(),
  image: image.optional(),
});

/** What people write where they have no reason. */
const NO_REASON = /^(todo|tbd|fixme|none|n\/?a|x+|test|ignore[d]?|reason|wontfix|\W+)$/i;

const reason = rule(text, (words) =>
  NO_REASON.test(words.trim())
    ? notA(words, 'a reason', 'Say why it is put up with, for whoever reads it when it ends.')
    : null,
);

const day = rule(z.string(), (written) =>
  parseDay(written) === null ? notA(written, 'a day', 'Write year, month and day: 2027-03-31.') : null,
);

const exception = objectOf<SecurityException>({
  id: rule(text, (id) =>
    /\s/.test(id)
      ? notA(id, 'an identifier', 'Write it as the finding has it: GHSA-…, CVE-…, docker-user-root.')
      : null,
  ),
  in: text.optional(),
  reason,
  expires: day,
});

/** As spdx.org/licenses has them: `MIT`, `Apache-2.0`, `GPL-3.0-or-later`. Which there are is for the rules. */
const licence = rule(z.string(), (id) => {
  if (/^[A-Za-z0-9][A-Za-z0-9.-]*\+?$/.test(id)) return null;
  const near = closestName(id, COMMON_LICENCES);
  return notA(
    id,
    'an SPDX identifier',
    near === null ? 'Write it as spdx.org/licenses does, one by one: Apache-2.0.' : `Did you mean ${near}?`,
  );
});

/** What is done about what the security checks find. */
export const securitySchema: z.ZodType = objectOf<SecurityDefinition>({
  failOn: severity.optional(),
  exceptions: z.array(exception).optional(),
  advisories: projectPath.optional(),
  licences: rule(unique(licence), (list) =>
    Array.isArray(list) && list.length === 0
      ? { says: 'is empty, so that no dependency could pass', hint: "Name some, or leave it out: ['MIT']." }
      : null,
  ).optional(),
});
