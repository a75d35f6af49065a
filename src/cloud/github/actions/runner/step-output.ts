import type { SecretMasker } from './secret-masker.ts';
import { parseWorkflowCommand } from './workflow-command.ts';
import type { WorkflowCommand } from './workflow-command.ts';

/** What a step says about a place in the repository, or about itself. */
export interface Annotation {
  readonly level: 'notice' | 'warning' | 'failure';
  readonly message: string;
  readonly title: string | null;
  /** From the root of the repository; null when it is about no file. */
  readonly path: string | null;
  readonly startLine: number | null;
  readonly endLine: number | null;
  readonly startColumn: number | null;
  readonly endColumn: number | null;
}

/** Where the output of a step goes. */
export interface StepOutputOptions {
  readonly masker: SecretMasker;
  /** Each line of the log, masked. */
  readonly write: (line: string) => void;
  readonly annotate: (annotation: Annotation) => void;
  /** Whether ACTIONS_STEP_DEBUG is on: `::debug::` is shown then. */
  readonly isDebug: boolean;
}

/** GitHub keeps so many of each level for a step. */
const ANNOTATIONS_MAX = 10;
const LEVELS: Readonly<Record<string, Annotation['level']>> = {
  error: 'failure',
  warning: 'warning',
  notice: 'notice',
};
/** Commands that the files GITHUB_OUTPUT, GITHUB_STATE, GITHUB_ENV and GITHUB_PATH have taken the place of. */
const REPLACED: Readonly<Record<string, string>> = {
  'set-output': 'GITHUB_OUTPUT',
  'save-state': 'GITHUB_STATE',
  'set-env': 'GITHUB_ENV',
  'add-path': 'GITHUB_PATH',
};

/**
 * What a step prints on its way to the log: workflow commands are carried out, and every secret becomes `***`. State:
 * commands count, until `::stop-commands::TOKEN`, and again from `::TOKEN::` on.
 */
export class StepOutput {
  readonly #options: StepOutputOptions;
  readonly #counts = new Map<Annotation['level'], number>();
  #resumesOn: string | null = null;
  #refusal: string | null = null;

  constructor(options: StepOutputOptions) {
    this.#options = options;
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
    if (command === null) return this.say(line);
    this.#carryOut(command);
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

  #carryOut(command: WorkflowCommand): void {
    const { name, data } = command;
    const level = LEVELS[name];
    const replacement = REPLACED[name];
    if (level !== undefined) return this.#annotate(level, command);
    if (replacement !== undefined) return this.#refuse(name, replacement);
    switch (name) {
      case 'debug':
        return this.#options.isDebug ? this.say(`##[debug]${data}`) : undefined;
      case 'group':
        return this.say(`##[group]${data}`);
      case 'endgroup':
        return this.say('##[endgroup]');
      case 'add-mask':
        this.#options.masker.add(data);
        return this.say('::add-mask::***');
      case 'stop-commands':
        this.#resumesOn = data.trim().toLowerCase();
        return;
      case 'echo':
        return;
      default:
        this.say(`##[warning]Can't find command extension for ##[${name}]`);
    }
  }

  #refuse(name: string, file: string): void {
    this.#refusal = `The \`${name}\` command is disabled. Please use the file \$${file} instead.`;
    this.error(this.#refusal);
  }

  #annotate(level: Annotation['level'], { name, properties, data }: WorkflowCommand): void {
    this.say(`##[${name}]${data}`);
    const count = this.#counts.get(level) ?? 0;
    this.#counts.set(level, count + 1);
    if (count >= ANNOTATIONS_MAX) return;
    const { masker } = this.#options;
    const text = (key: string): string | null => {
      const value = properties[key];
      return value === undefined ? null : masker.mask(value);
    };
    const place = (key: string): number | null => {
      const value = properties[key] ?? '';
      return /^\d+$/u.test(value) ? Number(value) : null;
    };
    this.#options.annotate({
      level,
      message: masker.mask(data),
      title: text('title'),
      path: text('file'),
      startLine: place('line'),
      endLine: place('endline') ?? place('endLine') ?? place('line'),
      startColumn: place('col'),
      endColumn: place('endcolumn') ?? place('endColumn') ?? place('col'),
    });
  }
}
