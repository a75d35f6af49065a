import type { ResolvedFlyApp } from '../../config/resolved.ts';
import { baseImages, type BaseImages } from './base-images.ts';
import { dockerignoreFor } from './dockerignore-for.ts';
import { elixirRecipe } from './elixir-recipe.ts';
import { execForm, quoted, runInstruction } from './instructions.ts';
import { nodeRecipe } from './node-recipe.ts';
import { plainRecipe } from './plain-recipe.ts';
import type { Recipe } from './recipe.ts';

/** The texts of an app's image: what it is built by, and what of the repository the build does not see. */
export interface DockerfileTexts {
  readonly dockerfile: string;
  /** Belongs beside the Dockerfile as `<its name>.dockerignore`: there BuildKit looks first. */
  readonly dockerignore: string;
}

/**
 * How the image of an app is built from the root of the repository, for an app without a Dockerfile of its own. Written
 * for the BuildKit that every Docker since 20.10 brings along, so without a `# syntax=` line that would have to be
 * downloaded. Its base images are build arguments; into a base that brings `/usr/bin/dumb-init` along nothing is
 * installed, so that it can be built without a network.
 */
export function dockerfileFor(app: ResolvedFlyApp): DockerfileTexts {
  const base = baseImages(app);
  const recipe = RECIPES[base.language](app);
  const parts = [
    header(app, base),
    imageArguments(app, base),
    baseStage(app, base),
    ...recipe.stages.map((stage) => withBuildArguments(app, stage)),
    runtimeStage(app, base, recipe),
  ];
  return {
    dockerfile: `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`,
    dockerignore: dockerignoreFor(app, base.language, recipe.isBuilt),
  };
}

const RECIPES = { node: nodeRecipe, elixir: elixirRecipe, plain: plainRecipe } as const;

const FORMS: Record<BaseImages['form'], string> = {
  standard: 'A user without rights, and an init that forwards signals and reaps what has ended.',
  distroless: 'Hardened: no shell, no package manager, a fixed user without rights, an init for signals.',
  stripped:
    'Hardened: no package manager, no setuid program, a fixed user without rights, an init for signals.',
};

function header(app: ResolvedFlyApp, base: BaseImages): string[] {
  const lines = [
    `# The image of ${app.name} (stack ${app.stack.name}), built from the root of the repository.`,
    `# ${FORMS[base.form]}`,
    '# No HEALTHCHECK: Fly asks the app itself, and it alone can take a machine out of service.',
  ];
  if (!app.hardened) return lines;
  return [
    ...lines,
    '# Writes only to /tmp, so that the root file system may be read-only: docker run --read-only --tmpfs /tmp',
    '# Scan the image before it goes out: trivy image --exit-code 1 --severity HIGH,CRITICAL <image>',
  ];
}

function imageArguments(app: ResolvedFlyApp, base: BaseImages): string[] {
  return [
    '# Pin by digest here, or in build.args of the app: <image>:<tag>@sha256:<digest>',
    ...Object.entries(base.images).map(
      ([name, image]) => `ARG ${name}=${quoted(app.build.args[name] ?? image)}`,
    ),
  ];
}

/** What the last stage has besides the app. */
function baseStage(app: ResolvedFlyApp, base: BaseImages): string[] {
  return [
    `FROM \${${base.from}} AS base`,
    runInstruction(
      [
        '[ -x /usr/bin/dumb-init ] || { \\',
        '      apt-get update && \\',
        `      apt-get install --yes --no-install-recommends ${base.packages.join(' ')} && \\`,
        '      rm -rf /var/lib/apt/lists/*; \\',
        '    }',
      ].join('\n'),
    ),
    ...(base.hasUser ? [] : [makeUser(base.uid)]),
    ...(app.volume === null ? [] : [makeVolumeDirectory(app.volume.path, base)]),
    'WORKDIR /app',
  ];
}

