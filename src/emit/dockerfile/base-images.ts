import type { ResolvedFlyApp } from '../../config/resolved.ts';
import { unreachable } from '../../util/assert.ts';

/** What has to be in an image for the app to be built and to run. */
export type Language = 'node' | 'elixir' | 'plain';

/** What the stages of an image are made from. */
export interface BaseImages {
  readonly language: Language;
  /** `distroless` and `stripped` are the hardened forms: without a shell, or with one because the app needs it. */
  readonly form: 'standard' | 'distroless' | 'stripped';
  /** Build argument → image. */
  readonly images: Readonly<Record<string, string>>;
  /** The build argument that the stage `base` is made from. */
  readonly from: string;
  /** Packages of Debian that go into the stage `base`; the init among them. */
  readonly packages: readonly string[];
  /** What the last stage is made from. */
  readonly runtime: string;
  /** Number of the user that the app runs as; a number, so that it can be checked to be no root without a lookup. */
  readonly uid: number;
  /** False: the image has nobody of that number, and one is made. */
  readonly hasUser: boolean;
}

/** The long-term release of Node, on the Debian that the distroless image is of as well, so that libraries fit. */
const NODE_IMAGE = 'node:24-bookworm-slim';
const NODE_DISTROLESS = 'gcr.io/distroless/nodejs24-debian12:nonroot';
/** Both of one Debian: a release built against a newer libc would not start. */
const ELIXIR_IMAGE = 'hexpm/elixir:1.18.4-erlang-27.3.4.16-debian-bookworm-20260803-slim';
const DEBIAN_IMAGE = 'debian:bookworm-20260803-slim';

/** `node` in Node's official image, `nonroot` in distroless ones, and one of ours where there is none. */
const UIDS = { node: 1000, distroless: 65_532, own: 10_001 } as const;

/** The images of an app: by its stack; of a generic one by what its commands run. */
export function baseImages(app: ResolvedFlyApp): BaseImages {
  const language = languageOf(app);
  const hardened = app.hardened ? 'stripped' : 'standard';
  switch (language) {
    case 'node':
      return app.hardened && runsNodeAlone(app) ? distrolessNode() : { ...standardNode(), form: hardened };
    case 'elixir':
      return {
        language,
        form: hardened,
        images: { ELIXIR_IMAGE, RUNTIME_IMAGE: DEBIAN_IMAGE },
        from: 'RUNTIME_IMAGE',
        packages: ['ca-certificates', 'dumb-init', 'libncurses6', 'libstdc++6', 'openssl'],
        runtime: 'base',
        uid: UIDS.own,
        hasUser: false,
      };
    case 'plain':
      return {
        language,
        form: hardened,
        images: { BASE_IMAGE: DEBIAN_IMAGE },
        from: 'BASE_IMAGE',
        packages: ['ca-certificates', 'dumb-init'],
        runtime: 'base',
        uid: UIDS.own,
        hasUser: false,
      };
    default:
      return unreachable(language);
  }
}

function standardNode(): BaseImages {
  return {
    language: 'node',
    form: 'standard',
    images: { NODE_IMAGE },
    from: 'NODE_IMAGE',
    packages: ['dumb-init'],
    runtime: 'base',
    uid: UIDS.node,
    hasUser: true,
  };
}

function distrolessNode(): BaseImages {
  return {
    ...standardNode(),
    form: 'distroless',
    images: { NODE_IMAGE, RUNTIME_IMAGE: NODE_DISTROLESS },
    runtime: '${RUNTIME_IMAGE}',
    uid: UIDS.distroless,
  };
}

/** Without a shell nothing but `node` can be started: neither `npm start` nor a script of a shell. */
function runsNodeAlone(app: ResolvedFlyApp): boolean {
  const first = app.command === null ? defaultProgram(app) : app.command[0];
  const migration = app.migrate?.runs === 'release-command' ? app.migrate.command.trim() : 'node';
  return first === 'node' && /^node(\s|$)/.test(migration);
}

/** A Next.js server is started by its file; what starts another app is a script, and that needs a shell. */
function defaultProgram(app: ResolvedFlyApp): string | null {
  return app.stack.name === 'nextjs' ? 'node' : null;
}

const NODE_PROGRAMS = /^(node|npm|npx|pnpm|yarn|corepack|next)$/;

function languageOf(app: ResolvedFlyApp): Language {
  if (app.stack.name === 'node' || app.stack.name === 'nextjs') return 'node';
  if (app.stack.name === 'phoenix') return 'elixir';
  const programs = [app.command?.[0] ?? '', ...app.stack.build.map(programOf)];
  if (programs.some((program) => NODE_PROGRAMS.test(program))) return 'node';
  return programs.includes('mix') ? 'elixir' : 'plain';
}

/** The first word of a shell command that is not an assignment: `MIX_ENV=prod mix release` runs mix. */
function programOf(command: string): string {
  return command.split(/\s+/).find((word) => word !== '' && !/^\w+=/.test(word)) ?? '';
}
