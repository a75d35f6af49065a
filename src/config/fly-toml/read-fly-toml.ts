import type { Diagnostic, SourceLocation } from '../../diagnostics/diagnostic.ts';
import { pathText, type ConfigPath } from '../config-path.ts';
import type { Mistake } from '../mistake.ts';
import { checkTomlShape } from './check-toml-shape.ts';
import { checkTomlSettings } from './check-toml-settings.ts';
import type { FlyTomlReading } from './fly-toml-reading.ts';
import { foldServices } from './fold-services.ts';
import { keptKeys } from './kept-keys.ts';
import { createTomlLocator } from './locate-toml.ts';
import { parseToml, type TomlTable } from './parse-toml.ts';
import { readMachine } from './read-machine.ts';
import { readProcesses } from './read-processes.ts';
import { readRelease } from './read-release.ts';
import { readService } from './read-service.ts';
import { sourceOf } from './source-of.ts';
import { take, type TomlDraft } from './toml-draft.ts';
import { tomlMistake } from './toml-problem.ts';

/** Which file it is: `path` from the project, `shown` as people see it. */
export interface FlyTomlFile {
  readonly path: string;
  readonly shown: string;
}

/** Reads a fly.toml. Pure; never fails: what is wrong is in the diagnostics. */
export function readFlyToml(text: string, file: FlyTomlFile): FlyTomlReading {
  const parsed = parseToml(text);
  if ('message' in parsed) {
    const { message, line, column } = parsed;
    return unreadable(file, message, { file: file.shown, line, column });
  }
  const shaped = checkTomlShape(parsed.table);
  const draft: TomlDraft = {
    rest: shaped.table,
    settings: [],
    mistakes: [...parsed.unrepresentable.map(unrepresentable), ...shaped.mistakes],
  };
  const servicePath = readInto(draft, file.path);
  const { settings, mistakes } = checkTomlSettings(draft);
  const kept = keptKeys(
    draft.rest,
    draft.mistakes.map((mistake) => mistake.path),
  );
  const locator = createTomlLocator(text);
  const place = (path: ConfigPath): SourceLocation => ({
    file: file.shown,
    ...locator.locate(asWritten(path, servicePath)),
  });
  return {
    path: file.path,
    settings,
    extra: kept.extra,
    kept: kept.paths.map((path) => pathText(asWritten(path, servicePath))),
    diagnostics: [...draft.mistakes, ...mistakes, ...kept.mistakes]
      .map((mistake) => toDiagnostic(mistake, asWritten(mistake.path, servicePath), place(mistake.path)))
      .sort((a, b) => (a.location?.line ?? 0) - (b.location?.line ?? 0)),
    locate: (setting) => place(sourceOf(draft, setting)),
  };
}

/** Takes everything that can be honoured out of the draft. Returns where the service stands, if in the old form. */
function readInto(draft: TomlDraft, path: string): ConfigPath | null {
  readProcesses(draft);
  const servicePath = foldServices(draft);
  readRelease(draft, path);
  readService(draft);
  readMachine(draft);
  readEnv(draft);
  return servicePath;
}

/** Glidepath gives every app that listens its PORT. */
function readEnv(draft: TomlDraft): void {
  const env = (take(draft.rest, 'env') as TomlTable | undefined) ?? {};
  const port = draft.settings.find(({ path }) => path[0] === 'port')?.value;
  for (const [name, value] of Object.entries(env)) {
    if (name === 'PORT' && value === String(port)) continue;
    draft.settings.push({ path: ['env', name], value, from: ['env', name] });
  }
}

/** Messages speak of `http_service`; in a document in the old form that is one of the services. */
function asWritten(path: ConfigPath, servicePath: ConfigPath | null): ConfigPath {
  if (servicePath === null || path[0] !== 'http_service') return path;
  const [first, ...rest] = path.slice(1);
  const inService = first === 'checks' ? ['http_checks', ...rest] : path.slice(1);
  return [...servicePath, ...inService];
}

function unrepresentable(path: ConfigPath): Mistake {
  const says = 'has a value that a fly.toml cannot have';
  return tomlMistake('CONFIG_INVALID_VALUE', path, says, 'Write a number that is finite and below 2^53.');
}

/** `written` is the path in the document, for a message that begins with the one it was read by. */
function toDiagnostic(mistake: Mistake, written: ConfigPath, location: SourceLocation): Diagnostic {
  const [read, shown] = [pathText(mistake.path), pathText(written)];
  const { message } = mistake;
  return {
    severity: mistake.severity ?? 'error',
    code: mistake.code,
    message: message.startsWith(read) ? `${shown}${message.slice(read.length)}` : message,
    ...(mistake.hint === undefined ? {} : { hint: mistake.hint }),
    path: shown,
    location,
  };
}

function unreadable(file: FlyTomlFile, problem: string, location: SourceLocation): FlyTomlReading {
  return {
    path: file.path,
    settings: {},
    extra: {},
    kept: [],
    diagnostics: [
      {
        severity: 'error',
        code: 'CONFIG_TOML_SYNTAX',
        message: `${file.shown} is not TOML: ${problem}.`,
        hint: 'Correct the line.',
        location,
      },
    ],
    locate: () => ({ file: file.shown }),
  };
}
