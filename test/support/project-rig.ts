import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inject } from 'vitest';
import { recordingEnvironment } from './recorded-fly.ts';

/** Also on a machine that is busy with other tests. */
const PRINTED_WITHIN_MS = 100_000;

/** Whoever runs the tests may sign commits, or have hooks: the tests' own commits are none of theirs. */
const WITHOUT_GIT_SETTINGS = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
/** What was killed may write for a moment yet. */
const REMOVE_TRIES = 20;

/** How a command ended. */
export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way. */
export interface RunningCli {
  readonly child: ChildProcess;
  readonly result: Promise<CliResult>;
  /** Everything printed so far, both streams. */
  text(): string;
  /** Resolves once the text has appeared; rejects when the command ends without it. */
  printed(pattern: RegExp): Promise<void>;
}

/** A project in a temporary git repository, and the packed CLI to work on it. */
export interface ProjectRig extends AsyncDisposable {
  readonly dir: string;
  write(file: string, content: string): void;
  /** Commits everything; returns the sha. */
  commit(message: string): Promise<string>;
  git(...args: string[]): Promise<string>;
  run(...args: string[]): Promise<CliResult>;
  runWith(env: Record<string, string>, ...args: string[]): Promise<CliResult>;
  start(...args: string[]): RunningCli;
  /** Runs a shell script in the project, with the CLI as `$CLI` for `node`. */
  shell(script: string): Promise<CliResult>;
  /** Runs with `--json`; throws unless it prints one document. */
  json<T>(...args: string[]): Promise<T>;
  /** Starts the local cloud on free ports. */
  cloudUp(...args: string[]): Promise<void>;
}

/** Makes an empty repository with the given files as its first commit. Everything is ended and removed on disposal. */
export async function projectRig(files: Readonly<Record<string, string>>): Promise<ProjectRig> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'glidepath-e2e-')));
  const started = new Set<ChildProcess>();
  const start = (env: Record<string, string>, args: readonly string[]): RunningCli => {
    const child = spawn(process.execPath, [inject('cli'), ...args], {
      cwd: dir,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '',
        // The key of this machine's cache is made there.
        XDG_STATE_HOME: join(dir, '.git', 'state'),
        NO_COLOR: '1',
        // What a killed cloud leaves is there for its successor, also on a machine that takes its time to start one.
        GLIDEPATH_CLOUD_LINGER_MS: '600000',
        ...recordingEnvironment(),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.add(child);
    return watch(child, started);
  };
  const rig: ProjectRig = {
    dir,
    write(file, content) {
      mkdirSync(dirname(join(dir, file)), { recursive: true });
      writeFileSync(join(dir, file), content);
    },
    git: (...args) =>
      collect('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], dir),
    async commit(message) {
      await rig.git('add', '--all');
      await rig.git('commit', '--quiet', '--allow-empty', '--message', message);
      return (await rig.git('rev-parse', 'HEAD')).trim();
    },
    run: (...args) => start({}, args).result,
    runWith: (env, ...args) => start(env, args).result,
    start: (...args) => start({}, args),
    shell(script) {
      const child = spawn('/bin/sh', ['-c', script], {
        cwd: dir,
        env: {
          PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
          CLI: inject('cli'),
          NO_COLOR: '1',
          ...recordingEnvironment(),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      started.add(child);
      return watch(child, started).result;
    },
    async json<T>(...args: string[]) {
      const { stdout, stderr } = await start({}, [...args, '--json']).result;
      try {
        return JSON.parse(stdout) as T;
      } catch (error) {
        throw new Error(`no JSON from ${args.join(' ')}:\n${stdout}\n${stderr}`, { cause: error });
      }
    },
    async cloudUp(...args) {
      const { code, stdout, stderr } = await start({}, [
        'cloud',
        'up',
        '--port',
        '0',
        '--edge-port',
        '0',
        // As on a machine without a container engine, unless a test is about one.
        ...(args.includes('--machines') ? [] : ['--machines', 'process']),
        ...args,
      ]).result;
      if (code !== 0) throw new Error(`cloud up exited with ${code}\n${stdout}${stderr}`);
    },
    async [Symbol.asyncDispose]() {
      for (const child of started) child.kill('SIGKILL');
      // Most projects never had a cloud.
      if (existsSync(join(dir, '.glidepath/cloud'))) await start({}, ['cloud', 'down', '--force']).result;
      rmSync(dir, { recursive: true, force: true, maxRetries: REMOVE_TRIES });
    },
  };
  for (const [file, content] of Object.entries(files)) rig.write(file, content);
  await rig.git('init', '--quiet', '--initial-branch=main');
  await rig.commit('First');
  return rig;
}

function watch(child: ChildProcess, started: Set<ChildProcess>): RunningCli {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  let hasEnded = false;
  const result = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      hasEnded = true;
      started.delete(child);
      resolve({ code, signal, stdout, stderr });
    });
  });
  const text = (): string => stdout + stderr;
  return {
    child,
    result,
    text,
    async printed(pattern) {
      const givenUpAt = Date.now() + PRINTED_WITHIN_MS;
      while (!pattern.test(text())) {
        if (Date.now() > givenUpAt) throw new Error(`never printed ${String(pattern)}:\n${text()}`);
        if (hasEnded) throw new Error(`ended without printing ${String(pattern)}:\n${text()}`);
        await delay(20);
      }
    },
  };
}

function collect(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...WITHOUT_GIT_SETTINGS };
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${command} ${args.join(' ')}: ${text}`)),
    );
  });
}
