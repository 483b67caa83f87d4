const block = 512;

export interface TarEntry {
  name: string;
  content?: Buffer | string;
  /** `0`: a regular file. */
  type?: string;
}

/** A tar archive (POSIX ustar); longer names are written as GNU tar or, with `pax`, as pax does. */
export function tarOf(entries: readonly TarEntry[], { pax = false } = {}): Buffer {
  const parts = entries.flatMap(({ name, content = '', type = '0' }) => {
    const long = Buffer.byteLength(name) > 100;
    const named = pax ? entry('x', 'pax', paxRecord('path', name)) : entry('L', '././@LongLink', `${name}\0`);
    return [...(long ? [named] : []), entry(type, long ? name.slice(0, 20) : name, content)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

function entry(type: string, name: string, content: Buffer | string): Buffer {
  const data = Buffer.from(content);
  const header = Buffer.alloc(block);
  header.write(name, 0);
  header.write(data.length.toString(8).padStart(11, '0'), 124);
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, data, Buffer.alloc(-data.length & (block - 1))]);
}

function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bare = Buffer.byteLength(rest);
  const length = bare + String(bare + 3).length;
  return `${length}${rest}`;
}