function makeUser(uid: number): string {
  return runInstruction(
    `echo 'app:x:${uid}:${uid}::/tmp:/usr/sbin/nologin' >> /etc/passwd && echo 'app:x:${uid}:' >> /etc/group`,
  );
}

/** Build arguments are seen only in the stage that names them. */
function withBuildArguments(app: ResolvedFlyApp, stage: readonly string[]): string[] {
  const [from = '', ...rest] = stage;
  const args = Object.entries(app.build.args).filter(([name]) => !name.endsWith('_IMAGE'));
  return [from, ...args.map(([name, value]) => `ARG ${name}=${quoted(value)}`), ...rest];
}

function runtimeStage(app: ResolvedFlyApp, base: BaseImages, recipe: Recipe): string[] {
  const command = app.command ?? recipe.command;
  return [
    `FROM ${base.runtime} AS runtime`,
    // As the user of the image the folder of the app would be that user's.
    ...(base.form === 'distroless'
      ? ['USER 0:0', 'COPY --from=base /usr/bin/dumb-init /usr/bin/dumb-init']
      : []),
    ...(base.form === 'stripped' ? [strip(app)] : []),
    'WORKDIR /app',
    ...environment(app, base, recipe),
    ...recipe.copies,
    ...volumeDirectory(app, base),
    `LABEL org.opencontainers.image.title=${quoted(app.name)} \\`,
    `      glidepath.stack=${quoted(app.stack.name)} \\`,
    `      glidepath.hardened=${quoted(String(app.hardened))}`,
    ...(app.port === null ? [] : [`EXPOSE ${app.port}`]),
    `USER ${base.uid}:${base.uid}`,
    `STOPSIGNAL ${app.stop.signal}`,
    'ENTRYPOINT ["/usr/bin/dumb-init", "--"]',
    command === null
      ? '# No CMD: nothing says how it starts. Say it in glidepath.config.ts, in `command` of the app.'
      : `CMD ${execForm(command)}`,
  ];
}

/** A new volume of Docker belongs to whom its directory in the image belongs to; one of Fly to root. */
function makeVolumeDirectory(path: string, base: BaseImages): string {
  return runInstruction(`mkdir -p ${path} && chown ${base.uid}:${base.uid} ${path}`);
}

/** A last stage without a shell takes the folder over, which it has not. */
function volumeDirectory(app: ResolvedFlyApp, base: BaseImages): string[] {
  if (app.volume === null || base.form !== 'distroless') return [];
  const { path } = app.volume;
  return [`COPY --from=base --chown=${base.uid}:${base.uid} ${path} ${path}`];
}

/** The list of what is installed stays: scanners read it. */
function strip(app: ResolvedFlyApp): string {
  const lines = [
    'find / -xdev -type f -perm /6000 -exec chmod a-s {} +',
    'rm -f /usr/bin/apt* /usr/bin/dpkg*',
  ];
  if (!startsByPackageManager(app)) {
    lines.push(
      'rm -rf /usr/local/lib/node_modules /opt/yarn-*',
      'rm -f /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn*',
    );
  }
  return runInstruction(lines.join(' && \\\n    '));
}

function startsByPackageManager(app: ResolvedFlyApp): boolean {
  const commands = [app.command?.[0] ?? '', app.migrate?.command ?? ''];
  return commands.some((command) => /^(npm|npx|pnpm|yarn|corepack)\b/.test(command));
}

function environment(app: ResolvedFlyApp, base: BaseImages, recipe: Recipe): string[] {
  const values: Record<string, string> = {
    // Where distroless images have node; and where others have it.
    ...(base.form === 'distroless' ? { PATH: '/nodejs/bin:/usr/local/bin:/usr/bin:/bin' } : {}),
    ...recipe.env,
    ...(app.port === null ? {} : { PORT: String(app.port) }),
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return lines.length === 0 ? [] : [`ENV ${lines.join(' \\\n    ')}`];
}
