import type { Annotation } from './annotation.ts';
import { MatcherFileError } from './problem-matchers.ts';
import type { ProblemMatchers } from './problem-matchers.ts';
import type { SecretMasker } from './secret-masker.ts';
import { parseWorkflowCommand } from './workflow-command.ts';
import type { WorkflowCommand } from './workflow-command.ts';

/** Where the output of a step goes. */
export interface StepOutputOptions {
  readonly masker: SecretMasker;
  /** Each line of the log, masked. */
  readonly write: (line: string) => void;
  readonly annotate: (annotation: Annotation) => void;
  /** Whether ACTIONS_STEP_DEBUG is on: `::debug::` is shown then. */
  readonly isDebug: boolean;
  readonly matchers: ProblemMatchers;
}

/** GitHub keeps so many of each level for a step. */
const ANNOTATIONS_MAX = 10;
const LEVELS: Readonly<Record<string, Annotation['level']>> = {
  error: 'failure',
  warning: 'warning',
  notice: 'notice',
};
const WORDS: Readonly<Record<Annotation['level'], string>> = {
  failure: 'error',
  warning: 'warning',
  notice: 'notice',
};

/** What steps hand on by commands instead of by the files GITHUB_OUTPUT and so on. */
export interface CommandWrites {
  readonly outputs: Map<string, string>;
  readonly state: Map<string, string>;
}

/** GitHub still carries them out, and warns; it postponed their end in 2023 (actions/runner ActionCommandManager). */
const DEPRECATED: Readonly<Record<string, keyof CommandWrites>> = {
  'set-output': 'outputs',
  'save-state': 'state',
};
/** Switched off since 2020, unless ACTIONS_ALLOW_UNSECURE_COMMANDS is true. */
const DISABLED: Readonly<Record<string, string>> = { 'set-env': 'GITHUB_ENV', 'add-path': 'GITHUB_PATH' };

/**
 * What a step prints on its way to the log: workflow commands are carried out, and every secret becomes `***`. State:
 * commands count, until `::stop-commands::TOKEN`, and again from `::TOKEN::` on.
 */
export class StepOutput {
  readonly #options: StepOutputOptions;
  readonly #counts = new Map<Annotation['level'], number>();
  readonly #writes: CommandWrites = { outputs: new Map(), state: new Map() };
  #resumesOn: string | null = null;
  #refusal: string | null = null;

  constructor(options: StepOutputOptions) {
    this.#options = options;
    options.matchers.begin();
  }

