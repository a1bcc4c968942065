/** What rspamd's dkim_signing.conf says of domains and their keys (docs.rspamd.com, DKIM signing module). */
import type { UclObject, UclValue } from './ucl.ts';

export interface RspamdKey {
  readonly selector: string;
  /** `$domain` and `$selector` stand for those of the key. */
  readonly path: string;
}

/** A table of `DOMAIN VALUE`: in a file, in the configuration itself, or where only rspamd can read it. */
export type RspamdMap =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'inline'; readonly values: ReadonlyMap<string, string> }
  | { readonly kind: 'foreign'; readonly source: string };

export interface RspamdSigning {
  readonly isEnabled: boolean;
  /** For a domain of which nothing else is said. */
  readonly fallback: RspamdKey;
  /** A domain that has neither a section nor a line in a map is signed for with the fallback. */
  readonly hasFallback: boolean;
  readonly domains: ReadonlyMap<string, readonly RspamdKey[]>;
  readonly selectorMap: RspamdMap | undefined;
  readonly pathMap: RspamdMap | undefined;
  /** Keys are in Redis or in HashiCorp Vault. */
  readonly keyStore: 'redis' | 'vault' | undefined;
}

/** rspamd's defaults. */
const DEFAULTS: RspamdKey = { selector: 'dkim', path: '/var/lib/rspamd/dkim/$domain.$selector.key' };

/** @param config the file, or all files of the module put together */
export function readRspamdSigning(config: UclObject): RspamdSigning {
  const inner = config.get('dkim_signing');
  const settings = isObject(inner) ? inner : config;
  const text = (name: string) => textOf(settings.get(name));
  const fallback = { selector: text('selector') ?? DEFAULTS.selector, path: text('path') ?? DEFAULTS.path };
  const sections = settings.get('domain');
  return {
    isEnabled: !isNo(text('enabled')),
    fallback,
    hasFallback: !isNo(text('try_fallback')),
    domains: new Map(isObject(sections) ? [...sections].map(([name, value]) => [name, keysOf(value, fallback)]) : []),
    selectorMap: mapOf(settings.get('selector_map')),
    pathMap: mapOf(settings.get('path_map')),
    keyStore: isYes(text('use_redis')) ? 'redis' : isYes(text('use_vault')) || text('vault_url') ? 'vault' : undefined,
  };
}

/** The lines of a map file: a domain, white space, a value; quotes around either. */
export function parseRspamdMap(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^\s*"?([^\s"#]+)"?\s+"?([^"#]*[^\s"#])"?\s*(?:#.*)?$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) values.set(name.toLowerCase(), value);
  }
  return values;
}

function keysOf(value: UclValue, fallback: RspamdKey): RspamdKey[] {
  if (!isObject(value)) return [fallback];
  const list = value.get('selectors');
  const entries = (Array.isArray(list) ? list : [list]).filter(isObject);
  return (entries.length > 0 ? entries : [value]).map((entry) => ({
    selector: textOf(entry.get('selector')) ?? textOf(value.get('selector')) ?? fallback.selector,
    path: textOf(entry.get('path')) ?? textOf(value.get('path')) ?? fallback.path,
  }));
}

function mapOf(value: UclValue | undefined): RspamdMap | undefined {
  if (value === undefined) return undefined;
  if (isObject(value)) {
    const inline = [...value].flatMap(([name, text]) => (typeof text === 'string' ? [[name, text] as const] : []));
    return { kind: 'inline', values: new Map(inline) };
  }
  if (typeof value !== 'string') {
    return { kind: 'inline', values: parseRspamdMap(value.filter((item) => typeof item === 'string').join('\n')) };
  }
  const path = value.replace(/^(?:file:\/\/|map:)/, '');
  return path.startsWith('/') ? { kind: 'file', path } : { kind: 'foreign', source: value };
}

function isObject(value: unknown): value is UclObject {
  return value instanceof Map;
}

function textOf(value: UclValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

const isYes = (text: string | undefined) => /^(?:true|yes|on)$/i.test(text ?? '');
const isNo = (text: string | undefined) => /^(?:false|no|off)$/i.test(text ?? '');
