const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** How much a line matters; `LOG_LEVEL` names the least that is printed. */
export type LogLevel = (typeof LEVELS)[number];

/** Prints one line of JSON with the time, the level, the service and the fields. */
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** The log of one service: JSON lines on standard output, which is what platforms collect. */
export function jsonLog(service: string, leastLevel = process.env['LOG_LEVEL'] ?? 'info'): Log {
  const least = LEVELS.findIndex((level) => level === leastLevel);
  return (level, message, fields = {}) => {
    if (LEVELS.indexOf(level) < least) return;
    const line = { at: new Date().toISOString(), level, service, message, ...fields };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
}
