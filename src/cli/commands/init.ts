import type { InitResult } from '../project/init-result.ts';
import { existsSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { defaultName, initConfig } from '../../emit/init/init-config.ts';
import { slugOf, type Repository } from '../../emit/init/repository.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { writeJson } from '../output.ts';
import { processPrompt, withPrompt } from '../prompt.ts';
import { readRepository } from '../project/read-repository.ts';
import { initDocument, renderInit } from '../views/project/init.ts';

/** What may be said with the command instead of being asked. */
export interface InitOptions {
  readonly name: string | null;
  /** Asks nothing. */
  readonly isYes: boolean;
  /** Writes over a config that is there. */
  readonly isForce: boolean;
  /** Prints what it would write, and writes nothing. */
  readonly isDryRun: boolean;
}

/** `glidepath init`: looks at the repository, asks little, and writes a config that loads. */
export async function init(context: CommandContext, options: InitOptions): Promise<ExitCode> {
  const file = resolve(context.cwd, context.projectFile ?? 'glidepath.config.ts');
  requireName(options.name);
  if (!options.isDryRun && !options.isForce && existsSync(file)) {
    throw new ToolError('CONFIG_EXISTS', `There is a ${basename(file)} already.`, {
      hint: 'See what would be written: glidepath init --dry-run, or overwrite it: glidepath init --force',
    });
  }
  const repository = await readRepository(dirname(file));
  const config = initConfig(repository, await answersOf(context, repository, options));
  if (options.isDryRun) {
    show(context, { config, file, isWritten: false, diagnostics: [] });
    return EXIT.ok;
  }
  writeFileSync(file, config.text);
  const { diagnostics, mistake } = await check(file);
  show(context, { config, file, isWritten: true, diagnostics });
  if (mistake === null) return EXIT.ok;
  // With --json the document above is the only one.
  if (context.output.json) return EXIT.usage;
  throw mistake;
}

function requireName(name: string | null): void {
  if (name === null || slugOf(name) === name) return;
  throw new ToolError('CLI_USAGE', `"${name}" cannot be the name of a project.`, {
    hint: `Use lowercase letters, digits and hyphens, starting with a letter: --name ${slugOf(name) ?? 'shop'}`,
  });
}

/** Asks for what no file can say, where somebody is there to answer. */
async function answersOf(
  context: CommandContext,
  repository: Repository,
  options: InitOptions,
): Promise<{ name?: string; org?: string }> {
  const given = options.name === null ? {} : { name: options.name };
  const streams = options.isYes || options.isDryRun || context.output.json ? null : processPrompt();
  if (streams === null) return given;
  return withPrompt(streams, async (ask) => {
    const offered = options.name ?? defaultName(repository);
    const asked = options.name ?? (await ask('Name of the project?', offered));
    const name = slugOf(asked) ?? offered;
    const org = slugOf(await ask('Fly organization?', 'personal')) ?? 'personal';
    return { name, org };
  });
}

/** Loads what was written. Mistakes can only be in the fly.toml files that it names. */
async function check(
  file: string,
): Promise<{ readonly diagnostics: readonly Diagnostic[]; readonly mistake: ToolError | null }> {
  const { loadProject } = await import('../../config/load-project.ts');
  try {
    const { diagnostics } = await loadProject({ cwd: dirname(file), file });
    return { diagnostics, mistake: null };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { diagnostics: error.diagnostics, mistake: error };
  }
}

function show({ output }: CommandContext, result: InitResult): void {
  if (output.json) writeJson(output, initDocument(result));
  else output.write(renderInit(result, output.color));
}
