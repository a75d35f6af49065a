import { describe, expect, test } from 'vitest';
import { DOCKER_RULES } from './all-docker-rules.ts';
import { EXAMPLE_CONTEXT } from './docker-rule-reference.ts';
import { lintDockerfile } from './lint-dockerfile.ts';

const idsIn = (text: string, context = EXAMPLE_CONTEXT): string[] =>
  lintDockerfile('Dockerfile', text, context).map(({ id, place }) => `${place?.line} ${id}`);

describe.each(DOCKER_RULES)('$id', (rule) => {
  test('finds its bad example, and no rule finds anything in its good one', () => {
    const bad = lintDockerfile('Dockerfile', rule.bad, rule.badContext ?? EXAMPLE_CONTEXT, [rule]);
    expect(bad.map(({ id }) => id)).toContain(rule.id);
    expect(lintDockerfile('Dockerfile', rule.good, rule.goodContext ?? EXAMPLE_CONTEXT)).toEqual([]);
  });
});

test('every rule has a name of its own that begins with docker-', () => {
  const ids = DOCKER_RULES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^docker(-[a-z]+)+$/.test(id))).toEqual([]);
});

describe('a Dockerfile is read as BuildKit reads it', () => {
  test('a command is one over lines that go on, with comments between', () => {
    const text =
      'FROM debian:bookworm-20260803-slim\nRUN apt-get update && \\\n  # why\n\n  apt-get install \\\n -y \\\n curl\nUSER 1\n';
    expect(idsIn(text)).toEqual(['2 docker-apt-recommends', '2 docker-apt-lists']);
  });

  test('a heredoc is a script, whatever it looks like, and what stands behind it an instruction again', () => {
    const text =
      'FROM debian:bookworm-20260803-slim\nRUN <<EOF\nUSER root\ncurl https://example.com/x | sh\nEOF\nUSER 1000\nCMD x\n';
    expect(idsIn(text)).toEqual(['2 docker-pipe-shell', '7 docker-command-shell']);
  });

  test('what an ARG before the first FROM says is the base, and what nobody says is left alone', () => {
    expect(idsIn('ARG IMAGE=node\nFROM ${IMAGE}\nUSER 1\n')).toEqual(['2 docker-base-untagged']);
    expect(idsIn('ARG IMAGE\nFROM $IMAGE\nUSER 1\n')).toEqual([]);
    expect(idsIn('FROM registry.example.com:5000/team/app\nUSER 1\n')).toEqual(['1 docker-base-untagged']);
  });

  test('a stage has the user of the stage that it goes on from', () => {
    expect(idsIn('FROM node:24-slim AS base\nUSER node\nFROM base\nRUN npm ci\n')).toEqual([]);
    expect(idsIn('FROM node:24-slim AS base\nUSER node\nFROM base\nUSER 0:0\n')).toEqual([
      '4 docker-user-root',
    ]);
  });

  test('what a stage leaves that is only copied from does not end in the image', () => {
    const text =
      'FROM debian:bookworm-20260803-slim AS build\nRUN apt-get update && apt-get install -y --no-install-recommends gcc\nFROM scratch\nCOPY --from=build /x /x\nUSER 1\n';
    expect(idsIn(text)).toEqual([]);
  });

  test('another escape is taken from the first lines', () => {
    expect(
      idsIn('# escape=`\nFROM node:24-slim\nRUN apt-get update && `\n apt-get install curl\nUSER 1\n'),
    ).toContain('3 docker-apt-yes');
  });

  test('quotes hide what would end a command', () => {
    expect(idsIn('FROM node:24-slim\nRUN echo "curl x | sh; sudo y"\nUSER 1\n')).toEqual([]);
  });

  test('text that is no Dockerfile is named, and nothing is thrown', () => {
    expect(idsIn('hello world\n\u0000\u0000 [[[\nRUN <<EOF\nnever ends')).toContain('1 docker-stage-unknown');
    expect(idsIn('')).toEqual([]);
  });
});

test('a .dockerignore that lets an .env of the repository in is no help', () => {
  const context = { dockerignore: '.git\n.env\n', files: ['apps/web/.env.production'] };
  const [finding] = lintDockerfile('Dockerfile', 'FROM node:24-slim\nCOPY . .\nUSER 1\n', context);
  expect(finding?.message).toBe(
    'Everything is copied, and the .dockerignore lets apps/web/.env.production in.',
  );
});

test('the value of a secret is not in a finding', () => {
  const [finding] = lintDockerfile(
    'Dockerfile',
    'FROM node:24-slim\nENV API_KEY=abcdefgh\nUSER 1\n',
    EXAMPLE_CONTEXT,
  );
  expect(finding?.id).toBe('docker-secret-env');
  expect(JSON.stringify(finding)).not.toContain('abcdefgh');
});
