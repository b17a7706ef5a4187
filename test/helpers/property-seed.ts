import fc from 'fast-check';

/** The same examples at every run, so that a failure is of the change at hand; `FC_SEED=…` asks for others. */
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 20_261_121) });
