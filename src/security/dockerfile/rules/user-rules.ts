import type { DockerRule } from '../docker-rule.ts';
import { lineage, type Dockerfile, type Instruction, type Stage } from '../parse-dockerfile.ts';
import { programOf, shellCommands } from '../shell-commands.ts';

/** Images that run as nobody in particular by themselves. */
const NONROOT = /(^|[:@-])nonroot|chainguard|^cgr\.dev\//;

function lastStage({ stages }: Dockerfile): Stage | null {
  return stages.at(-1) ?? null;
}

function lastOf(stage: Stage, name: string): Instruction | undefined {
  return lineage(stage)
    .map(({ instructions }) => instructions.findLast((each) => each.name === name))
    .find((each) => each !== undefined);
}

function isRoot(user: string): boolean {
  return /^(root|0)(:|$)/.test(user.trim());
}

/** Who an image runs as, and how it is started. */
export const USER_RULES: readonly DockerRule[] = [
  {
    id: 'docker-user-missing',
    title: 'An image that runs as root because nobody says otherwise',
    severity: 'high',
    why: 'Whoever breaks into the app owns everything in the container, and a hole in the kernel is worth more.',
    hint: 'End with USER and the number of a user that is not 0.',
    bad: 'FROM node:24-bookworm-slim\nCMD ["node", "server.js"]\n',
    good: 'FROM node:24-bookworm-slim\nUSER 1000\nCMD ["node", "server.js"]\n',
    check: (file) => {
      const stage = lastStage(file);
      if (stage === null || lastOf(stage, 'USER') !== undefined) return [];
      const base = lineage(stage).at(-1)?.image ?? '';
      if (NONROOT.test(base)) return [];
      return [
        {
          line: stage.instructions[0]?.line ?? 1,
          message: 'The image runs as root: no USER is set in its last stage.',
        },
      ];
    },
  },
  {
    id: 'docker-user-root',
    title: 'An image that runs as root',
    severity: 'high',
    why: 'Whoever breaks into the app owns everything in the container, and a hole in the kernel is worth more.',
    hint: 'Be root only for what needs it, and end with USER and a number that is not 0.',
    bad: 'FROM node:24-bookworm-slim\nUSER root\nCMD ["node", "server.js"]\n',
    good: 'FROM node:24-bookworm-slim\nUSER root\nRUN chown node /app\nUSER 1000\nCMD ["node", "server.js"]\n',
    check: (file) => {
      const stage = lastStage(file);
      const user = stage === null ? undefined : lastOf(stage, 'USER');
      return user !== undefined && isRoot(user.rest)
        ? [{ line: user.line, message: 'The last USER is root.' }]
        : [];
    },
  },
  {
    id: 'docker-sudo',
    title: 'sudo in an image',
    severity: 'moderate',
    why: 'In a build it does nothing that USER does not, and in the finished image it is a way to root.',
    hint: 'Change to USER root for the lines that need it, and back.',
    bad: 'FROM debian:bookworm-20260803-slim\nRUN sudo chown app /app\nUSER 1000\n',
    good: 'FROM debian:bookworm-20260803-slim\nRUN chown 1000 /app\nUSER 1000\n',
    check: (file) =>
      shellCommands(file)
        .filter(
          (command) =>
            programOf(command) === 'sudo' ||
            (/^(apt-get|apt|apk)$/.test(programOf(command)) && command.words.includes('sudo')),
        )
        .map(({ line }) => ({ line, message: 'sudo is used or installed.' })),
  },
  {
    id: 'docker-chmod-open',
    title: 'Files that everybody may write',
    severity: 'moderate',
    why: 'What runs in the container may change its own programs, and so may whoever breaks into it.',
    hint: 'Give the one user the right: COPY --chown=1000, or chmod u+w.',
    bad: 'FROM debian:bookworm-20260803-slim\nRUN chmod -R 777 /app\nUSER 1000\n',
    good: 'FROM debian:bookworm-20260803-slim\nRUN chown -R 1000 /app\nUSER 1000\n',
    check: (file) => [
      ...shellCommands(file)
        .filter((command) => programOf(command) === 'chmod' && command.words.slice(1).some(isOpenMode))
        .map(({ line }) => ({ line, message: 'chmod lets everybody write.' })),
      ...file.instructions
        .filter(({ flags }) =>
          flags.some((flag) => flag.startsWith('--chmod=') && isOpenMode(flag.slice('--chmod='.length))),
        )
        .map(({ line }) => ({ line, message: '--chmod lets everybody write.' })),
    ],
  },
  {
    id: 'docker-command-shell',
    title: 'A command that a shell starts',
    severity: 'low',
    why: 'The shell is process 1 and keeps SIGTERM to itself: the app is not told that it ends, and is killed in the middle of a request.',
    hint: 'Write the words in brackets: CMD ["node", "server.js"]. Where a shell is needed, begin with exec.',
    bad: 'FROM node:24-bookworm-slim\nUSER node\nCMD node server.js\n',
    good: 'FROM node:24-bookworm-slim\nUSER node\nCMD ["node", "server.js"]\n',
    check: ({ stages }) =>
      ['CMD', 'ENTRYPOINT'].flatMap((name) => {
        const last = stages.at(-1)?.instructions.findLast((each) => each.name === name);
        if (last === undefined || last.json !== null || /^exec\s/.test(last.rest)) return [];
        return [{ line: last.line, message: `${name} is started by a shell.` }];
      }),
  },
  {
    id: 'docker-command-npm',
    title: 'A package manager as the process of the app',
    severity: 'low',
    why: 'npm, yarn and pnpm stand between the platform and the app: signals reach it late or never, and they take memory.',
    hint: 'Start the program itself: CMD ["node", "server.js"].',
    bad: 'FROM node:24-bookworm-slim\nUSER node\nCMD ["npm", "start"]\n',
    good: 'FROM node:24-bookworm-slim\nUSER node\nCMD ["node", "server.js"]\n',
    check: ({ stages }) =>
      (stages.at(-1)?.instructions ?? [])
        .filter(
          ({ name, json, rest }) =>
            /^(CMD|ENTRYPOINT)$/.test(name) &&
            /^(npm|npx|yarn|pnpm)$/.test(json?.[0] ?? rest.split(/\s/)[0] ?? ''),
        )
        .map(({ name, line }) => ({ line, message: `${name} starts a package manager, and not the app.` })),
  },
  {
    id: 'docker-command-twice',
    title: 'A command that does not count',
    severity: 'low',
    why: 'Only the last CMD and the last ENTRYPOINT of a stage count; the others say what does not happen.',
    hint: 'Take the earlier ones away.',
    bad: 'FROM node:24-bookworm-slim\nUSER node\nCMD ["node", "a.js"]\nCMD ["node", "b.js"]\n',
    good: 'FROM node:24-bookworm-slim\nUSER node\nCMD ["node", "b.js"]\n',
    check: ({ stages }) =>
      stages.flatMap(({ instructions }) =>
        ['CMD', 'ENTRYPOINT'].flatMap((name) =>
          instructions
            .filter((each) => each.name === name)
            .slice(0, -1)
            .map(({ line }) => ({
              line,
              message: `This ${name} does not count: a later one takes its place.`,
            })),
        ),
      ),
  },
  {
    id: 'docker-ssh-exposed',
    title: 'A login by the network',
    severity: 'high',
    why: 'An SSH server in an app’s image is one more way in, with keys that somebody has to look after.',
    hint: 'Take it out; fly ssh console and docker exec need none.',
    bad: 'FROM debian:bookworm-20260803-slim\nEXPOSE 22\nUSER 1000\n',
    good: 'FROM debian:bookworm-20260803-slim\nEXPOSE 8080\nUSER 1000\n',
    check: (file) => [
      ...file.instructions
        .filter(
          ({ name, rest }) =>
            name === 'EXPOSE' && rest.split(/\s+/).some((port) => /^22(\/tcp)?$/.test(port)),
        )
        .map(({ line }) => ({ line, message: 'The port of SSH is exposed.' })),
      ...shellCommands(file)
        .filter(({ words }) => words.includes('openssh-server'))
        .map(({ line }) => ({ line, message: 'An SSH server is installed.' })),
    ],
  },
];

function isOpenMode(mode: string): boolean {
  return (
    /^[0-7]?[0-7]{2}[2367]$/.test(mode) ||
    /^([oa]|[ug]*[oa][ugo]*)\+[rx]*w/.test(mode) ||
    /^\+[rx]*w/.test(mode)
  );
}
