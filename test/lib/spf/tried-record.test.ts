import { expect, it } from 'vitest';
import { withTriedRecord } from '../../../src/lib/spf/tried-record.ts';
import { recording, testResolver } from '../../support/spf.ts';

it('is the only TXT record of its domain, and of that alone', async () => {
  const published = recording(testResolver({ 'example.com': { TXT: ['v=spf1 -all'], A: ['192.0.2.1'] } }));
  const resolver = withTriedRecord(published, 'Example.com', 'v=spf1 a ~all', 'draft');
  expect(await resolver.query('EXAMPLE.COM', 'TXT')).toMatchObject({
    status: 'found',
    records: [['v=spf1 a ~all']],
    server: 'draft',
  });
  expect(published.asked).toEqual([]);
  expect(await resolver.query('example.com', 'A')).toMatchObject({ status: 'found', records: ['192.0.2.1'] });
  expect(await resolver.query('x.example.com', 'TXT')).toMatchObject({ status: 'nxdomain' });
});
