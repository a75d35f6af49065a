import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Json } from '../../../../util/json.ts';
import { ActionFailure } from '../known-actions/known-action.ts';
import { refusal } from '../known-actions/refusal-of.ts';
import type { SourceMap, Source } from '../model/source.ts';
import type { ActionReference, Step } from '../model/workflow.ts';
import { withKeys } from '../read/read-step.ts';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const stepSchema = z.strictObject({
  id: z.string().optional(),
  name: z.string().optional(),
  if: z.union([z.string(), z.boolean()]).optional(),
  run: z.string().optional(),
  shell: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), scalar).optional(),
  env: z.record(z.string(), scalar).optional(),
  'working-directory': z.string().optional(),
  'continue-on-error': z.union([z.string(), z.boolean()]).optional(),
});
const fileSchema = z.object({
  name: z.string().default(''),
  inputs: z
    .record(z.string(), z.object({ required: z.boolean().optional(), default: scalar.optional() }).nullable())
    .default({}),
  outputs: z.record(z.string(), z.object({ value: z.string().optional() }).nullable()).default({}),
  runs: z.discriminatedUnion('using', [
    z.object({ using: z.literal('composite'), steps: z.array(stepSchema) }),
    z.object({
      using: z.enum(['node20', 'node24']),
      main: z.string(),
      pre: z.string().optional(),
      'pre-if': z.string().optional(),
      post: z.string().optional(),
      'post-if': z.string().optional(),
    }),
  ]),
});

/** An action of the repository, as its action.yml says. */
export interface ActionFile {
  readonly name: string;
  readonly inputs: Readonly<
    Record<string, { readonly required: boolean; readonly default: string | undefined }>
  >;
  /** Of a composite action: expressions over its steps. */
  readonly outputs: Readonly<Record<string, Source<string>>>;
  readonly runs:
    | { readonly using: 'composite'; readonly steps: readonly Step[] }
    | {
        readonly using: 'node';
        readonly main: string;
        readonly pre: string | undefined;
        readonly post: string | undefined;
        readonly postIf: Source<string>;
      };
}

/** Reads the action.yml of a directory. Throws an {@link ActionFailure} for what is not there or not carried out. */
export function readActionFile(dir: string): ActionFile {
  const file = ['action.yml', 'action.yaml'].map((name) => join(dir, name)).find((one) => existsSync(one));
  if (file === undefined)
    throw new ActionFailure(
      `Can't find 'action.yml', 'action.yaml' or 'Dockerfile' under '${dir}'. Did you forget to run actions/checkout before running your local action?`,
    );
  const content = parseFile(file) as { readonly runs?: { readonly using?: unknown } | null } | null;
  const using = content?.runs?.using;
  if (using !== 'composite' && using !== 'node20' && using !== 'node24')
    throw new ActionFailure(
      refusal(
        `the local GitHub does not carry out actions with runs.using: ${String(using)} (${file})`,
        'Use composite, node20 or node24.',
      ),
    );
  const parsed = fileSchema.safeParse(content);
  if (!parsed.success) throw new ActionFailure(`${file} is not valid: ${z.prettifyError(parsed.error)}`);
  const { name, inputs, outputs, runs } = parsed.data;
  return {
    name,
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([key, one]) => [
        key,
        {
          required: one?.required ?? false,
          default: one?.default === undefined ? undefined : String(one.default ?? ''),
        },
      ]),
    ),
    outputs: Object.fromEntries(
      Object.entries(outputs).flatMap(([key, one]) =>
        one?.value === undefined ? [] : [[key, source(one.value)]],
      ),
    ),
    runs:
      runs.using === 'composite'
        ? { using: 'composite', steps: withKeys(runs.steps.map((step, index) => stepOf(step, index, file))) }
        : {
            using: 'node',
            main: runs.main,
            pre: runs.pre,
            post: runs.post,
            postIf: source(runs['post-if'] ?? 'always()'),
          },
  };
}

function parseFile(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    throw new ActionFailure(`${file} is not valid: ${(error as Error).message}`);
  }
}

function stepOf(written: z.infer<typeof stepSchema>, index: number, file: string): Step {
  const base = {
    line: 1,
    column: 1,
    key: written.id ?? '',
    ...(written.id === undefined ? {} : { id: written.id }),
    ...(written.name === undefined ? {} : { name: source(written.name) }),
    ...(written.if === undefined ? {} : { if: source(String(written.if)) }),
    env: sources(written.env),
    ...(written['continue-on-error'] === undefined
      ? {}
      : { continueOnError: source(written['continue-on-error']) }),
  };
  if (written.uses !== undefined)
    return { ...base, kind: 'uses', uses: referenceOf(written.uses), with: sources(written.with) };
  if (written.run === undefined || written.shell === undefined)
    throw new ActionFailure(`${file}: step ${index + 1} needs uses, or run with shell`);
  const directory = written['working-directory'];
  return {
    ...base,
    kind: 'run',
    run: source(written.run),
    shell: source(written.shell),
    ...(directory === undefined ? {} : { workingDirectory: source(directory) }),
  };
}

function referenceOf(uses: string): ActionReference {
  if (/^[.$]\//u.test(uses)) return { kind: 'local', path: uses.slice(2) };
  const [name = '', ref = ''] = uses.split('@');
  return { kind: 'repository', name: name.toLowerCase(), ref };
}

/** What is written in an action.yml has no place in the GitHub workflow. */
function source<Value extends Json>(value: Value): Source<Value> {
  return { value, line: 1, column: 1 };
}

function sources(values: Readonly<Record<string, string | number | boolean | null>> | undefined): SourceMap {
  return Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, source(value)]));
}
