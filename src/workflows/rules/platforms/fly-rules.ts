import { findIn, inWorkflow, ofCommands, ofKind } from '../check.ts';
import type { LintedFile, LintedRepository } from '../../read/linted-file.ts';
import type { Check, Example, Found, WorkflowRule } from '../rule.ts';

const run = (command: string): Example =>
  inWorkflow(
    `on: workflow_dispatch\njobs:\n  rollback:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: ${command}\n`,
  );
const ROLLBACK = 'glidepath rollback production';

/** There is no such command. */
export const flyReleasesRollback: WorkflowRule = {
  id: 'fly-releases-rollback',
  title: '`fly releases rollback`',
  severity: 'error',
  persona: 'regular',
  what: 'The command, in workflows, scripts and documents.',
  why: 'flyctl has no such command. It is found out in the minutes in which somebody needs it.',
  hint: 'Deploy the image of the release before: fly releases --image -a <app>, then fly deploy --image <reference>; or glidepath rollback <environment>',
  bad: run('flyctl releases rollback -a shop'),
  good: run('fly deploy --image registry.fly.io/shop:deployment-01 -a shop'),
  check: ofCommands((text) =>
    findIn(text, /\b(fly|flyctl)\s+releases?\s+(rollback|revert)\b[^\n`;&|]*/g).map(({ start, end }) => ({
      at: { start, end },
      message: 'flyctl has no command to roll back.',
      code: `fly releases --image -a <app>\nfly deploy --image <reference of the release before> -a <app>\n# or: ${ROLLBACK}`,
    })),
  ),
};

/** It names what is built. */
export const flyImageLabel: WorkflowRule = {
  id: 'fly-image-label',
  title: '`--image-label` to go back',
  severity: 'error',
  persona: 'regular',
  what: '`fly deploy --image-label` with the name of an earlier release, or where a rollback is meant, in workflows, scripts and documents.',
  why: 'The flag names the image that is being built: today’s code is deployed once more, under yesterday’s name.',
  hint: 'Say --image with the reference of the release before.',
  bad: run('flyctl deploy -a shop --image-label previous-version'),
  good: run('flyctl deploy -a shop --image registry.fly.io/shop:deployment-01'),
  check: ofCommands((text) =>
    findIn(text, /\b(?:fly|flyctl)\s+deploy\b(?:[^\n`;&|]|\\\n)*--image-label[= ]+(\S+)/g)
      .filter(
        ({ match: [, label = ''] }) => /prev|last|old|back/i.test(label) || /roll-?\s?back/i.test(text.about),
      )
      .map(({ start, end }) => ({
        at: { start, end },
        message: '--image-label names the image that is built here, and goes back to nothing.',
        code: `fly deploy --image <reference of the release before> -a <app>\n# or: ${ROLLBACK}`,
      })),
  ),
};

