import { createHash } from 'node:crypto';
import type { PostgresPrograms } from './postgres-programs.ts';
import { postgresStandIn } from './postgres-stand-in.ts';
import type { ImageStore, OpenedImage } from '../registry/image-store.ts';

/** The repository of the official image on Docker Hub, by its full name. */
const REPOSITORY = 'library/postgres';
/** Major versions that a reference may name; whichever it is, the Postgres that the local cloud brings runs. */
const VERSIONS = [13, 14, 15, 16, 17, 18] as const;
const VERSION_DEFAULT = 18;

/** `postgres:17`, `docker.io/library/postgres:17.5-bookworm`, or the same by digest. */
const REFERENCE =
  /^(?:(?:docker\.io|registry-1\.docker\.io)\/)?(?:library\/)?postgres(?::(?<tag>[\w.-]+))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/** The images, and beside them `postgres`, which is run without being pulled. */
export function imagesWithPostgres(
  images: ImageStore,
  programs: () => Promise<PostgresPrograms>,
): ImageStore {
  return {
    async open(reference) {
      const asked = askedVersion(reference);
      return asked === null ? images.open(reference) : postgresImage(asked, await programs());
    },
  };
}

interface Asked {
  readonly version: number;
  readonly tag: string | null;
}

/** Null for a reference to something else, or to a version that there is not. */
function askedVersion(reference: string): Asked | null {
  const { tag, digest } = REFERENCE.exec(reference)?.groups ?? {};
  if (digest !== undefined) {
    const version = VERSIONS.find((candidate) => digestOf(candidate) === digest);
    return version === undefined ? null : { version, tag: tag ?? null };
  }
  if (!REFERENCE.test(reference)) return null;
  if (tag === undefined || tag === 'latest') return { version: VERSION_DEFAULT, tag: tag ?? 'latest' };
  const major = Number(/^(\d+)(?![\d])/.exec(tag)?.[1]);
  const version = VERSIONS.find((candidate) => candidate === major);
  return version === undefined ? null : { version, tag };
}

/** Of no real manifest, but one for each version and always the same. */
function digestOf(version: number): string {
  return `sha256:${createHash('sha256').update(`the local cloud's postgres ${version}`).digest('hex')}`;
}

function postgresImage({ version, tag }: Asked, programs: PostgresPrograms): OpenedImage {
  return {
    repository: REPOSITORY,
    tag,
    digest: digestOf(version),
    rootDir: '/',
    workDir: '/',
    command: ['postgres'],
    env: { PGDATA: '/var/lib/postgresql/data', PG_MAJOR: String(version) },
    labels: {},
    standIn: postgresStandIn(programs),
  };
}
