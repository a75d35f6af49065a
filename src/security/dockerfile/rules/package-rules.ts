import type { DockerFound, DockerRule } from '../docker-rule.ts';
import type { Dockerfile } from '../parse-dockerfile.ts';
import { argumentsOf, programOf, shellCommands, type ShellCommand } from '../shell-commands.ts';

function commands(file: Dockerfile, programs: RegExp, action: RegExp): readonly ShellCommand[] {
  return shellCommands(file).filter(
    (command) => programs.test(programOf(command)) && action.test(argumentsOf(command)[0] ?? ''),
  );
}

function at(found: readonly ShellCommand[], message: string): readonly DockerFound[] {
  return found.map(({ line }) => ({ line, message }));
}

/** A cache that the build keeps is no part of the layer. */
function isCached({ instruction: { flags } }: ShellCommand, target: string): boolean {
  return flags.some(
    (flag) => flag.startsWith('--mount=') && flag.includes('type=cache') && flag.includes(target),
  );
}

function rest(file: Dockerfile, { instruction }: ShellCommand): readonly ShellCommand[] {
  return shellCommands(file).filter((command) => command.instruction === instruction);
}

/** Where a script asks which lock file there is, what it does without one is right. */
function asksForLock(file: Dockerfile, command: ShellCommand): boolean {
  return rest(file, command).some(
    ({ words }) =>
      words.includes('ci') || words.includes('--frozen-lockfile') || words.includes('--immutable'),
  );
}

/** Only what ends in the image counts: a stage that is copied from is thrown away. */
function isInImage(file: Dockerfile, { instruction }: ShellCommand): boolean {
  for (let stage = file.stages.at(-1) ?? null; stage !== null; stage = stage.from)
    if (stage.instructions.includes(instruction)) return true;
  return false;
}

