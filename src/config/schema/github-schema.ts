import { z } from 'zod';
import type {
  ActionPinDefinition,
  ElixirVersions,
  GithubDefinition,
  ReleaseDefinition,
} from '../definition/github-definition.ts';
import { objectOf } from './object-of.ts';
import { rule } from './problem.ts';
import { count, notA, text, variableName } from './scalars.ts';

const repository = rule(z.string(), (name) =>
  /^[\w.-]+\/[\w.-]+$/.test(name)
    ? null
    : notA(name, 'a repository of GitHub', 'Write owner/name, without an address around it.'),
);

/** A label of a runner; an expression would be evaluated by GitHub. */
const runner = rule(z.string(), (label) =>
  /^[\w][\w.-]*$/.test(label)
    ? null
    : notA(label, 'the label of a runner', 'Use letters, digits, dots and hyphens: ubuntu-24.04.'),
);

const action = rule(z.string(), (name) =>
  /^[\w.-]+\/[\w.-]+(\/[\w./-]+)?$/.test(name)
    ? null
    : notA(name, 'an action', 'Write owner/name, without a version: actions/checkout.'),
);

const sha = rule(z.string(), (value) =>
  /^[0-9a-f]{40}$/.test(value)
    ? null
    : notA(
        value,
        'a whole commit',
        'Write its 40 digits: a tag can be moved to another commit, and so can what a short one stands for.',
      ),
);

/** A word beside the pin, in a comment: nothing that could end the line. */
const version = rule(z.string(), (value) =>
  /^[\w][\w.+-]*$/.test(value) ? null : notA(value, 'a version', 'Write it as its tag is called: v7.0.1.'),
);

const languageVersion = rule(z.string(), (value) =>
  /^\d[\w.-]*$/.test(value) ? null : notA(value, 'a version', "Write numbers with dots between: '1.18'."),
);

/** A command of one line. */
const oneLine = rule(z.string(), (command) =>
  command.trim() === '' || /[\r\n]/.test(command)
    ? notA(command, 'a command of one line', 'Put what takes more into a script of the repository.')
    : null,
);

/** Secrets of GitHub: of capital letters, and not one of GitHub's own. */
const secretName = rule(variableName, (name) =>
  /^GITHUB_/i.test(name)
    ? { says: `is ${name}, but GitHub keeps names with GITHUB_ for itself`, hint: 'Choose another name.' }
    : null,
);

/** What the config says of GitHub. */
export const githubSchema: z.ZodType = objectOf<GithubDefinition>({
  repository: repository.optional(),
  mainBranch: text.optional(),
  workflows: z.boolean().optional(),
  runner: runner.optional(),
  node: count(1).optional(),
  elixir: objectOf<ElixirVersions>({ elixir: languageVersion, otp: languageVersion }).optional(),
  install: oneLine.nullable().optional(),
  actions: z.record(action, objectOf<ActionPinDefinition>({ version, sha })).optional(),
  codeScanning: z.boolean().optional(),
  dependabot: z.boolean().optional(),
});

/** What is published when a tag is pushed. */
export const releaseSchema: z.ZodType = objectOf<ReleaseDefinition>({
  on: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('tag'), pattern: text })], {
    error: "Write tag('v*').",
  }),
  command: oneLine,
  check: text.optional(),
  environment: text.optional(),
  permissions: z.array(z.enum(['attestations', 'contents', 'id-token', 'packages'])).optional(),
  secrets: z.array(secretName).optional(),
});
