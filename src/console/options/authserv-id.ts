import { InvalidArgumentError } from 'commander';
import { asAuthservId } from '../../lib/auth-results/field.ts';
import { usage } from './usage.ts';

/**
 * The name that --auth-results is to write.
 *
 * @param id its value; `true`: it has none
 * @param receiver the name of this host, where one is given or set
 * @throws DktoolError, kind permanent, where there is neither
 */
export function authservIdOf(id: string | true, receiver: string | undefined): string {
  const name = id === true ? receiver : id;
  if (name !== undefined) return name;
  throw usage(
    '--auth-results needs the name of this host',
    'as in --auth-results mx.example.org, or set it: receiver in dktool-config(1)',
  );
}

/** The name under which a host reports its results (RFC 8601 section 2.5). */
export function authservId(text: string): string {
  const id = asAuthservId(text);
  if (id === undefined) throw new InvalidArgumentError('It must be a name such as mx.example.org.');
  return id;
}
