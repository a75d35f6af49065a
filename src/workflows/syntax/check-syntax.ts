import { createHash } from 'node:crypto';
import { FeatureFlags } from '@actions/expressions';
import { validate } from '@actions/languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { actionFacts } from '../data/action-metadata.ts';
import type { OutsideFound } from '../lint-files.ts';
import { fileKind } from '../read/file-kind.ts';
import type { SourceFile } from '../read/source-file.ts';
import { CONTEXT_RULE, SYNTAX_RULE } from '../rules/outside-rules.ts';

type Config = NonNullable<Parameters<typeof validate>[1]>;
type Diagnostic = Awaited<ReturnType<typeof validate>>[number];

/** Of the language server protocol: what is no error. */
const WARNING = 2;

/** All that GitHub knows by now; a block that ends with a line break is said of by a rule, where it matters. */
const FEATURES = new FeatureFlags({ all: true, blockScalarChompingWarning: false });

/**
 * What the parser and the language service that GitHub publishes say of GitHub workflows, with the inputs of well-known
 * actions and of workflows of the same repository. With `asked`, only of these paths. Some 40 ms to load, some milliseconds for each file.
 */
export async function checkSyntax(
  sources: readonly SourceFile[],
  asked?: ReadonlySet<string>,
): Promise<readonly OutsideFound[]> {
  const config = configFor(sources);
  const found: OutsideFound[] = [];
  for (const source of sources.filter(
    ({ path }) => fileKind(path) === 'workflow' && (asked?.has(path) ?? true),
  )) {
    const document = TextDocument.create(uriOf(source), 'yaml', 1, source.text);
    for (const each of await validate(document, config)) {
      if (!isOfRemoteWorkflow(each, document)) found.push(foundOf(each, source, document));
    }
  }
  return found;
}

/** The service remembers what it has read by address, so that no two texts may have the same. */
function uriOf({ path, text }: SourceFile): string {
  const id = createHash('sha256').update(`${path}\0${text}`).digest('hex').slice(0, 16);
  return `file:///${id}/.github/workflows/${path.split('/').at(-1) ?? 'workflow.yml'}`;
}

function foundOf(
  { message, severity, range }: Diagnostic,
  { path }: SourceFile,
  document: TextDocument,
): OutsideFound {
  const rule = severity === WARNING ? CONTEXT_RULE : SYNTAX_RULE;
  const at = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
  return { file: path, rule, found: { at, message: sentence(textOf(message)) } };
}

function textOf(message: Diagnostic['message']): string {
  return typeof message === 'string' ? message : message.value;
}

function sentence(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

/** What lies in another repository cannot be looked at from here, and is nobody's mistake. */
function isOfRemoteWorkflow({ message, range }: Diagnostic, document: TextDocument): boolean {
  return (
    textOf(message).startsWith('Unable to find reusable workflow') &&
    !/^['"]?[.$]\//.test(document.getText(range))
  );
}

function configFor(sources: readonly SourceFile[]): Config {
  return {
    featureFlags: FEATURES,
    actionsMetadataProvider: {
      fetchActionMetadata: ({ owner, name, path }) =>
        Promise.resolve(
          metadataOf([owner, name, path].filter((part) => part !== undefined && part !== '').join('/')),
        ),
    },
    fileProvider: {
      getFileContent: (reference) => {
        const isRemote = 'repository' in reference;
        const path = reference.path.replace(/^\.\//, '');
        const file = isRemote ? undefined : sources.find((each) => isAt(each, path));
        return file === undefined
          ? Promise.reject(new Error(`${path} is not here`))
          : Promise.resolve({ name: path, content: file.text });
      },
    },
  };
}

function isAt(file: SourceFile, path: string): boolean {
  return file.path === path || file.path.endsWith(`/${path}`);
}

type Metadata = Awaited<ReturnType<NonNullable<Config['actionsMetadataProvider']>['fetchActionMetadata']>>;

function metadataOf(name: string): Metadata {
  const facts = actionFacts(name);
  if (facts === null) return undefined;
  const inputs = facts.inputs.map((input) => [
    input.replace(/!$/, ''),
    { description: '', required: input.endsWith('!') },
  ]);
  const outputs = facts.outputs.map((output) => [output, { description: '' }]);
  return {
    name,
    description: '',
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(outputs),
  };
}
