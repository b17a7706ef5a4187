import type { CodeGroup } from './code-entry.ts';

export const OPERATION_CODES: CodeGroup = {
  title: 'Stores, HTTP API, settings and commands',
  introduction: 'What the app, its API and the command line tell about themselves.',
  codes: {
    answer_timeout: { title: 'An answer that took too long', why: 'The stores did not answer in time.', remedy: 'Ask again.' },
    app_refused: {
      title: 'The app refused',
      why: 'It answered with a status that tells nothing more.',
      remedy: "Look at the app's log.",
    },
    app_unreachable: {
      title: 'No app answers',
      why: 'It is not started, or lies elsewhere.',
      remedy: 'Run hexdag start, or give --url.',
    },
    argument_missing: { title: 'An argument is missing', why: 'The command needs it.', remedy: 'See --help.' },
    argument_unexpected: { title: 'An argument too many', why: 'The command does not take it.', remedy: 'See --help.' },
    artifact_conflict: {
      title: 'Two contents for one artifact',
      why: 'An artifact is written once.',
      remedy: 'Write it under another name.',
    },
    callback_gone: {
      title: 'A callback that is never to come again',
      why: 'The receiver answered 410.',
      remedy: 'Correct CALLBACK_URL, or what answers there; then redrive what was given up.',
    },
    command_unknown: { title: 'No such command', why: 'It does not exist.', remedy: 'Correct it as the message suggests.' },
    artifact_not_found: {
      title: 'No such artifact',
      why: "The run's records name none of this name; files of a run that it started are had from that one.",
      remedy: 'Copy the name from the list of artifacts.',
    },
    artifact_too_large: {
      title: 'An artifact too large for an answer',
      why: 'The host would hold it in memory as a whole.',
      remedy: 'Ask for the same with `?link=true`: the answer is an address that opens it for five minutes.',
    },
    check_timeout: {
      title: 'A dependency that does not answer in time',
      why: 'Readiness gives each two seconds.',
      remedy: 'Look whether the service is up and reachable.',
    },
    confirmation_missing: {
      title: 'Nobody can be asked',
      why: 'The command changes much, and its input is no terminal.',
      remedy: 'Look with --dry-run, then say --yes.',
    },
    config_conflict: {
      title: 'Two settings that do not go together',
      why: 'Only one of them can be meant, or one makes the other unsafe.',
      remedy: 'Remove or change one, as the message says.',
    },
    config_emulator_in_production: {
      title: 'An emulator in production',
      why: 'Its keys are public.',
      remedy: 'Set the connection of the real service.',
    },
    config_format: { title: 'A setting of the wrong form', why: 'It cannot be read.', remedy: 'Correct it as the remedy says.' },
    config_insecure: {
      title: 'A setting that would open a door',
      why: 'It would send keys in the clear, or let in whoever comes.',
      remedy: 'Change it as the message says.',
    },
    config_integer: {
      title: 'A setting that is no whole number',
      why: 'It is a count of bytes, days and the like, without a unit.',
      remedy: 'Write digits alone.',
    },
    config_invalid: {
      title: 'Settings are missing or wrong',
      why: 'The app accepts nothing until they are right.',
      remedy: 'Correct those that the message lists.',
    },
    config_missing: { title: 'A setting is missing', why: 'The app needs it.', remedy: 'Set it.' },
    config_obsolete: {
      title: 'A setting of former times',
      why: 'Nothing reads it any more, and another has taken its place.',
      remedy: 'Remove it, and set the one that the message names.',
    },
    config_range: {
      title: 'A setting that is too small or too large',
      why: 'It is a number, but none that can work.',
      remedy: 'Set one between those that the message names.',
    },
    config_value: {
      title: 'A setting that cannot be right',
      why: 'It is none of the allowed values.',
      remedy: 'Set one of them.',
    },
    config_whitespace: {
      title: 'A setting with spaces around it',
      why: 'It was copied with more than its value.',
      remedy: 'Remove them.',
    },
    cursor_invalid: {
      title: 'No cursor of this list',
      why: 'It was changed, or belongs to another query.',
      remedy: 'Start the list from its beginning.',
    },
    dependency_refused: {
      title: 'A store refused',
      why: 'Its answer will be the same next time.',
      remedy: 'Look at the message: keys, names, quotas.',
    },
    dependency_unavailable: {
      title: 'A store is away',
      why: 'It did not answer, or asked to wait.',
      remedy: 'Nothing; it is tried again.',
    },
    documents_invalid: {
      title: 'Documents with mistakes',
      why: 'The command is about all of them, and can tell nothing of a broken one.',
      remedy: 'Correct what hexdag validate tells.',
    },
    file_exists: {
      title: 'A file is there already',
      why: 'init overwrites nothing.',
      remedy: 'Choose another name, or move the file.',
    },
    file_not_found: { title: 'No such file', why: 'The path is wrong.', remedy: 'Check the path.' },
    drop_failed: {
      title: 'A file was not dropped',
      why: 'The storage refused, went away or has no such container.',
      remedy: 'Do what the message says, and drop it again.',
    },
    file_unreadable: {
      title: 'A file that cannot be read or written',
      why: 'It is a folder, or not permitted.',
      remedy: 'Name a file, or change its permissions.',
    },
    folder_missing: {
      title: 'No folder of documents',
      why: 'It is not part of the app.',
      remedy: 'Deploy it, or name another in PIPELINES_DIRECTORY.',
    },
    id_missing: {
      title: 'A message without its id',
      why: '--id-path leads to no text or number in it.',
      remedy: 'Correct --id-path, or the value.',
    },
    input_empty: { title: 'Nothing to send', why: 'The file is empty.', remedy: 'Give a file with values.' },
    input_not_object: {
      title: 'Data without names',
      why: 'The keys of --data are the names that the expression knows.',
      remedy: 'Give a JSON object.',
    },
    internal_error: {
      title: 'An error that nobody expected',
      why: 'Something in the app itself went wrong.',
      remedy: 'Look at the log.',
    },
    keyvault_unresolved: {
      title: 'A reference to Key Vault that was not resolved',
      why: 'The platform could not read the secret.',
      remedy: "Check the reference and the app's permission.",
    },
    lock_token_missing: {
      title: 'A message that cannot be settled',
      why: 'The host gave no lock token.',
      remedy: 'Update the extension bundle.',
    },
    malformed_document: {
      title: 'A stored document that cannot be read',
      why: 'It was changed by something else.',
      remedy: 'Restore it.',
    },
    module_broken: {
      title: 'A module that cannot be loaded',
      why: 'It has a mistake, or imports something that is not there.',
      remedy: 'Correct it at the place that the message names.',
    },
    module_empty: {
      title: 'A module without definitions',
      why: 'It exports no step, adapter, service or handler.',
      remedy: 'Export what defineStep and the like make, or a list of them.',
    },
    no_files: { title: 'No YAML files', why: 'The folder has none.', remedy: 'Name files, or another folder.' },
    dead_letter_not_found: {
      title: 'No such dead letter',
      why: 'Somebody took it out, or the number is that of another.',
      remedy: 'Look with hexdag dlq list.',
    },
    dead_letters_unavailable: {
      title: 'Dead letters that cannot be reached',
      why: 'The broker is away, has no such queue, or does not let the connection string in.',
      remedy: 'Check --connection (or the setting SB) and the name.',
    },
    option_missing: { title: 'An option is missing', why: 'The command needs it.', remedy: 'See --help.' },
    option_unknown: {
      title: 'No such option',
      why: 'The command does not have it.',
      remedy: 'Correct it as the message suggests.',
    },
    option_value: { title: 'A wrong value of an option', why: 'It is none of the allowed ones.', remedy: 'See --help.' },
    overloaded: {
      title: 'More requests at once than the app takes on',
      why: 'Waiting would take memory, and longer than senders wait.',
      remedy: 'Send the same again after the time that Retry-After says.',
    },
    pipeline_missing: {
      title: 'No pipeline in the file',
      why: 'There is nothing to plan.',
      remedy: 'Name a file with a kind: Pipeline document.',
    },
    query_repeated: { title: 'A query parameter twice', why: 'Only one can be meant.', remedy: 'Give it once.' },
    query_unknown: { title: 'No such query parameter', why: 'It would have no effect.', remedy: 'Remove it.' },
    query_value: {
      title: 'A wrong value of a query parameter',
      why: 'It is none of the allowed ones.',
      remedy: 'Give one that the message names.',
    },
    rate_limited: {
      title: 'More requests than are taken in a minute',
      why: 'Each process counts for itself, so that one sender leaves room for others.',
      remedy: 'Send the same again after the time that Retry-After says.',
    },
    request_invalid: {
      title: 'A line that is no request',
      why: 'eval reads one JSON object a line, with expr.',
      remedy: 'Correct the line.',
    },
    run_id_invalid: {
      title: 'No run id',
      why: 'Run ids have 1 to 100 letters, digits, - or _.',
      remedy: 'Copy it from runs list.',
    },
    run_not_found: { title: 'No such run', why: 'It never was, or its retention is over.', remedy: 'Check the id.' },
    send_failed: {
      title: 'Not everything was sent',
      why: 'The broker refused or went away.',
      remedy: 'Send again with --id-path.',
    },
    step_exists: {
      title: 'A step of that name exists',
      why: 'Two steps of one name keep the app from starting.',
      remedy: 'Choose another name.',
    },
    store_unavailable: {
      title: 'An event that could not be stored',
      why: 'The store did not answer, or asked to wait; nothing of the event is accepted.',
      remedy: 'Send the same again after the time that Retry-After says.',
    },
    url_invalid: {
      title: 'No address of an app',
      why: '--url is an origin.',
      remedy: 'Write one such as http://127.0.0.1:7071.',
    },
  },
};
