/** Runs a shell command to its end; the process group is ended when the signal aborts. */
export type RunCommand = (options: {
  command: string;
  cwd: string;
  env: Readonly<Record<string, string>>;
  timeoutMs: number;
  signal: AbortSignal;
  onLine: (line: string) => void;
}) => Promise<{ exitCode: number | null; timedOut: boolean }>;
