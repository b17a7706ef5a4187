/**
 * What a plain scalar would have been in YAML 1.1, where that differs from YAML 1.2; undefined where both agree.
 * Documents written for hexDAG were read by a YAML 1.1 parser.
 */
export function yaml11Meaning(source: string): string | undefined {
  if (/^(?:yes|Yes|YES|on|On|ON)$/.test(source)) return 'true';
  if (/^(?:no|No|NO|off|Off|OFF)$/.test(source)) return 'false';
  if (/^[-+]?0[0-7]+$/.test(source)) return `the octal number ${Number.parseInt(source, 8)}`;
  if (/^0o[0-7]+$/.test(source)) return 'text';
  if (/^[-+]?[0-9][0-9]*(?::[0-5]?[0-9])+(?:\.[0-9]*)?$/.test(source)) return 'a number to base 60';
  if (/^[-+]?0b[01_]+$/.test(source)) return 'a binary number';
  if (/^[-+]?[0-9]+_[0-9_]*(?:\.[0-9_]*)?$/.test(source)) return 'a number';
  if (/^[-+]?[0-9]+(?:\.[0-9]*)?[eE][0-9]+$/.test(source) || /^[-+]?[0-9]+[eE][-+]?[0-9]+$/.test(source)) return 'text';
  if (/^\d{4}-\d\d?-\d\d?(?:$|[Tt ])/.test(source)) return 'a date';
  return undefined;
}
