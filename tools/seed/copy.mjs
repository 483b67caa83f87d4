// COPY … FROM STDIN through `pg`, which knows the protocol but has no interface for it.

const FLUSH_BYTES = 64 * 1024;

/** The interface that pg's Client.query() expects of a query object of one's own (pg-copy-streams uses the same). */
class CopyQuery {
  constructor(sql, rows) {
    this.done = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    this.sql = sql;
    this.rows = rows;
  }

  submit(connection) {
    connection.query(this.sql);
  }

  handleCopyInResponse(connection) {
    this.send(connection).catch((error) => {
      this.failure = error;
      connection.sendCopyFail(error.message);
    });
  }

  async send(connection) {
    let text = '';
    for (const row of this.rows) {
      text += `${row.map(field).join('\t')}\n`;
      if (text.length < FLUSH_BYTES) continue;
      connection.sendCopyFromChunk(Buffer.from(text));
      text = '';
      if (connection.stream.writableNeedDrain) await drained(connection.stream);
      if (this.failure) return;
    }
    connection.sendCopyFromChunk(Buffer.from(text));
    connection.endCopyFrom();
  }

  handleCommandComplete(message) {
    this.count = Number(message.text.split(' ').at(-1));
  }

  handleReadyForQuery() {
    if (this.failure) this.reject(this.failure);
    else this.resolve(this.count);
  }

  handleError(error) {
    this.failure ??= error;
    // A lost connection brings no ReadyForQuery.
    this.reject(this.failure);
  }
}

/**
 * @param {import('pg').Client} client
 * @param {string} table
 * @param {string[]} columns
 * @param {Iterable<unknown[]>} rows values: text, numbers, booleans, null, Date, Buffer (bytea), objects (jsonb)
 * @returns {Promise<number>} how many rows were written
 */
export function copyRows(client, table, columns, rows) {
  const names = columns.map((name) => `"${name}"`).join(', ');
  const query = new CopyQuery(`COPY "${table}" (${names}) FROM STDIN`, rows);
  client.query(query);
  return query.done;
}

/** A value in COPY's text format. */
export function field(value) {
  if (value === null || value === undefined) return '\\N';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Buffer.isBuffer(value)) return `\\\\x${value.toString('hex')}`;
  if (value instanceof Date) return value.toISOString();
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character]);
}

const ESCAPES = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

const drained = (stream) =>
  new Promise((resolve) => {
    const go = () => {
      stream.off('drain', go).off('close', go);
      resolve();
    };
    stream.once('drain', go).once('close', go);
  });
