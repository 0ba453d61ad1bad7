// Times as people say them, through Intl: 14:02 today, Tuesday this week, 28 March earlier.

import type { Locale } from '../../core/i18n/i18n.ts';

export type TimeGroup = 'today' | 'week' | 'earlier';

/** Day before month and 24 hours, as look.md writes them. */
const intlLocale = (locale: Locale): string => (locale === 'en' ? 'en-GB' : locale);

const startOfDay = (time: number): number => new Date(time).setHours(0, 0, 0, 0);

/** Whole local days from `time` to `now`; a clock ahead of ours counts as today. */
function daysAgo(time: number, now: number): number {
  return Math.max(0, Math.round((startOfDay(now) - startOfDay(time)) / 86_400_000));
}

export function timeGroup(time: number, now: number): TimeGroup {
  const days = daysAgo(time, now);
  return days === 0 ? 'today' : days < 7 ? 'week' : 'earlier';
}

export const clockTime = (time: number, locale: Locale): string =>
  new Intl.DateTimeFormat(intlLocale(locale), {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(time);

/** Short, for the end of a row; the group's heading says the rest. */
export function listTime(time: number, now: number, locale: Locale): string {
  const group = timeGroup(time, now);
  if (group === 'today') return clockTime(time, locale);
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  const options: Intl.DateTimeFormatOptions =
    group === 'week'
      ? { weekday: 'long' }
      : { day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) };
  return new Intl.DateTimeFormat(intlLocale(locale), options).format(time);
}

export const formatCount = (count: number, locale: Locale): string =>
  new Intl.NumberFormat(intlLocale(locale)).format(count);

/** Whole megabytes, for limits: 10 MB. */
export const formatMegabytes = (bytes: number, locale: Locale): string =>
  new Intl.NumberFormat(intlLocale(locale), {
    style: 'unit',
    unit: 'megabyte',
    maximumFractionDigits: 1,
  }).format(bytes / (1024 * 1024));
