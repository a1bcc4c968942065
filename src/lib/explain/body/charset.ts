/** Charsets that lists convert text from and to: decoding is the platform's, encoding by tables made from it. */

/** Names of the WHATWG encoding standard; what browsers call ISO-8859-1 is windows-1252 there, so that one is our own. */
const ALIASES: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  ascii: 'us-ascii',
  latin1: 'iso-8859-1',
  'x-sjis': 'shift_jis',
  sjis: 'shift_jis',
  cp932: 'shift_jis',
  'windows-31j': 'shift_jis',
  eucjp: 'euc-jp',
  cp1252: 'windows-1252',
  gb2312: 'gbk',
  'iso-2022-jp-ms': 'iso-2022-jp',
  'ks_c_5601-1987': 'euc-kr',
};

/** A charset by the name that this module uses. */
export function charsetNamed(name: string): string {
  const lower = name.trim().toLowerCase();
  return ALIASES[lower] ?? lower;
}

const NON_ASCII = /[^\x00-\x7f]/;

/** The text that the octets are in that charset; `undefined` where they are none, or the charset is unknown. */
export function decodeCharset(bytes: Buffer, name: string): string | undefined {
  const charset = charsetNamed(name);
  if (charset === 'iso-8859-1') return bytes.toString('latin1');
  if (charset === 'us-ascii') {
    const text = bytes.toString('latin1');
    return NON_ASCII.test(text) ? undefined : text;
  }
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The octets of a text in that charset; `undefined` where it cannot hold the text, or is unknown. */
export function encodeCharset(text: string, name: string): Buffer | undefined {
  const charset = charsetNamed(name);
  if (charset === 'utf-8') return Buffer.from(text, 'utf8');
  if (!NON_ASCII.test(text)) return Buffer.from(text, 'latin1');
  if (charset === 'us-ascii') return undefined;
  if (charset === 'iso-8859-1') return /[^\x00-\xff]/.test(text) ? undefined : Buffer.from(text, 'latin1');
  if (charset === 'iso-2022-jp') return encodeIso2022Jp(text);
  const table = tableOf(charset);
  if (table === undefined) return undefined;
  const out = Buffer.allocUnsafe(text.length * 2);
  let to = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0x80) {
      out[to++] = code;
      continue;
    }
    const octets = table.get(character);
    if (octets === undefined) return undefined;
    if (octets > 0xff) out[to++] = octets >> 8;
    out[to++] = octets & 0xff;
  }
  return out.subarray(0, to);
}

const tables = new Map<string, ReadonlyMap<string, number> | undefined>();

function tableOf(charset: string): ReadonlyMap<string, number> | undefined {
  if (!tables.has(charset)) tables.set(charset, makeTable(charset));
  return tables.get(charset);
}

const DOUBLE = new Set(['shift_jis', 'euc-jp', 'gbk', 'big5', 'euc-kr']);

/** Character to its octets, one or two, by decoding all that there are. The first of several wins. */
function makeTable(charset: string): Map<string, number> | undefined {
  const table = new Map<string, number>();
  const codes: number[] = [];
  const octets: number[] = [];
  for (let high = 0x80; high <= 0xff; high++) {
    codes.push(high);
    octets.push(high, 0x0a);
  }
  if (DOUBLE.has(charset)) {
    for (let high = 0x81; high <= 0xfe; high++) {
      for (let low = 0x40; low <= 0xfe; low++) {
        if (low === 0x7f) continue;
        codes.push((high << 8) | low);
        octets.push(high, low, 0x0a);
      }
    }
  }
  let decoded: string[];
  try {
    decoded = new TextDecoder(charset).decode(Buffer.from(octets)).split('\n');
  } catch {
    return undefined;
  }
  if (decoded.length !== codes.length + 1) return undefined;
  for (let i = 0; i < codes.length; i++) {
    const character = decoded[i]!;
    if (
      character === '' ||
      character.includes('\ufffd') ||
      character.length > (character.codePointAt(0)! > 0xffff ? 2 : 1)
    )
      continue;
    if (!table.has(character)) table.set(character, codes[i]!);
  }
  return table;
}

/** RFC 1468: JIS X 0208 between escapes, ASCII at the end of each line. */
function encodeIso2022Jp(text: string): Buffer | undefined {
  const table = tableOf('euc-jp');
  if (table === undefined) return undefined;
  const parts: string[] = [];
  let isKanji = false;
  for (const character of text) {
    const isAscii = character <= '\x7f';
    if (isAscii === isKanji) {
      parts.push(isAscii ? '\x1b(B' : '\x1b$B');
      isKanji = !isAscii;
    }
    if (isAscii) {
      parts.push(character);
      continue;
    }
    const octets = table.get(character);
    if (octets === undefined || octets >> 8 < 0xa1) return undefined;
    parts.push(String.fromCharCode((octets >> 8) & 0x7f, octets & 0x7f));
  }
  if (isKanji) parts.push('\x1b(B');
  return Buffer.from(parts.join(''), 'latin1');
}

const [JAPANESE, CYRILLIC] = [/[\u3040-\u30ff]/, /[\u0400-\u04ff]/];
const [HAN, HANGUL, GREEK] = [/[\u4e00-\u9fff]/, /[\uac00-\ud7af]/, /[\u0370-\u03ff]/];

/** The charsets in which a text may have been before it was converted, the likeliest first. */
export function charsetsFor(text: string): string[] {
  if (!NON_ASCII.test(text)) return [];
  if (JAPANESE.test(text)) return ['utf-8', 'iso-2022-jp', 'shift_jis', 'euc-jp'];
  if (HANGUL.test(text)) return ['utf-8', 'euc-kr'];
  if (HAN.test(text)) return ['utf-8', 'gbk', 'big5', 'iso-2022-jp', 'shift_jis', 'euc-jp'];
  if (CYRILLIC.test(text)) return ['utf-8', 'koi8-r', 'windows-1251', 'iso-8859-5', 'koi8-u'];
  if (GREEK.test(text)) return ['utf-8', 'iso-8859-7', 'windows-1253'];
  return [
    'utf-8',
    'iso-8859-1',
    'windows-1252',
    'iso-8859-15',
    'iso-8859-2',
    'windows-1250',
    'windows-1254',
    'gbk',
    'iso-2022-jp',
  ];
}
