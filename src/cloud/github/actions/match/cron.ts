/** A field of a cron line: what it may hold, with the names some have. */
interface Field {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

/** A cron line, as the values that each field takes. */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** When both days and weekdays are restricted, one of them is enough (POSIX crontab). */
  readonly eitherDay: boolean;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Field[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: WEEKDAYS },
];
const MINUTE_MS = 60_000;
/** Hours to look at before giving up: two February 29ths are at most 8 years apart. */
const HOURS_MAX = 9 * 366 * 24;

/** Reads the five fields of POSIX cron, no `@daily`. Undefined when it is none. */
export function readCron(text: string): Cron | undefined {
  const parts = text.trim().split(/ +/);
  if (parts.length !== FIELDS.length) return undefined;
  const [minutes, hours, days, months, weekdays] = parts.map((part, at) =>
    fieldValues(part, FIELDS[at] as Field),
  );
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  const eitherDay = !parts[2]?.startsWith('*') && !parts[4]?.startsWith('*');
  return { minutes, hours, days, months, weekdays, eitherDay };
}

/** Whether there is such a time zone: an IANA name. */
export function isTimezone(name: string): boolean {
  try {
    return name !== '' && Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/**
 * The next time after `afterMs` (milliseconds since 1970) at which a cron line is due, by the clock of its time zone;
 * undefined when it never is (February 30th). A time that is skipped when clocks go forward is not due on that day.
 */
export function nextCronTime(cron: Cron, timezone: string, afterMs: number): number | undefined {
  const clock = clockOf(timezone);
  let time = (Math.floor(afterMs / MINUTE_MS) + 1) * MINUTE_MS;
  for (let hours = 0; hours < HOURS_MAX; hours++) {
    const local = clock(time);
    if (isDay(cron, local) && cron.hours.has(local.hour)) {
      for (let minute = local.minute; minute < 60; minute++) {
        if (cron.minutes.has(minute)) return time + (minute - local.minute) * MINUTE_MS;
      }
    }
    time += (60 - local.minute) * MINUTE_MS;
  }
  return undefined;
}

interface LocalTime {
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

function isDay(cron: Cron, { month, day, weekday }: LocalTime): boolean {
  if (!cron.months.has(month)) return false;
  const [byDay, byWeekday] = [cron.days.has(day), cron.weekdays.has(weekday)];
  return cron.eitherDay ? byDay || byWeekday : byDay && byWeekday;
}

function clockOf(timeZone: string): (time: number) => LocalTime {
  if (timeZone === 'UTC') return utcTime;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    month: 'numeric',
    day: 'numeric',
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (time) => {
    const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
    return {
      month: Number(parts['month']),
      day: Number(parts['day']),
      weekday: WEEKDAYS.indexOf((parts['weekday'] ?? '').toLowerCase()),
      hour: Number(parts['hour']),
      minute: Number(parts['minute']),
    };
  };
}

function utcTime(time: number): LocalTime {
  const date = new Date(time);
  return {
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  };
}

function fieldValues(part: string, field: Field): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  for (const item of part.split(',')) {
    const [range = '', step, ...rest] = item.split('/');
    const [low, high] = rangeOf(range, step !== undefined, field);
    const by = step === undefined ? 1 : wholeNumber(step);
    if (rest.length > 0 || !isWithin(low, field) || !isWithin(high, field) || low > high || !(by > 0)) {
      return undefined;
    }
    for (let value = low; value <= high; value += by) values.add(value);
  }
  return values;
}

/** `*`, `5`, `1-5`, `mon-fri`; `5/10` goes on to the end. */
function rangeOf(range: string, hasStep: boolean, field: Field): [number, number] {
  if (range === '*') return [field.min, field.max];
  const [from = '', to, ...rest] = range.split('-');
  if (rest.length > 0) return [Number.NaN, Number.NaN];
  const low = valueOf(from, field);
  const last = hasStep ? field.max : low;
  return [low, to === undefined ? last : valueOf(to, field)];
}

function valueOf(text: string, field: Field): number {
  const named = field.names.indexOf(text.toLowerCase());
  return named === -1 ? wholeNumber(text) : named + field.min;
}

function wholeNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function isWithin(value: number, { min, max }: Field): boolean {
  return value >= min && value <= max;
}
