import type { Diagnostic } from '../pipeline/diagnostic.ts';
import { formatDiagnostic } from '../pipeline/format-diagnostic.ts';
import { withoutSecrets } from '../pipeline/secret-forms.ts';
import type { OutputFormat } from './command-context.ts';
import type { DocumentFolder } from './document-folders.ts';
import { EXIT } from './errors.ts';
import { hasColours, jsonText, quantity, type Terminal } from './terminal.ts';

/** A diagnostic with the text of its file, which is named as the user knows it. */
export interface Finding {
  readonly diagnostic: Diagnostic;
  readonly source: string | undefined;
}

/** The diagnostics about files that were named or that those include. */
export function findingsIn(folder: DocumentFolder, diagnostics: readonly Diagnostic[]): readonly Finding[] {
  const files = [...new Set(diagnostics.map(({ file }) => file))].filter((file) => folder.concerns(file));
  const texts = new Map(files.map((file) => [file, folder.textOf(file)]));
  return diagnostics
    .filter(({ file }) => texts.has(file))
    .map((diagnostic) => ({
      diagnostic: { ...diagnostic, file: folder.shownName(diagnostic.file) },
      source: texts.get(diagnostic.file),
    }));
}

export function errorsAmong(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ diagnostic }) => diagnostic.severity === 'error');
}

export interface ReportOptions {
  /** How many files were looked at. */
  readonly files: number;
  readonly output: OutputFormat;
  /** Warnings are as bad as errors. */
  readonly strict?: boolean | undefined;
}

/** Prints findings with a summary below, or all as one JSON object, and returns the exit code. */
export function reportFindings(findings: readonly Finding[], options: ReportOptions, terminal: Terminal): number {
  const { files, output, strict = false } = options;
  if (output === 'json') {
    const diagnostics = findings.map(({ diagnostic }) => diagnostic);
    terminal.stdout.write(`${jsonText({ files, diagnostics })}\n`);
  } else {
    printFindings(findings, terminal);
    terminal.stdout.write(`${summary(findings, files)}\n`);
  }
  return count(findings, 'error') > 0 || (strict && count(findings, 'warning') > 0) ? EXIT.failed : EXIT.ok;
}

/** Secrets are crossed out, since what is printed may end up in a log. */
export function printFindings(findings: readonly Finding[], terminal: Terminal): void {
  const colour = hasColours(terminal);
  const shown = new Map<string, string>();
  for (const { diagnostic, source } of findings) {
    if (source !== undefined && !shown.has(source)) shown.set(source, withoutSecrets(source));
    const text = source === undefined ? undefined : shown.get(source);
    terminal.stdout.write(`${formatDiagnostic(diagnostic, text, { colour })}\n\n`);
  }
}

function summary(findings: readonly Finding[], files: number): string {
  const checked = quantity(files, 'file');
  if (findings.length === 0) return `${checked}, nothing wrong.`;
  const counts = [quantity(count(findings, 'error'), 'error'), quantity(count(findings, 'warning'), 'warning')];
  const hints = count(findings, 'info');
  return `${checked}: ${[...counts, ...(hints === 0 ? [] : [quantity(hints, 'hint')])].join(', ')}.`;
}

function count(findings: readonly Finding[], severity: Diagnostic['severity']): number {
  return findings.filter(({ diagnostic }) => diagnostic.severity === severity).length;
}