/** How packages get into an image. */
export const PACKAGE_RULES: readonly DockerRule[] = [
  {
    id: 'docker-apt-recommends',
    title: 'Packages of Debian with all that they recommend',
    severity: 'low',
    why: 'Programs that nobody asked for are in the image, each with its faults to come.',
    hint: 'apt-get install -y --no-install-recommends.',
    bad: 'FROM debian:bookworm-20260803-slim\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\nUSER 1000\n',
    good: 'FROM debian:bookworm-20260803-slim\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\nUSER 1000\n',
    check: (file) =>
      at(
        commands(file, /^apt(-get)?$/, /^install$/).filter(
          ({ words }) =>
            !words.includes('--no-install-recommends') &&
            !words.some((word) => /APT::Install-Recommends=(0|false)/i.test(word)),
        ),
        'apt installs what its packages recommend.',
      ),
  },
  {
    id: 'docker-apt-lists',
    title: 'Lists of packages that stay in the image',
    severity: 'low',
    why: 'Some 20 MB of lists that are old tomorrow are in the layer for good: a later RUN cannot take them out.',
    hint: 'End the same RUN with rm -rf /var/lib/apt/lists/*, or mount a cache there.',
    bad: 'FROM debian:bookworm-20260803-slim\nRUN apt-get update && apt-get install -y --no-install-recommends curl\nUSER 1000\n',
    good: 'FROM debian:bookworm-20260803-slim\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\nUSER 1000\n',
    check: (file) =>
      at(
        commands(file, /^apt(-get)?$/, /^update$/).filter(
          (command) =>
            isInImage(file, command) &&
            !isCached(command, '/var/lib/apt') &&
            !rest(file, command).some(
              (each) =>
                programOf(each) === 'rm' && each.words.some((word) => word.startsWith('/var/lib/apt')),
            ),
        ),
        'The lists of apt stay in the image.',
      ),
  },
  {
    id: 'docker-apt-update-alone',
    title: 'Lists of packages in a layer of their own',
    severity: 'moderate',
    why: 'The layer is kept by the builder: months later, packages are installed by the lists of today, without the fixes since.',
    hint: 'Write both into one RUN: apt-get update && apt-get install.',
    bad: 'FROM debian:bookworm-20260803-slim\nRUN apt-get update\nRUN apt-get install -y --no-install-recommends curl\nUSER 1000\n',
    good: 'FROM debian:bookworm-20260803-slim\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\nUSER 1000\n',
    check: (file) =>
      at(
        commands(file, /^apt(-get)?$/, /^update$/).filter(
          (command) =>
            !rest(file, command).some(
              (each) =>
                /^apt(-get)?$/.test(programOf(each)) && /install|upgrade/.test(argumentsOf(each)[0] ?? ''),
            ),
        ),
        'apt-get update stands alone in its RUN.',
      ),
  },
  {
    id: 'docker-apt-yes',
    title: 'A question that nobody answers',
    severity: 'moderate',
    why: 'apt asks, nobody is there, and the build fails.',
    hint: 'apt-get install -y.',
    bad: 'FROM debian:bookworm-20260803-slim\nRUN apt-get update && apt-get install --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\nUSER 1000\n',
    good: 'FROM debian:bookworm-20260803-slim\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\nUSER 1000\n',
    check: (file) =>
      at(
        commands(file, /^apt(-get)?$/, /^(install|upgrade|dist-upgrade)$/).filter(
          ({ words }) => !words.some((word) => /^(-[a-z]*y[a-z]*|--yes|--assume-yes|-qq)$/.test(word)),
        ),
        'apt asks a question that nobody answers.',
      ),
  },
  {
    id: 'docker-apt-upgrade',
    title: 'All packages brought up to date in a build',
    severity: 'low',
    why: 'What is in the image hangs on the day it was built, and the builder keeps the layer, so that it is not even up to date.',
    hint: 'Take a newer base image, by its date or digest.',
    bad: 'FROM debian:bookworm-20260803-slim\nRUN apt-get update && apt-get upgrade -y && rm -rf /var/lib/apt/lists/*\nUSER 1000\n',
    good: 'FROM debian:bookworm-20260803-slim\nUSER 1000\n',
    check: (file) => [
      ...at(
        commands(file, /^apt(-get)?$/, /^(upgrade|dist-upgrade|full-upgrade)$/),
        'All packages are upgraded.',
      ),
      ...at(commands(file, /^apk$/, /^upgrade$/), 'All packages are upgraded.'),
    ],
  },
  {
    id: 'docker-apk-cache',
    title: 'An index of Alpine that stays in the image',
    severity: 'low',
    why: 'The index is old tomorrow, and in the layer for good.',
    hint: 'apk add --no-cache.',
    bad: 'FROM alpine:3.22\nRUN apk add curl\nUSER 1000\n',
    good: 'FROM alpine:3.22\nRUN apk add --no-cache curl\nUSER 1000\n',
    check: (file) =>
      at(
        commands(file, /^apk$/, /^add$/).filter(
          (command) =>
            !command.words.includes('--no-cache') &&
            !isCached(command, '/apk') &&
            !rest(file, command).some(
              (each) =>
                programOf(each) === 'rm' && each.words.some((word) => word.startsWith('/var/cache/apk')),
            ),
        ),
        'The index of apk stays in the image.',
      ),
  },
  {
    id: 'docker-npm-install',
    title: 'Dependencies that are resolved anew in the build',
    severity: 'high',
    why: 'npm install may take other versions than the lock file says: what was tested is not what is built.',
    hint: 'npm ci; pnpm install --frozen-lockfile; yarn install --immutable (Yarn 1: --frozen-lockfile).',
    bad: 'FROM node:24-bookworm-slim\nCOPY package.json package-lock.json ./\nRUN npm install\nUSER node\n',
    good: 'FROM node:24-bookworm-slim\nCOPY package.json package-lock.json ./\nRUN npm ci\nUSER node\n',
    check: (file) => [
      ...at(
        commands(file, /^npm$/, /^(install|i|add)$/).filter(
          (command) =>
            argumentsOf(command).length === 1 &&
            !asksForLock(file, command) &&
            !command.words.some((word) => /^(-g|--global|--location=global)$/.test(word)),
        ),
        'npm install does not keep to the lock file.',
      ),
      ...at(
        commands(file, /^(pnpm|yarn)$/, /^(install|i)$/).filter(
          (command) =>
            argumentsOf(command).length === 1 &&
            !asksForLock(file, command) &&
            !command.words.some((word) => /^--(frozen-lockfile|immutable|offline)/.test(word)),
        ),
        'The lock file may be changed in the build.',
      ),
    ],
  },
  {
    id: 'docker-npm-unpinned',
    title: 'A tool without a version',
    severity: 'moderate',
    why: 'Every build may have another version of it; who takes over its name is in the next image.',
    hint: 'Name it: npm install -g tool@1.2.3.',
    bad: 'FROM node:24-bookworm-slim\nRUN npm install -g serve\nUSER node\n',
    good: 'FROM node:24-bookworm-slim\nRUN npm install -g serve@14.2.4\nUSER node\n',
    check: (file) =>
      commands(file, /^(npm|pnpm|yarn)$/, /^(install|i|add|global)$/)
        .filter(({ words }) => words.some((word) => /^(-g|--global|--location=global|global)$/.test(word)))
        .flatMap((command) =>
          argumentsOf(command)
            .slice(1)
            .filter((name) => name !== 'add' && !/^[./$]/.test(name) && !/.@(\d|\$)/.test(name))
            .map((name) => ({ line: command.line, message: `${name} is installed without a version.` })),
        ),
  },
  {
    id: 'docker-pipe-shell',
    title: 'A script from the network that is run at once',
    severity: 'high',
    why: 'Whoever owns the address, or the connection, decides what is in the image; and when the download stops halfway, half of it runs.',
    hint: 'Install a package of the system, or ADD --checksum=sha256:… and run that.',
    bad: 'FROM debian:bookworm-20260803-slim\nRUN curl -fsSL https://get.example.com | sh\nUSER 1000\n',
    good: 'FROM debian:bookworm-20260803-slim\nADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://get.example.com/1.2.3.sh /tmp/install.sh\nRUN sh /tmp/install.sh\nUSER 1000\n',
    check: (file) =>
      shellCommands(file)
        .filter(
          (command) =>
            /^((ba|da|a|z)?sh|node|python3?|perl|ruby|sudo)$/.test(programOf(command)) &&
            readsNetwork(command),
        )
        .map(({ line }) => ({ line, message: 'What the network sends is run at once.' })),
  },
  {
    id: 'docker-insecure-download',
    title: 'A download that is not checked',
    severity: 'high',
    why: 'Without the check of certificates or signatures, anybody on the way decides what is in the image.',
    hint: 'Take the option away; install ca-certificates when a certificate is not known.',
    bad: 'FROM debian:bookworm-20260803-slim\nRUN curl -k -o /bin/tool https://example.com/tool\nUSER 1000\n',
    good: 'FROM debian:bookworm-20260803-slim\nRUN curl -fsSLo /bin/tool https://example.com/tool\nUSER 1000\n',
    check: (file) =>
      shellCommands(file)
        .filter(isUnchecked)
        .map((command) => ({
          line: command.line,
          message: `${programOf(command)} does not check what it gets.`,
        })),
  },
];

function readsNetwork({ reads }: ShellCommand): boolean {
  for (let from = reads; from !== null; from = from.reads)
    if (/^(curl|wget)$/.test(programOf(from))) return true;
  return false;
}

function isUnchecked(command: ShellCommand): boolean {
  const { words } = command;
  const has = (pattern: RegExp): boolean => words.some((word) => pattern.test(word));
  switch (programOf(command)) {
    case 'curl':
      return has(/^(--insecure|-[a-zA-Z]*k[a-zA-Z]*)$/);
    case 'wget':
      return has(/^--no-check-certificate$/);
    case 'apt':
    case 'apt-get':
      return has(/^(--allow-unauthenticated|--force-yes)$/);
    case 'apk':
      return has(/^--allow-untrusted$/);
    case 'npm':
      return /strict-ssl[= ]false/.test(words.join(' '));
    default:
      return false;
  }
}
