import { LineCounter, parseDocument, visit } from 'yaml';
import type { WorkflowReading } from '../model/verdicts.ts';
import type { Workflow } from '../model/workflow.ts';
import { readConcurrency } from './read-concurrency.ts';
import { readCallInterface, readDispatchInputs } from './read-declarations.ts';
import { readDefaults } from './read-defaults.ts';
import { readJobs } from './read-jobs.ts';
import { readOn } from './read-on.ts';
import { readPermissions } from './read-permissions.ts';
import { plainText, sourceMap, template } from './read-values.ts';
import type { At, Reading } from './reading.ts';
import { invalid } from './reading.ts';
import { knownEntries, scalarOf } from './yaml-walk.ts';

const KEYS = [
  'name',
  'description',
  'run-name',
  'on',
  'permissions',
  'env',
  'defaults',
  'concurrency',
  'jobs',
];

/**
 * Reads a workflow file. Every key that GitHub has is known: what is wrong is told as GitHub does, with all
 * its places at once (WORKFLOW_INVALID), and what is right but not carried out here is never passed over
 * (WORKFLOW_UNSUPPORTED).
 */
export function readWorkflow(path: string, text: string): WorkflowReading {
  const reading = open(path, text);
  const root: At = { reading, node: reading.document.contents, path: '', line: 1, column: 1 };
  const workflow = reading.mistakes.length > 0 ? undefined : readRoot(root, path);
  if (workflow === undefined || reading.mistakes.length > 0) {
    return { kind: 'invalid', mistakes: reading.mistakes };
  }
  return { kind: 'workflow', workflow, unsupported: reading.unsupported };
}

function open(file: string, text: string): Reading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false });
  const reading: Reading = { file, document, lines, mistakes: [], unsupported: [] };
  for (const { message, pos } of document.errors) {
    const { line, col: column } = lines.linePos(pos[0]);
    invalid({ reading, node: null, path: '', line, column }, message.split(/ at line /)[0] ?? message);
  }
  if (reading.mistakes.length === 0) checkAliases(reading);
  return reading;
}

/** More than these would only serve to make a file that is small to write and endless to read. */
const ALIASES_MAX = 1000;

function checkAliases(reading: Reading): void {
  const { document, lines } = reading;
  let isFine = true;
  visit(document, {
    Alias: (_, node, path) => {
      const target = node.resolve(document);
      if (target !== undefined && !path.includes(target)) return;
      isFine = false;
      const { line, col: column } = lines.linePos(node.range?.[0] ?? 0);
      const why = target === undefined ? 'Unresolved alias' : 'The alias holds itself';
      invalid({ reading, node: null, path: '', line, column }, `${why}: ${node.source}`);
    },
  });
  try {
    if (isFine) document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (error) {
    invalid({ reading, node: null, path: '', line: 1, column: 1 }, (error as Error).message);
  }
}

function readRoot(root: At, path: string): Workflow | undefined {
  const entries = knownEntries(root, KEYS, ['on', 'jobs']);
  const [onAt, jobsAt] = [entries?.get('on')?.at, entries?.get('jobs')?.at];
  if (entries === undefined) return undefined;
  const find = (key: string): At | undefined => entries.get(key)?.at;
  const on = onAt === undefined ? undefined : readOn(onAt);
  const call = readCallInterface(on?.call);
  const dispatchInputs = readDispatchInputs(on?.dispatch);
  const runNameAt = find('run-name');
  const hasRunName = runNameAt !== undefined && String(scalarOf(runNameAt) ?? '').trim() !== '';
  const runName = hasRunName ? template(runNameAt, 'run-name') : undefined;
  const permissions = readPermissions(find('permissions'));
  const env = sourceMap(find('env'), 'workflow-env');
  const concurrency = readConcurrency(find('concurrency'), 'workflow-concurrency');
  return {
    path,
    name: plainText(find('name')) ?? path,
    ...(runName === undefined ? {} : { runName }),
    triggers: on?.triggers ?? [],
    dispatchInputs,
    ...(call === undefined ? {} : { call }),
    ...(permissions === undefined ? {} : { permissions }),
    env,
    defaults: readDefaults(find('defaults')),
    ...(concurrency === undefined ? {} : { concurrency }),
    jobs: jobsAt === undefined ? [] : readJobs(jobsAt),
  };
}
