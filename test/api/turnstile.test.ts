import { expect, it } from 'vitest';
import { Turnstile } from '../../src/api/turnstile.ts';

it('a turnstile lets so many in and no more, and one for each that has left, however often it says so', () => {
  const turnstile = new Turnstile(2);
  const first = turnstile.enter();
  const second = turnstile.enter();
  const third = turnstile.enter();

  first?.();
  first?.();
  const fourth = turnstile.enter();
  const fifth = turnstile.enter();

  expect([second, third, fourth, fifth].map((leave) => leave !== undefined)).toEqual([true, false, true, false]);
});

it('a turnstile tells that somebody was turned away once, until it was empty', () => {
  let told = 0;
  const turnstile = new Turnstile(1, () => {
    told += 1;
  });
  const leave = turnstile.enter();
  turnstile.enter();
  turnstile.enter();
  const toldFirst = told;

  leave?.();
  turnstile.enter();
  turnstile.enter();

  expect([toldFirst, told]).toEqual([1, 2]);
});
