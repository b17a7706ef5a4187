/** Writes docs/diagnostics.md from the catalogue of codes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diagnosticsPage } from '../src/codes/page.ts';

const folder = join(import.meta.dirname, '..', 'docs');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'diagnostics.md'), diagnosticsPage());
