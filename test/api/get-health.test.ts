import { describe, expect, it } from 'vitest';
import { getHealth } from '../../src/api/get-health.ts';
import type { Diagnostic } from '../../src/pipeline/diagnostic.ts';
import { createTrigger, orderPipeline } from '../triggers/fixtures.ts';

const loaded = { pipelines: [orderPipeline], triggers: [createTrigger()] };

function createDiagnostic(severity: Diagnostic['severity']): Diagnostic {
  return { code: 'cycle', severity, file: 'pipelines/broken.yaml', position: { line: 3, column: 5 }, message: 'A cycle.' };
}

describe('the health of the app', () => {
  it('names what is loaded', () => {
    const response = getHealth({ ...loaded, diagnostics: [] });

    expect(response).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: {
        status: 'ok',
        pipelines: [{ name: 'order', file: 'pipelines/order.yaml', planHash: orderPipeline.planHash }],
        triggers: [{ name: 'orders', type: 'service_bus', pipeline: 'order' }],
        settings: [],
        diagnostics: [],
      },
    });
  });

  it('is degraded by a refused document, and still 200', () => {
    const response = getHealth({ ...loaded, diagnostics: [createDiagnostic('error')] });

    expect(response).toMatchObject({
      status: 200,
      body: {
        status: 'degraded',
        diagnostics: [{ code: 'cycle', file: 'pipelines/broken.yaml', position: { line: 3, column: 5 } }],
      },
    });
  });

  it('is idle while a setting is missing, and names it', () => {
    const missing = { setting: 'SB', code: 'config_missing', message: 'is missing', remedy: 'Set it.' } as const;

    const response = getHealth({ ...loaded, diagnostics: [] }, [missing]);

    expect(response).toMatchObject({
      status: 200,
      body: { status: 'idle', settings: [{ setting: 'SB', code: 'config_missing' }] },
    });
  });

  it('is not degraded by a warning', () => {
    const response = getHealth({ ...loaded, diagnostics: [createDiagnostic('warning')] });

    expect(response).toMatchObject({ body: { status: 'ok' } });
  });
});
