import type { CodeGroup } from './code-entry.ts';

export const SCHEDULE_CODES: CodeGroup = {
  title: 'Schedules',
  introduction:
    'What is wrong with a schedule, told by validating a timer trigger and by `hexdag schedule next`. Some of it the Functions host would accept, and take for something that nobody means.',
  codes: {
    cron_dialect: {
      title: "Another cron's notation",
      why: 'The Functions host reads NCRONTAB, which has no nicknames, no ?, L, W, # and no H.',
      remedy: 'Write the schedule that the message shows.',
      example: '@daily',
    },
    cron_fields: {
      title: 'Too few or too many fields',
      why: 'NCRONTAB has six fields: second, minute, hour, day, month, day of the week.',
      remedy: 'Write six; of five, the second is 0.',
      example: '* * * *',
    },
    cron_name: {
      title: 'A name that is none',
      why: 'Only months and days of the week have names, in English, and a short one must be clear.',
      remedy: 'Write three letters, as in MON or JAN, or the number.',
      example: '0 0 8 * * MO-FRE',
    },
    cron_never_fires: {
      title: 'A schedule without a time',
      why: 'No month that it names has the day that it names.',
      remedy: 'Choose a day that the month has.',
      example: '0 0 0 31 2 *',
    },
    cron_range: {
      title: 'A number out of range',
      why: 'The field has no such value.',
      remedy: 'Write a number within the range that the message names; Sunday is 0.',
      example: '60 * * * * *',
    },
    cron_range_reversed: {
      title: 'A range that runs backwards',
      why: 'The host would swap its ends: 22-2 would be 2 to 22, not the night.',
      remedy: 'Write two ranges: 22-23,0-2.',
      example: '0 0 22-2 * * *',
    },
    cron_step: {
      title: 'A step that is none',
      why: 'The host takes a step of 0 for 1, so that */0 would be every second.',
      remedy: 'Write a whole number above 0.',
      example: '*/0 * * * * *',
    },
    cron_syntax: {
      title: 'A schedule that cannot be read',
      why: 'A field is * or a list of values, ranges and steps; spaces separate fields.',
      remedy: 'Correct it at the place that the message names.',
      example: '0 0 1,,2 * * *',
    },
    occurrence_unknown: {
      title: 'No occurrence at that time',
      why: 'The schedule does not fire then, or has yet to.',
      remedy: 'Send a time at which it fired, as `hexdag schedule next` with --from and --time-zone lists them.',
    },
    occurrence_unwanted: {
      title: 'An occurrence that the trigger does not want',
      why: "Its 'when' is not true of it.",
      remedy: 'Ask for a run for now, without scheduledTime.',
    },
    run_overlap: {
      title: "The trigger's last run has not ended",
      why: "Its 'overlap' is skip or queue: no run begins before the last one has ended.",
      remedy: 'Wait for the run that the answer names, or cancel it.',
    },
    schedule_silent: {
      title: 'A schedule that has gone silent',
      why: 'Two of its occurrences are over, or the time in silent_after is, and nobody could start their runs. It is in the log, and /api/health/ready is degraded by it.',
      remedy:
        "Look at the log of the trigger's function and of the sweep: a store that refuses, a function that the host does not call.",
    },
    schedule_time_skipped: {
      title: 'A time that the clocks skip',
      why: 'Where clocks are put forward, an hour of that day does not exist; the schedule fires as much later as was skipped.',
      remedy: 'Choose another time, or leave it if that does no harm.',
      example: '0 30 2 * * *',
    },
    schedule_too_long: {
      title: 'A schedule above the limit',
      why: 'Nobody reads a schedule of that length.',
      remedy: 'Write ranges and steps in place of long lists.',
    },
    setting_undefined: {
      title: 'A setting that is not defined',
      why: 'The schedule, or a part of it, is its value.',
      remedy: 'Define it, or write the schedule into the document.',
      example: "schedule: '%REPORT_SCHEDULE%'",
    },
    time_zone_unknown: {
      title: 'No such time zone',
      why: 'Abbreviations have several meanings, and offsets know no summer time.',
      remedy: 'Write a name of the IANA database, such as Europe/Berlin.',
      example: 'time_zone: PST',
    },
    trigger_not_timer: {
      title: 'A trigger that is no timer',
      why: 'Events start its runs, and nobody can make one up.',
      remedy: 'Send the event, or start the pipeline itself.',
    },
    trigger_unknown: {
      title: 'No trigger of that name',
      why: 'It does not exist, or was refused itself.',
      remedy: 'Correct the name, and look at /api/health.',
    },
    timespan_invalid: {
      title: 'No interval',
      why: 'It is zero or negative, has more than 23 hours, 59 minutes or 59 seconds, or (in a trigger) parts of a second.',
      remedy: 'Write hh:mm:ss or d.hh:mm:ss.',
      example: '00:00:00',
    },
    timespan_suspect: {
      title: 'An interval of days that looks like one of hours',
      why: 'The host reads 24:00:00 as 24 days, and 5 as five days.',
      remedy: 'Write d.hh:mm:ss: 1.00:00:00 is a day.',
      example: '24:00:00',
    },
  },
};
