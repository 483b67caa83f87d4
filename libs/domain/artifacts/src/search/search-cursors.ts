import { AppError } from '@breakwater/kernel';
import { CONFIG, deriveKey, seal, unseal } from '@breakwater/platform';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';

/** Where a page of found artifacts ended, in the order of the index that they were found by. */
export interface SearchPosition {
  text: string;
  id: number;
}

export const beginning: SearchPosition = { text: '', id: 0 };

/** A digest, or the name of a label and its id. */
const longestText = 160;

const shape = z.tuple([z.string().max(longestText), z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)]);

/** A page may end at something that the caller must not see: positions leave the platform sealed. */
@Injectable()
export class SearchCursors {
  private readonly key: Buffer;

  constructor(@Inject(CONFIG) config: { SECRET_KEY: string }) {
    this.key = deriveKey(config.SECRET_KEY, 'search cursors');
  }

  write({ text, id }: SearchPosition): string {
    return seal(this.key, JSON.stringify([text, id])).toString('base64url');
  }

  /** Throws BAD_REQUEST for what no page ended with. */
  read(cursor: string): SearchPosition {
    try {
      const [text, id] = shape.parse(JSON.parse(unseal(this.key, Buffer.from(cursor, 'base64url'))));
      return { text, id };
    } catch (error) {
      throw new AppError('BAD_REQUEST', 'invalid cursor: take it from the Link of the page before', { cause: error });
    }
  }
}
