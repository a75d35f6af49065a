import type { Json } from '../util/json.ts';
import { MANIFEST_FILE, manifestBodyDigest, type ArtifactManifest } from './artifact-manifest.ts';

/** https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
/** https://slsa.dev/spec/v1.0/provenance */
export const PREDICATE_TYPE = 'https://slsa.dev/provenance/v1';
/** What `externalParameters` below mean. */
const BUILD_TYPE = 'https://glidepath.dev/build/v1';

/** Something that has a digest, as in-toto describes it. */
export interface ResourceDescriptor {
  readonly name?: string;
  readonly uri?: string;
  readonly digest: Readonly<Record<string, string>>;
}

/** How an artifact came to be. */
export interface BuildFacts {
  /** Who built: `https://glidepath.dev/builders/local`. */
  readonly builder: string;
  /** The run, where it can be looked up. */
  readonly invocation: string | null;
  /** Where the repository is published: `https://github.com/octo/shop`. */
  readonly repository: string | null;
  /** What was asked for: a branch, a tag. */
  readonly ref: string | null;
  /** The config file: its path in the repository and the digest of its text. */
  readonly config: { readonly path: string; readonly digest: string };
  /** Lock files, by path from the directory of the config file. */
  readonly locks: readonly { readonly path: string; readonly digest: string }[];
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** An in-toto statement with SLSA provenance. */
export interface ProvenanceStatement {
  readonly _type: typeof STATEMENT_TYPE;
  readonly subject: readonly ResourceDescriptor[];
  readonly predicateType: typeof PREDICATE_TYPE;
  readonly predicate: {
    readonly buildDefinition: {
      readonly buildType: string;
      readonly externalParameters: Json;
      readonly resolvedDependencies: readonly ResourceDescriptor[];
    };
    readonly runDetails: {
      readonly builder: { readonly id: string; readonly version: Readonly<Record<string, string>> };
      readonly metadata: Readonly<Record<string, string>>;
      readonly byproducts: readonly ResourceDescriptor[];
    };
  };
}

/**
 * Says of an artifact what it was made from, by whom and with what. Its subjects are all outputs, the bill of materials
 * and all images; the rest of the manifest is covered by its digest among the byproducts.
 */
export function provenanceStatement(manifest: ArtifactManifest, facts: BuildFacts): ProvenanceStatement {
  return {
    _type: STATEMENT_TYPE,
    subject: subjectsOf(manifest),
    predicateType: PREDICATE_TYPE,
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: {
          project: manifest.project,
          ref: facts.ref,
          config: { path: facts.config.path, digest: digestSet(facts.config.digest) },
          checks: names(
            manifest.checks.flatMap(({ name, verdict }) => (verdict === 'not-run' ? [] : [name])),
          ),
          apps: names(manifest.images.map(({ app }) => app)),
          uncommitted: manifest.uncommitted,
        },
        resolvedDependencies: [
          commitDescriptor(manifest, facts),
          { name: facts.config.path, digest: digestSet(facts.config.digest) },
          ...facts.locks.map(({ path, digest }) => ({ name: path, digest: digestSet(digest) })),
        ],
      },
      runDetails: {
        builder: { id: facts.builder, version: { ...manifest.tools, glidepath: manifest.glidepath } },
        metadata: {
          ...(facts.invocation === null ? {} : { invocationId: facts.invocation }),
          startedOn: new Date(facts.startedAt).toISOString(),
          finishedOn: new Date(facts.finishedAt).toISOString(),
        },
        byproducts: [{ name: MANIFEST_FILE, digest: digestSet(manifestBodyDigest(manifest)) }],
      },
    },
  };
}

/** What is vouched for, in order of name. */
export function subjectsOf(manifest: ArtifactManifest): readonly ResourceDescriptor[] {
  const files = manifest.files.map(({ path, digest }) => ({ name: path, digest: digestSet(digest) }));
  const images = manifest.images.map(({ app, digest }) => ({
    name: `image:${app}`,
    digest: digestSet(digest),
  }));
  return [...files, ...images].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function commitDescriptor({ commit }: ArtifactManifest, { repository }: BuildFacts): ResourceDescriptor {
  const uri = repository === null ? {} : { uri: `git+${repository}@${commit}` };
  return { name: 'source', ...uri, digest: { gitCommit: commit } };
}

function digestSet(digest: string): Record<string, string> {
  return { sha256: digest.replace(/^sha256:/, '') };
}

function names(list: readonly string[]): readonly string[] {
  return list.toSorted();
}