  /** What commands have set since it was last asked for. */
  takeWrites(kind: keyof CommandWrites): ReadonlyMap<string, string> {
    const taken = new Map(this.#writes[kind]);
    this.#writes[kind].clear();
    return taken;
  }

  /** Why the step fails whatever its exit code is: it used a command that GitHub has switched off. */
  get refusal(): string | null {
    return this.#refusal;
  }

  /** A line that the step printed. */
  print(line: string): void {
    const command = parseWorkflowCommand(line);
    if (this.#resumesOn !== null) {
      if (command?.name !== this.#resumesOn) return this.say(line);
      this.#resumesOn = null;
      return;
    }
    if (command === null || !this.#carryOut(command)) this.#show(line);
  }

  /** A line of the runner's own. */
  say(line: string): void {
    const { masker, write } = this.#options;
    for (const part of masker.mask(line).split('\n')) write(part);
  }

  /** An error of the runner's own about this step. */
  error(message: string): void {
    this.#annotate('failure', { name: 'error', properties: {}, data: message });
  }

  /** A warning of the runner's own about this step. */
  warning(message: string): void {
    this.#annotate('warning', { name: 'warning', properties: {}, data: message });
  }

  /** A line that is no command: a problem matcher may know it. */
  #show(line: string): void {
    const { matchers } = this.#options;
    const found = matchers.match(line);
    for (const owner of matchers.takeRemoved())
      this.warning(
        `The problem matcher ${owner} was removed: three times it took longer than 1 s for a line`,
      );
    if (found === null) return this.say(line);
    this.say(`##[${WORDS[found.level]}]${line}`);
    this.#keep(found);
  }

  /** Whether it is a command at all: what GitHub does not know is a line like any other. */
  #carryOut(command: WorkflowCommand): boolean {
    const { name, data } = command;
    const level = LEVELS[name];
    if (level !== undefined) this.#annotate(level, command);
    else if (DEPRECATED[name] !== undefined) this.#setOld(command, DEPRECATED[name]);
    else if (DISABLED[name] !== undefined) this.#refuse(name, DISABLED[name]);
    else if (name === 'debug') {
      if (this.#options.isDebug) this.say(`##[debug]${data}`);
    } else if (name === 'group' || name === 'endgroup') this.say(`##[${name}]${data}`);
    else if (name === 'add-mask') this.#mask(data);
    else if (name === 'stop-commands') this.#resumesOn = data.trim().toLowerCase();
    else if (name === 'add-matcher' || name === 'remove-matcher') this.#changeMatchers(command);
    else return name === 'echo';
    return true;
  }

  #mask(value: string): void {
    if (value.trim() === '')
      return this.warning("Can't add secret mask for empty string in ##[add-mask] command.");
    this.#options.masker.add(value);
    this.say('::add-mask::***');
  }

  #setOld({ name, properties, data }: WorkflowCommand, kind: keyof CommandWrites): void {
    this.warning(
      `The \`${name}\` command is deprecated and will be disabled soon. Please upgrade to using Environment Files.`,
    );
    const key = properties['name'] ?? '';
    if (key === '') this.#fail(`Required field 'name' is missing in ##[${name}] command.`);
    else this.#writes[kind].set(key, data);
  }

  #changeMatchers({ name, properties, data }: WorkflowCommand): void {
    const { matchers } = this.#options;
    const owner = properties['owner'] ?? '';
    try {
      if (name === 'add-matcher') {
        if (data === '') this.warning('File path must be specified.');
        else matchers.add(data);
      } else if ((owner === '') === (data === ''))
        this.warning('Either an owner name or a file path must be specified in ##[remove-matcher] command.');
      else matchers.remove(owner === '' ? { file: data } : { owner });
    } catch (error) {
      if (!(error instanceof MatcherFileError)) throw error;
      this.#fail(`Unable to process command '::${name}::${data}' successfully. ${error.message}`);
    }
  }

  #fail(why: string): void {
    this.#refusal = why;
    this.error(why);
  }

  #refuse(name: string, file: string): void {
    this.#fail(`The \`${name}\` command is disabled. Please use the file \$${file} instead.`);
  }

  #annotate(level: Annotation['level'], { name, properties, data }: WorkflowCommand): void {
    this.say(`##[${name}]${data}`);
    const text = (key: string): string | null => properties[key] ?? null;
    const place = (key: string): number | null => {
      const value = properties[key] ?? '';
      return /^\d+$/u.test(value) ? Number(value) : null;
    };
    this.#keep({
      level,
      message: data,
      title: text('title'),
      path: text('file'),
      startLine: place('line'),
      endLine: place('endline') ?? place('endLine') ?? place('line'),
      startColumn: place('col'),
      endColumn: place('endcolumn') ?? place('endColumn') ?? place('col'),
    });
  }

  #keep(annotation: Annotation): void {
    const count = this.#counts.get(annotation.level) ?? 0;
    this.#counts.set(annotation.level, count + 1);
    if (count >= ANNOTATIONS_MAX) return;
    const { masker, annotate } = this.#options;
    const mask = (text: string | null): string | null => (text === null ? null : masker.mask(text));
    const { message, title, path } = annotation;
    annotate({ ...annotation, message: masker.mask(message), title: mask(title), path: mask(path) });
  }
}
