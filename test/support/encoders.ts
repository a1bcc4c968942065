/** Transfer encodings written a second time, for tests: as the programs that are named have them. */

const escape = (character: string) => `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

export function base64(text: string, columns = 76): string {
  const encoded = Buffer.from(text, 'latin1').toString('base64');
  return `${encoded.match(new RegExp(`.{1,${columns}}`, 'g'))?.join('\n') ?? ''}\n`;
}

export const crlf = (text: string) => text.replaceAll('\n', '\r\n');

/** One text line as units that may not be parted. */
function units(line: string, isEscaped: (character: string) => boolean): string[] {
  return Array.from(line).map((character, i) => {
    const isTrailing = i === line.length - 1 && /[ \t]/.test(character);
    return isEscaped(character) || isTrailing ? escape(character) : character;
  });
}

const usual = (character: string) => !/[\t -<>-~]/.test(character);

/** As git send-email has it (Perl): 76 columns, the last one for `=`. */
export function perlQp(text: string): string {
  return lines(text, (line) => {
    const out: string[] = [];
    let current = '';
    const all = units(line, usual);
    all.forEach((unit, i) => {
      const limit = i === all.length - 1 ? 76 : 75;
      if (current.length + unit.length > limit) {
        out.push(`${current}=`);
        current = '';
      }
      current += unit;
    });
    return [...out, current].join('\n');
  });
}

/** As Thunderbird has it: a break at column 73, dots at the start escaped. */
export function thunderbirdQp(text: string): string {
  return lines(text, (line) => {
    let [out, column] = ['', 0];
    for (const unit of units(line, usual)) {
      const written = column === 0 && unit === '.' ? '=2E' : unit;
      out += written;
      column += written.length;
      if (column >= 73) [out, column] = [`${out}=\n`, 0];
    }
    return out;
  });
}

/** As JavaMail has it: tabs escaped, 75 columns and the break. */
export function javaQp(text: string): string {
  return lines(text, (line) => {
    let [out, column] = ['', 0];
    for (const unit of units(line, (character) => usual(character) || character === '\t')) {
      if (column + unit.length > 75) [out, column] = [`${out}=\n`, 0];
      out += unit;
      column += unit.length;
    }
    return out;
  });
}

/** As phones have it: a break between words. */
export function wordQp(text: string): string {
  return lines(text, (line) => {
    const encoded = units(line, usual).join('');
    const out: string[] = [];
    let rest = encoded;
    while (rest.length > 76) {
      const space = rest.lastIndexOf(' ', 74);
      out.push(`${rest.slice(0, space + 1)}=`);
      rest = rest.slice(space + 1);
    }
    return [...out, rest].join('\n');
  });
}

export const lowerQp = (text: string) => perlQp(text).replace(/=[0-9A-F]{2}/g, (code) => code.toLowerCase());

const lines = (text: string, encode: (line: string) => string) => text.split('\n').map(encode).join('\n');
