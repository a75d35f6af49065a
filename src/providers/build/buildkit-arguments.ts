import type { ResolvedFlyApp } from '../../config/resolved.ts';

/** One build of a Dockerfile. */
export interface BuildkitBuild {
  readonly app: Pick<ResolvedFlyApp, 'name' | 'build'>;
  readonly dockerfile: string;
  readonly contextDir: string;
  /** Where the engine's id of the image is written. */
  readonly idFile: string;
  readonly commit: string;
  /** Milliseconds since the Unix epoch. */
  readonly commitTime: number;
  readonly sourceUrl: string | null;
  /** Whether the docker command builds through its buildx plugin. */
  readonly hasBuildx: boolean;
  /** Whether every instruction is to be carried out, also those that the engine remembers. */
  readonly isFresh: boolean;
}

/**
 * The arguments of `docker build`. A secret's value is never among them: `env=` names the variable of the docker
 * command that holds it, and BuildKit shows it to the one RUN that mounts it.
 */
export function buildkitArguments(build: BuildkitBuild): string[] {
  const { args, secrets, target } = build.app.build;
  const labels: Record<string, string> = {
    'org.opencontainers.image.revision': build.commit,
    'org.opencontainers.image.title': build.app.name,
    ...(build.sourceUrl === null ? {} : { 'org.opencontainers.image.source': build.sourceUrl }),
  };
  // An engine too old to know it leaves it alone.
  const epoch = { SOURCE_DATE_EPOCH: String(Math.floor(build.commitTime / 1000)) };
  return [
    'build',
    '--progress=plain',
    ...(build.isFresh ? ['--no-cache'] : []),
    // A builder of its own keeps the image to itself unless told otherwise.
    ...(build.hasBuildx ? ['--load'] : []),
    `--file=${build.dockerfile}`,
    `--iidfile=${build.idFile}`,
    ...(target === null ? [] : [`--target=${target}`]),
    ...Object.entries({ ...epoch, ...args }).map(([name, value]) => `--build-arg=${name}=${value}`),
    ...secrets.map((name) => `--secret=id=${name},env=GLIDEPATH_BUILD_SECRET_${name}`),
    ...Object.entries(labels).map(([name, value]) => `--label=${name}=${value}`),
    build.contextDir,
  ];
}
