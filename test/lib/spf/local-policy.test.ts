import { expect, it } from 'vitest';
import { withLocalRules } from '../../../src/lib/spf/local-policy.ts';

it.each([
  ['v=spf1 a mx -all', 'v=spf1 a mx RULE -all'],
  ['v=spf1 a -ip4:192.0.2.1 -all', 'v=spf1 a RULE -ip4:192.0.2.1 -all'],
  ['v=spf1 a ~ip4:192.0.2.1 -all', 'v=spf1 a ~ip4:192.0.2.1 RULE -all'],
  ['v=spf1 -a -all', 'v=spf1 RULE -a -all'],
  ['v=spf1 a ?all exp=x.y', 'v=spf1 a RULE ?all exp=x.y'],
  ['v=spf1 a +all', 'v=spf1 a +all RULE'],
  ['v=spf1 a mx ', 'v=spf1 a mx RULE'],
  ['v=spf1 a redirect=x.y', 'v=spf1 a redirect=x.y RULE'],
  ['v=spf1', 'v=spf1 RULE'],
])('%s becomes %s', (record, merged) => {
  const { text, local } = withLocalRules(record, 'RULE');
  expect(text).toBe(merged);
  expect(text.slice(local.start, local.end)).toBe('RULE');
});

it('leaves a record alone that breaks the grammar, and any record where there are no rules', () => {
  expect(withLocalRules('v=spf1 foo -all', 'RULE').text).toBe('v=spf1 foo -all');
  expect(withLocalRules('v=spf1 -all', undefined)).toEqual({ text: 'v=spf1 -all', local: { start: 0, end: 0 } });
});
