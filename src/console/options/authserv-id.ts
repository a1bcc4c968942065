import { InvalidArgumentError } from 'commander';
import { asAuthservId } from '../../lib/auth-results/field.ts';

/** The name under which a host reports its results (RFC 8601 section 2.5). */
export function authservId(text: string): string {
  const id = asAuthservId(text);
  if (id === undefined) throw new InvalidArgumentError('It must be a name such as mx.example.org.');
  return id;
}
