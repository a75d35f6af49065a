import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  MANIFEST_FILE,
  parseManifest,
  PROVENANCE_FILE,
  SBOM_FILE,
  sha256,
} from '../../artifacts/artifact-manifest.ts';
import { sealArtifact } from '../../artifacts/seal-artifact.ts';
import { SIGNING_KEY, signingKey } from '../../artifacts/signing-key.ts';
import { lockFilesOf } from '../../checks/inputs/lock-files.ts';
import type { ResolvedProject } from '../../config/resolved.ts';
import type { SealedRelease } from '../../pipeline/pipeline-deps.ts';
import type { ReleaseArtifact } from '../../pipeline/release.ts';
import type { GitSource } from '../../providers/git/git-source.ts';
import type { Clock } from '../../util/clock.ts';
import { ownVersion } from '../../util/own-file.ts';
import { builderFacts, toolVersions } from './build-facts.ts';
import type { CommandContext } from '../command-context.ts';
import { listPaths } from '../migrations/list-paths.ts';
import { makeSbom } from '../security/make-sbom.ts';

/** Where releases are sealed. */
export interface SealPlace {
  readonly project: ResolvedProject;
  readonly root: string;
  readonly source: GitSource;
  /** A directory with the files of a commit. */
  readonly checkout: (commit: string) => Promise<string>;
  readonly clock: Clock;
}

/**
 * Writes manifest and provenance of a release into `.glidepath/artifacts/<id>`, whole or not at all. A release is sealed once:
 * what lies there is answered as it is. Throws ARTIFACT_KEY_INVALID.
 */
export async function sealRelease(
  context: CommandContext,
  place: SealPlace,
  sealed: SealedRelease,
): Promise<ReleaseArtifact> {
  const directory = join(place.root, '.glidepath', 'artifacts', sealed.release.id);
  const known = await readFile(join(directory, MANIFEST_FILE), 'utf8').catch(() => null);
  if (known !== null) return artifactOf(known);
  const signer = signingKey(context.env[SIGNING_KEY]);
  const { release, project, bytes, checks } = sealed;
  const { at } = await place.source.commit(release.commit);
  const sbom = await sbomOf(context, place, { commit: release.commit, at });
  const made = sealArtifact(
    {
      format: 1,
      project,
      commit: release.commit,
      committedAt: new Date(at).toISOString(),
      uncommitted: false,
      files: [
        {
          path: SBOM_FILE,
          digest: sha256(sbom),
          bytes: Buffer.byteLength(sbom),
          kind: 'file',
          role: 'sbom',
          check: null,
        },
      ],
      images: Object.entries(release.digests).map(([app, digest]) => ({
        app,
        digest,
        bytes: bytes[app] ?? null,
      })),
      checks: checks.map((check) => ({
        name: check.name,
        key: check.key,
        verdict: 'passed',
        at: check.at === null ? null : new Date(check.at).toISOString(),
        reports: [],
      })),
      tools: toolVersions(),
      glidepath: ownVersion(),
      sbom: sha256(sbom),
    },
    await factsOf(context, place, sealed),
    signer,
  );
  const unfinished = `${directory}.${randomUUID()}.unfinished`;
  await mkdir(unfinished, { recursive: true });
  await writeFile(join(unfinished, SBOM_FILE), sbom);
  await writeFile(join(unfinished, PROVENANCE_FILE), made.provenanceText);
  await writeFile(join(unfinished, MANIFEST_FILE), made.manifestText);
  // Whoever was first has sealed it.
  await rename(unfinished, directory).catch(async () => rm(unfinished, { recursive: true, force: true }));
  return artifactOf(await readFile(join(directory, MANIFEST_FILE), 'utf8'));
}

/** What the lock files of the commit say, at the time of the commit. */
async function sbomOf(
  { env }: CommandContext,
  { project, checkout }: SealPlace,
  { commit, at }: { readonly commit: string; readonly at: number },
): Promise<string> {
  const root = await checkout(commit);
  const paths = (await listPaths(root)).toSorted();
  const epoch = { SOURCE_DATE_EPOCH: String(Math.floor(at / 1000)) };
  return (await makeSbom({ root, paths, project }, { ...env, ...epoch })).text;
}

function artifactOf(text: string): ReleaseArtifact {
  const { provenance } = parseManifest(text);
  return {
    manifest: sha256(text),
    provenance: provenance?.digest ?? '',
    signedBy: provenance?.signedBy ?? null,
  };
}

/** What the commit itself says of config and lock files. */
async function factsOf(
  context: CommandContext,
  { project, source, clock }: SealPlace,
  { release, run }: SealedRelease,
): Promise<Parameters<typeof sealArtifact>[1]> {
  const files = new Map((await source.filesOf(release.commit)).map(({ path, blob }) => [path, blob]));
  const config = context.projectFile === null ? 'glidepath.config.ts' : basename(context.projectFile);
  const locks = lockFilesOf('', (path) => files.has(path));
  const blobs = [config, ...locks].flatMap((path) => files.get(path) ?? []);
  const contents = await source.contents(blobs);
  const described = (path: string): { path: string; digest: string } => ({
    path,
    digest: sha256(contents.get(files.get(path) ?? '') ?? ''),
  });
  const builder = builderFacts(context, project);
  return {
    ...builder,
    invocation: builder.invocation ?? run,
    ref: release.ref,
    config: described(config),
    locks: locks.map(described),
    startedAt: clock.now(),
    finishedAt: clock.now(),
  };
}
