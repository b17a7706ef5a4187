import { startBlob } from '../../../local/blob/server.ts';

/** Runs Blob storage in a process of its own, so that a test can kill it. */
const [folder = ''] = process.argv.slice(2);
const blob = await startBlob({ port: 0, folder });
process.send?.(blob.connectionString);