/** It may be gone. */
export const flyImageGone: WorkflowRule = {
  id: 'fly-image-gone',
  title: 'A rollback to an image that Fly may have removed',
  severity: 'warning',
  persona: 'regular',
  what: '`fly deploy --image` under a name or a heading that speaks of rollback, with nothing before it that looks whether the image is there.',
  why: 'Fly does not promise to keep the images of an app for ever. That it is gone is found out during the rollback.',
  hint: 'Look first: docker manifest inspect <reference>; or keep a copy elsewhere. `glidepath rollback` proves every image before it changes anything.',
  bad: run('fly deploy --image "$IMAGE" -a shop'),
  good: inWorkflow(
    'on: workflow_dispatch\njobs:\n  rollback:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: |\n          docker manifest inspect "$IMAGE"\n          fly deploy --image "$IMAGE" -a shop\n',
  ),
  check: ofCommands((text) => {
    const job =
      text.job === null || text.workflow === null
        ? ''
        : text.workflow.file.text.slice(text.job.node.start, text.job.node.end);
    if (
      !/roll-?\s?back|previous|emergenc|revert/i.test(text.about) ||
      /manifest inspect|crane |skopeo/.test(text.source + job)
    )
      return [];
    return findIn(text, /\b(?:fly|flyctl)\s+deploy\b(?:[^\n`;&|]|\\\n)*--image[= ]+\S+[^\n`;&|]*/g).map(
      ({ start, end }) => ({
        at: { start, end },
        message: 'Nobody has looked whether Fly still has the image.',
        code: `docker manifest inspect <reference> && fly deploy --image <reference> -a <app>\n# or: ${ROLLBACK}`,
      }),
    );
  }),
};

/** `_` is no part of a host. */
export const flyAppName: WorkflowRule = {
  id: 'fly-app-name',
  title: 'An app on Fly with `_` or capitals in its name',
  severity: 'error',
  persona: 'regular',
  what: '`app` of a fly.toml, `-a` and `--app` of flyctl, and addresses under fly.dev, in any file.',
  why: 'The name is a part of a host, which has letters, digits and hyphens only. Fly refuses it; the review-app action writes - instead, and the address with _ leads nowhere.',
  hint: 'Use - instead of _, and small letters.',
  bad: { 'fly.toml': 'app = "reify_studio"\nkill_timeout = 30\n' },
  good: { 'fly.toml': 'app = "reify-studio"\nkill_timeout = 30\n' },
  check: everywhere(
    /^\s*app\s*=\s*["']([^"'\n]*)["']|\b(?:fly|flyctl)\b[^\n`]*\s(?:-a|--app)[= ]+["']?([a-z0-9]\w*_[\w-]+)|\/\/([\w.-]*_[\w-]*)\.fly\.dev|`([\w-]*_[\w{}-]*)\.fly\.dev`/g,
  ),
};

function everywhere(pattern: RegExp): Check {
  return (file) => {
    // `app =` means something else in other files.
    const isScript = file.kind !== 'fly-toml' && file.kind !== 'document';
    const seen = new Set<string>();
    return [...file.text.matchAll(isScript ? pattern : new RegExp(pattern.source, 'gm'))].flatMap(
      (match): Found[] => {
        const [whole, inToml, ...others] = match;
        const name = (isScript ? undefined : inToml) ?? others.find((each) => each !== undefined);
        if (name === undefined || !/_|[A-Z]/.test(name) || name.includes('{{')) return [];
        const start = match.index + whole.lastIndexOf(name);
        const mended = name.toLowerCase().replaceAll('_', '-');
        if (seen.has(name) && file.kind === 'document') return [];
        seen.add(name);
        return [
          {
            at: { start, end: start + name.length },
            message: `${name} cannot be the name of an app on Fly.`,
            hint: `Call it ${mended}.`,
            code: mended,
          },
        ];
      },
    );
  };
}

/** Five seconds, then the plug. */
export const flyKillTimeout: WorkflowRule = {
  id: 'fly-kill-timeout',
  title: 'A fly.toml without `kill_timeout`',
  severity: 'warning',
  persona: 'regular',
  what: 'fly.toml of an app without a public service (a worker), or in a repository whose files speak of SIGTERM, without `kill_timeout`.',
  why: 'Fly sends SIGINT or SIGTERM and, about five seconds later, SIGKILL: work that takes longer to finish is cut off at every deployment.',
  hint: 'Say how long the work at hand may take, up to 300 seconds.',
  bad: { 'fly.toml': 'app = "shop-worker"\n[processes]\n  worker = "node worker.js"\n' },
  good: {
    'fly.toml':
      'app = "shop-worker"\nkill_signal = "SIGTERM"\nkill_timeout = 60\n[processes]\n  worker = "node worker.js"\n',
  },
  check: ofKind('fly-toml', (file, repository) => {
    if (/^\s*kill_timeout\s*=/m.test(file.text)) return [];
    const isWorker = !/^\s*\[?\[(http_service|services)\]/m.test(file.text);
    const drains = speaksOfDrain(file, repository);
    if (!isWorker && drains === null) return [];
    const [line = ''] = /^\s*app\s*=.*$/m.exec(file.text) ?? file.text.split('\n', 1);
    const start = Math.max(0, file.text.indexOf(line));
    const who = drains === null ? 'A worker' : `What ${drains} says of SIGTERM`;
    return [
      {
        at: { start, end: start + line.length },
        message: `${who} has about five seconds before Fly pulls the plug.`,
        code: 'kill_signal = "SIGTERM"\nkill_timeout = 60',
      },
    ];
  }),
};

function speaksOfDrain({ path }: LintedFile, { files }: LintedRepository): string | null {
  const found = files.find(
    (each) => each.path !== path && each.kind !== 'workflow' && /SIGTERM|graceful(ly)? shut/i.test(each.text),
  );
  return found?.path ?? null;
}
