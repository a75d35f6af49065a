import type { DockerFound, DockerRule } from '../docker-rule.ts';
import type { Dockerfile, Stage } from '../parse-dockerfile.ts';

/** The stages that begin with an image from outside. */
function outside({ stages }: Dockerfile): readonly Stage[] {
  return stages.filter(({ from, image }) => from === null && image.toLowerCase() !== 'scratch');
}

function tagOf(image: string): string | null {
  if (image.includes('@')) return null;
  const last = image.split('/').at(-1) ?? '';
  return /:(.+)$/.exec(last)?.[1] ?? '';
}

function lineOf({ instructions: [from] }: Stage): number {
  return from?.line ?? 1;
}

/** Filled in by who builds: nothing is known of it. */
function isOpen(image: string): boolean {
  return image.includes('$');
}

/** What images are made from. */
export const BASE_RULES: readonly DockerRule[] = [
  {
    id: 'docker-base-untagged',
    title: 'A base image without a tag',
    severity: 'high',
    why: 'Without a tag it is `latest`: the next build may be on another major version, and nobody has changed anything.',
    hint: 'Name the version: node:24-bookworm-slim.',
    bad: 'FROM node\nUSER node\n',
    good: 'FROM node:24-bookworm-slim\nUSER node\n',
    check: (file) =>
      outside(file)
        .filter(({ image }) => !isOpen(image) && tagOf(image) === '')
        .map((stage) => ({ line: lineOf(stage), message: `The base image ${stage.image} has no tag.` })),
  },
  {
    id: 'docker-base-latest',
    title: 'A base image that moves',
    severity: 'high',
    why: 'What `latest` means changes under the build: two builds of one commit are two different images.',
    hint: 'Name the version: debian:bookworm-20260803-slim.',
    bad: 'FROM debian:latest\nUSER 1000\n',
    good: 'FROM debian:bookworm-20260803-slim\nUSER 1000\n',
    check: (file) =>
      outside(file)
        .filter(({ image }) =>
          /^(latest|stable|edge|nightly|current|lts|rolling|unstable|testing|sid)$/.test(tagOf(image) ?? ''),
        )
        .map((stage) => ({
          line: lineOf(stage),
          message: `The base image ${stage.image} is another one tomorrow.`,
        })),
  },
  {
    id: 'docker-base-major',
    title: 'A base image without its major version or its system',
    severity: 'low',
    why: 'A tag such as `slim` or `alpine` moves on to the next major version of what is in it.',
    hint: 'Name both: node:24-bookworm-slim.',
    bad: 'FROM node:slim\nUSER node\n',
    good: 'FROM node:24-bookworm-slim\nUSER node\n',
    check: (file) =>
      outside(file)
        .filter(
          ({ image }) =>
            /^(slim|alpine|bullseye|bookworm|trixie)(-slim)?$/.test(tagOf(image) ?? '') &&
            /(^|\/)(node|python|ruby|golang|rust|elixir|erlang|php|postgres)$/.test(
              image.replace(/:[^/]*$/, ''),
            ),
        )
        .map((stage) => ({
          line: lineOf(stage),
          message: `The base image ${stage.image} names no version of what is in it.`,
        })),
  },
  {
    id: 'docker-platform-fixed',
    title: 'A platform that is written into the file',
    severity: 'low',
    why: 'Who builds on another kind of processor gets an image that runs in emulation, or not at all.',
    hint: 'Say it where it is built: docker build --platform linux/amd64.',
    bad: 'FROM --platform=linux/amd64 node:24-bookworm-slim\nUSER node\n',
    good: 'FROM --platform=$TARGETPLATFORM node:24-bookworm-slim\nUSER node\n',
    check: (file) =>
      file.stages.flatMap((stage) => {
        const flag = stage.instructions[0]?.flags.find((each) => each.startsWith('--platform='));
        if (flag === undefined || flag.includes('$')) return [];
        return [
          {
            line: lineOf(stage),
            message: `The stage is always built for ${flag.slice('--platform='.length)}.`,
          },
        ];
      }),
  },
  {
    id: 'docker-stage-unknown',
    title: 'A stage or an instruction that does not exist',
    severity: 'high',
    why: 'The build fails, or takes an image of that name from a public registry: whoever owns the name decides what is copied in.',
    hint: 'Name a stage of this file, or an image with its tag.',
    bad: 'FROM node:24-bookworm-slim AS build\nRUN npm ci\nFROM node:24-bookworm-slim\nCOPY --from=builder /app /app\nUSER node\n',
    good: 'FROM node:24-bookworm-slim AS build\nRUN npm ci\nFROM node:24-bookworm-slim\nCOPY --from=build /app /app\nUSER node\n',
    check: (file) => [
      ...unknownStages(file),
      ...file.strange.map(({ line, text }) => ({
        line,
        message: `"${text.slice(0, 40)}" is no instruction.`,
      })),
    ],
  },
  {
    id: 'docker-stage-twice',
    title: 'Two stages of one name',
    severity: 'moderate',
    why: 'What is copied from that name comes from the later one; who reads the file may mean the other.',
    hint: 'Give each stage a name of its own.',
    bad: 'FROM node:24-bookworm-slim AS app\nFROM node:24-bookworm-slim AS app\nUSER node\n',
    good: 'FROM node:24-bookworm-slim AS build\nFROM node:24-bookworm-slim AS app\nUSER node\n',
    check: ({ stages }) =>
      stages
        .filter(({ name }, at) => name !== null && stages.findIndex((stage) => stage.name === name) < at)
        .map((stage) => ({ line: lineOf(stage), message: `There is already a stage called ${stage.name}.` })),
  },
];

function unknownStages({ stages }: Dockerfile): readonly DockerFound[] {
  return stages.flatMap(({ instructions }, at) => {
    const before = stages.slice(0, at).flatMap(({ name }) => name ?? []);
    return instructions.flatMap(({ name, flags, line }) => {
      const from =
        name === 'COPY'
          ? flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length)
          : undefined;
      if (from === undefined || isOpen(from) || /[:/@]/.test(from)) return [];
      const isKnown = before.includes(from.toLowerCase()) || (/^\d+$/.test(from) && Number(from) < at);
      return isKnown ? [] : [{ line, message: `There is no earlier stage called ${from}.` }];
    });
  });
}
