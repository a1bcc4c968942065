import { describe, expect, it } from 'vitest';
import { parseDksign } from '../../../src/lib/qmail/dksign.ts';

describe('control/dksign', () => {
  it.each([
    ['/etc/domainkeys/%/default\n', '/etc/domainkeys/%/default', true],
    ['/etc/domainkeys/%/default', '/etc/domainkeys/%/default', true],
    ['/etc/domainkeys/%/default \t\r\n', '/etc/domainkeys/%/default', true],
    ['/a b\n', '/a b', true],
    ['# our key\n/k\n', '/k', true],
    ['/k\ndomainkeys=0\n', '/k', false],
    ['/k\n# old\n\nDomainKeys = 0  \n', '/k', false],
    ['/k\ndomainkeys=1\n', '/k', true],
  ])('%j', (text, keyPath, domainkeys) => {
    expect(parseDksign(text)).toEqual({ keyPath, domainkeys });
  });

  it.each([
    '',
    '\n/k\n',
    ' \n',
    '/k\0\n',
    '/k\ndomainkeys\n',
    '/k\ndomainkeys=2\n',
    '/k\ndomainkeys=0 # off\n',
    ' /k\n',
    '\t/k\n',
    '#\n',
    '/k\ndomainkey=0\n',
    '/k\n/l\n',
  ])('%j is a fault, for which mail waits', (text) => {
    expect(() => parseDksign(text)).toThrow(expect.objectContaining({ code: 'bad-dksign', kind: 'temporary' }));
  });
});
