import { runProcess } from '../../util/run-process.ts';
import type { ToolVersionsOptions } from './tool-versions-options.ts';

/** How tools are asked that are known to answer, and to do nothing else. Any other is known by its file. */
const QUESTIONS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    (
      'node npm npx pnpm pnpx yarn corepack bun bunx deno mix elixir iex rebar3 cargo rustc rustfmt python python3 pip pip3 ' +
      'pipx poetry uv uvx ruby bundle rake gem java javac mvn gradle gcc g++ cc clang make cmake ninja docker podman buildah ' +
      'git curl jq tar psql pg_dump createdb php composer dotnet swift shellcheck hadolint actionlint turbo nx tsc eslint prettier'
    )
      .split(' ')
      .map((name) => [name, ['--version']] as const),
  ),
  go: ['version'],
  erl: ['-noshell', '-eval', 'io:put_chars(erlang:system_info(otp_release)), halt().'],
  terraform: ['version'],
  openssl: ['version'],
};

/** A tool that does not answer within this time is known by its file. */
const ANSWER_MS = 20_000;

/** Further down tools write about other things, such as where they are installed. */
const LINES = 4;

/** The version that a tool says it has; null for one that is not asked, or says nothing of the kind. */
export async function readOwnVersion(
  { spawn, clock, env, root }: ToolVersionsOptions,
  name: string,
  path: string,
  signal: AbortSignal,
): Promise<string | null> {
  const args = Object.hasOwn(QUESTIONS, name) ? QUESTIONS[name] : undefined;
  if (args === undefined) return null;
  const lines: string[] = [];
  try {
    const { exitCode } = await runProcess(spawn, clock, {
      program: path,
      args,
      cwd: root,
      env,
      signal,
      timeoutMs: ANSWER_MS,
      onLine: (line) => lines.push(line),
    });
    return exitCode === 0 ? versionIn(lines) : null;
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}

/** Every number of a version in the first lines: mix names that of Erlang before its own. Null where there is none. */
export function versionIn(lines: readonly string[]): string | null {
  const first = lines.filter((line) => line.trim() !== '').slice(0, LINES);
  const found = first.flatMap(
    (line) => line.match(/Erlang\/OTP \d+|(?<![\d.])\d+(\.\d+)+[\w.+-]*|(?<=^v?)\d+$/g) ?? [],
  );
  return found.length === 0 ? null : [...new Set(found)].join(' ');
}
