/** What other crons have and NCRONTAB does not. */

const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 0 1 1 *',
  '@annually': '0 0 0 1 1 *',
  '@monthly': '0 0 0 1 * *',
  '@weekly': '0 0 0 * * SUN',
  '@daily': '0 0 0 * * *',
  '@midnight': '0 0 0 * * *',
  '@hourly': '0 0 * * * *',
};
const DAY = 3;
const WEEKDAY = 5;

export interface Dialect {
  readonly problem: string;
  /** The whole schedule as NCRONTAB has it. */
  readonly ncrontab?: string | undefined;
  /** Where NCRONTAB cannot say that: what comes near. */
  readonly nearest?: string;
}

/** `@daily` and its like. */
export function readNickname(text: string): Dialect | undefined {
  if (!text.startsWith('@')) return undefined;
  return { problem: 'is a nickname that the host does not know.', ncrontab: NICKNAMES[text.toLowerCase()] };
}

/** An element of a field that Quartz or Jenkins would understand: `?`, `L`, `15W`, `MON#1`, `H`. `fields` are all six. */
export function readDialect(element: string, index: number, fields: readonly string[]): Dialect | undefined {
  const having = (changes: Readonly<Record<number, string>>) => fields.map((field, at) => changes[at] ?? field).join(' ');
  const body = element.split('/')[0] ?? '';
  const [, weekday, week] = /^(\w+)#([1-5])$/.exec(element) ?? [];
  if (body === '?') return { problem: "is not NCRONTAB, where '*' means any.", ncrontab: having({ [index]: '*' }) };
  if (index === WEEKDAY && weekday !== undefined) {
    const last = Number(week) * 7;
    const problem = 'is not NCRONTAB, where day and day-of-week have to match both.';
    return { problem, ncrontab: having({ [DAY]: `${last - 6}-${Math.min(last, 31)}`, [WEEKDAY]: weekday }) };
  }
  if (index === DAY && /^L(?:W|-\d+)?$|^\d+W$/i.test(element)) {
    const problem = 'is not NCRONTAB, which counts no days from the end of a month and no working days.';
    return { problem, nearest: having({ [DAY]: /^\d+/.exec(element)?.[0] ?? '28' }) };
  }
  const [, lastWeekday] = /^(\w+)L$/i.exec(element) ?? [];
  if (index === WEEKDAY && lastWeekday !== undefined) {
    const problem = 'is not NCRONTAB, which counts no weeks from the end of a month.';
    return { problem, nearest: having({ [DAY]: '22-28', [WEEKDAY]: lastWeekday }) };
  }
  if (/^H(?:\(.*\))?$/i.test(body)) {
    return { problem: 'is not NCRONTAB, which chooses no value by itself.' };
  }
  return undefined;
}

/** What to write in place of it; `isShown` unless the schedule is not for everybody's eyes. */
export function dialectRemedy({ ncrontab, nearest }: Dialect, isShown: boolean): string {
  if (isShown && ncrontab !== undefined) return `In NCRONTAB: '${ncrontab}'.`;
  if (isShown && nearest !== undefined) return `Nearest to it in NCRONTAB: '${nearest}'.`;
  return "Write six fields, as in '0 30 8 * * MON-FRI'.";
}
