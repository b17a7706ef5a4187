import { z } from 'zod';
import { PermanentError } from '../../src/nodes/errors.ts';
import { defineStep } from '../../src/nodes/steps.ts';
import type { Notifier } from '../../src/ports/notifier.ts';

const Expense = z.object({ expense_id: z.string(), amount: z.number(), submitter: z.string() });
const Settlement = z.object({
  assessment: z.object({ level: z.string() }),
  verdict: z.object({ approved: z.boolean(), by: z.string() }),
});

function isNotifier(port: unknown): port is Notifier {
  return typeof port === 'object' && port !== null && 'notify' in port;
}

const assess = defineStep('assess_expense', (input) => {
  const { expense_id: id, amount } = Expense.parse(input);
  return { expense_id: id, amount, level: amount > 1_000 ? 'director' : 'manager' };
});

const ask = defineStep('ask_for_approval', async (input, context) => {
  const { expense_id: id, amount, submitter } = Expense.parse(input);
  const notification = context.port('notification');
  if (!isNotifier(notification)) throw new PermanentError('port_missing', "The pipeline declares no port 'notification'.");
  await notification.notify(`${submitter} asks for ${amount} (${id})`, { title: 'Approval wanted' });
  return { asked: true };
});

const settle = defineStep('settle_expense', (input) => {
  const { assessment, verdict } = Settlement.parse(input);
  return { settled: verdict.approved ? `paid, as the ${assessment.level} ${verdict.by} says` : `refused by ${verdict.by}` };
});

export const steps = [assess, ask, settle];
