import type { DockerfileContext, DockerFound, DockerRule } from '../docker-rule.ts';
import { pairsOf, type Dockerfile, type Instruction } from '../parse-dockerfile.ts';
import { isIgnored } from '../dockerignore.ts';

/** A name that holds something secret. */
const SECRET_NAME =
  /(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?|SECRET_KEY_BASE|DATABASE_URL|NPM_TOKEN)(_|$)/i;

/** Files that hold secrets, or all of the past. */
const SECRET_FILE =
  /(^|\/)(\.env(\.(?!example|sample|template|dist)[\w.-]+)?|\.npmrc|\.netrc|\.git|id_(rsa|ed25519|ecdsa)|[\w.-]+\.(pem|p12|pfx|key)|\.aws|\.ssh|credentials\.json)(\/|$)/;

function sourcesOf({ json, rest, heredocs }: Instruction): readonly string[] {
  if (heredocs.length > 0) return [];
  return (json ?? rest.split(/\s+/)).slice(0, -1);
}

function copies({ instructions }: Dockerfile): readonly Instruction[] {
  return instructions.filter(
    ({ name, flags }) => /^(COPY|ADD)$/.test(name) && !flags.some((flag) => flag.startsWith('--from=')),
  );
}

const IGNORES: DockerfileContext = {
  dockerignore: '.git\n.env*\n*.pem\nnode_modules\n',
  files: ['server.js'],
};

/** What is put into an image. */
export const CONTENT_RULES: readonly DockerRule[] = [
  {
    id: 'docker-secret-env',
    title: 'A secret in ENV or ARG',
    severity: 'critical',
    why: 'Both are written into the image: `docker history` shows them to everybody who may pull it, also where a later line takes them away.',
    hint: 'For the build: RUN --mount=type=secret,id=npm. For the app: a secret of the platform, fly secrets set.',
    bad: 'FROM node:24-bookworm-slim\nARG NPM_TOKEN\nENV SESSION_SECRET=squirrel-in-the-attic\nUSER node\n',
    good: 'FROM node:24-bookworm-slim\nRUN --mount=type=secret,id=npm NPM_TOKEN=$(cat /run/secrets/npm) npm ci\nUSER node\n',
    check: ({ instructions }) =>
      instructions
        .filter(({ name }) => name === 'ENV' || name === 'ARG')
        .flatMap((instruction) =>
          pairsOf(instruction)
            // An ENV with nothing in it, or with a file's name, says where the secret will be.
            .filter(
              ([key, value]) =>
                SECRET_NAME.test(key) &&
                !/_(FILE|PATH|URL_TEMPLATE|NAME)$/i.test(key) &&
                (instruction.name === 'ARG' || value !== ''),
            )
            .map(([key]): DockerFound => ({
              line: instruction.line,
              message: `${instruction.name} ${key} is written into the image.`,
            })),
        ),
  },
  {
    id: 'docker-secret-copy',
    title: 'A file with secrets in the image',
    severity: 'critical',
    why: 'It is in the layer for good, for everybody who may pull the image, also where a later line removes it.',
    hint: 'Mount it for the one line that needs it: RUN --mount=type=secret,id=env.',
    bad: 'FROM node:24-bookworm-slim\nCOPY .env ./\nUSER node\n',
    good: 'FROM node:24-bookworm-slim\nCOPY server.js ./\nUSER node\n',
    check: (file) =>
      copies(file).flatMap((instruction) =>
        sourcesOf(instruction)
          .filter((source) => SECRET_FILE.test(source))
          .map((source) => ({ line: instruction.line, message: `${source} is copied into the image.` })),
      ),
  },
  {
    id: 'docker-copy-all',
    title: 'Everything copied, without saying what not',
    severity: 'high',
    why: 'With the repository come .env files, .git with all of the past, and node_modules of another system; each change of any file builds all anew.',
    hint: 'Write a .dockerignore with .git, .env* and node_modules, or name what is needed.',
    bad: 'FROM node:24-bookworm-slim\nCOPY . .\nUSER node\n',
    good: 'FROM node:24-bookworm-slim\nCOPY . .\nUSER node\n',
    badContext: { dockerignore: null, files: ['server.js'] },
    goodContext: IGNORES,
    check: (file, context) =>
      copies(file)
        .filter((instruction) => sourcesOf(instruction).some((source) => /^(\.|\.\/|\*|\/)$/.test(source)))
        .flatMap(({ line }) => leaks(context).map((message) => ({ line, message }))),
  },
  {
    id: 'docker-add-url',
    title: 'A file from the network without a digest',
    severity: 'high',
    why: 'Whoever owns the address decides what is in the image, today or later.',
    hint: 'ADD --checksum=sha256:…',
    bad: 'FROM debian:bookworm-20260803-slim\nADD https://example.com/tool /usr/local/bin/tool\nUSER 1000\n',
    good: 'FROM debian:bookworm-20260803-slim\nADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.com/tool /usr/local/bin/tool\nUSER 1000\n',
    check: ({ instructions }) =>
      instructions
        .filter(({ name, flags }) => name === 'ADD' && !flags.some((flag) => flag.startsWith('--checksum=')))
        .flatMap((instruction) =>
          sourcesOf(instruction)
            // A commit of a repository is its own digest.
            .filter((source) => /^https?:\/\//.test(source) && !/\.git#[0-9a-f]{40}/.test(source))
            .map(() => ({
              line: instruction.line,
              message: 'ADD takes a file from the network without its digest.',
            })),
        ),
  },
  {
    id: 'docker-add-copy',
    title: 'ADD where COPY is meant',
    severity: 'low',
    why: 'ADD unpacks archives and fetches addresses: a file that happens to be an archive ends as something else.',
    hint: 'COPY.',
    bad: 'FROM node:24-bookworm-slim\nADD server.js /app/\nUSER node\n',
    good: 'FROM node:24-bookworm-slim\nCOPY server.js /app/\nUSER node\n',
    check: ({ instructions }) =>
      instructions
        .filter(
          (instruction) =>
            instruction.name === 'ADD' &&
            sourcesOf(instruction).length > 0 &&
            sourcesOf(instruction).every(
              (source) => !/^(https?|git|ssh):|^git@|\.(tar|tgz|gz|bz2|xz|zst)\b|\$/.test(source),
            ),
        )
        .map(({ line }) => ({ line, message: 'ADD copies a file.' })),
  },
  {
    id: 'docker-workdir-relative',
    title: 'A working directory that hangs on another',
    severity: 'low',
    why: 'Where it leads hangs on the line above, or on the base image: another base, another place.',
    hint: 'Begin with a slash: WORKDIR /app.',
    bad: 'FROM node:24-bookworm-slim\nWORKDIR app\nUSER node\n',
    good: 'FROM node:24-bookworm-slim\nWORKDIR /app\nUSER node\n',
    check: ({ instructions }) =>
      instructions
        .filter(({ name, rest }) => name === 'WORKDIR' && !/^["']?([/$\\]|[A-Za-z]:)/.test(rest))
        .map(({ line, rest }) => ({ line, message: `WORKDIR ${rest} hangs on the directory before it.` })),
  },
];

/** What a copy of everything would bring along. */
function leaks({ dockerignore, files }: DockerfileContext): readonly string[] {
  if (dockerignore === null) return ['Everything is copied, and there is no .dockerignore.'];
  const secret = ['.git/config', '.env', ...files.filter((file) => SECRET_FILE.test(file))].find(
    (file) => !isIgnored(dockerignore, file),
  );
  return secret === undefined
    ? []
    : [`Everything is copied, and the .dockerignore lets ${secret.replace('/config', '')} in.`];
}
