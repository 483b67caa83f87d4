import type { SignatureVerdict } from '@breakwater/kernel';
import { Database } from '@breakwater/platform';
import { Injectable } from '@nestjs/common';
import { signatureTypes, signingFacts, verdictOf } from '../signing-facts.sql';
import type { SigningFacts } from '../status/signing-facts';

/** Shown of one artifact; what there is beyond counts all the same. */
const mostShown = 200;

/** A signature as it is stored; dates inside are text. */
export interface SignatureRow {
  /** The digest that is signed: the artifact's, or that of an index that lists it. */
  of: string;
  /** Of the manifest that holds it. */
  digest: string;
  system: 'notation' | 'cosign';
  position: number | null;
  verdict: SignatureVerdict | null;
  policyVersion: number | null;
  verifiedTime: string | null;
  due: boolean;
}

export interface NotaryRow {
  gun: string;
  rootKeyIds: string[];
  role: string;
  tag: string;
  sha256: string;
  keyIds: string[];
  expiryTime: string;
  signedTime: string;
}

export interface SigningRow {
  facts: SigningFacts;
  /** Of each of its tags, what there is to know about that tag. */
  tags: { name: string; facts: SigningFacts }[];
  signatures: SignatureRow[];
  notary: NotaryRow[];
}

@Injectable()
export class SigningViewsRepository {
  constructor(private readonly database: Database) {}

  /** All about who signed one artifact, in one query. Undefined: it has gone. */
  async find(artifactId: number): Promise<SigningRow | undefined> {
    const [row] = await this.database.query<SigningRow>(
      `SELECT ${signingFacts()} AS facts, ${tags} AS tags, ${signatures} AS signatures, ${notary} AS notary
       FROM artifact a WHERE a.id = $1`,
      [artifactId],
    );
    return row;
  }

  /** Of one artifact by its digest, and one of its tags when asked by that. */
  async factsOf(repository: string, digest: string, tag?: string): Promise<SigningFacts | undefined> {
    const [row] = await this.database.prepared<{ facts: SigningFacts }>(
      `SELECT ${tag === undefined ? signingFacts() : signingFacts('$3::text')} AS facts
       FROM repository r JOIN artifact a ON a.repository_id = r.id AND a.digest = $2 WHERE r.name = $1`,
      tag === undefined ? [repository, digest] : [repository, digest, tag],
    );
    return row?.facts;
  }
}

const list = (select: string): string => `(SELECT coalesce(jsonb_agg(to_jsonb(i)), '[]') FROM (${select}) i)`;

const tags = list(
  `SELECT t.name, ${signingFacts('t.name')} AS facts FROM tag t WHERE t.artifact_id = a.id ORDER BY t.name LIMIT 100`,
);

/** The artifact's own first. */
const ofItAndItsParents = `
  SELECT a.digest AS digest, 0 AS place
  UNION ALL (SELECT p.digest, 1 FROM artifact_reference f JOIN artifact p ON p.id = f.parent_id WHERE f.child_id = a.id
             ORDER BY p.id DESC LIMIT 100)`;

const signatures = list(
  `SELECT c.subject_digest AS "of", x.digest, coalesce(s.system, replace(c.type, 'signature.', '')) AS system, s.position, s.verdict,
          s.policy_version AS "policyVersion", s.verified_time AS "verifiedTime", coalesce(s.recheck_time <= now(), false) AS due
   FROM (${ofItAndItsParents}) d
   JOIN accessory c ON c.repository_id = a.repository_id AND c.subject_digest = d.digest AND ${signatureTypes}
   JOIN artifact x ON x.id = c.artifact_id LEFT JOIN signature s ON ${verdictOf}
   ORDER BY d.place, c.id, s.position LIMIT ${mostShown}`,
);

const notary = list(
  `SELECT g.gun, g.root_key_ids AS "rootKeyIds", n.role, n.name AS tag, n.sha256, n.key_ids AS "keyIds",
          n.expiry_time AS "expiryTime", n.signed_time AS "signedTime"
   FROM repository r JOIN trust_repository g ON g.repository = r.name JOIN trust_target n ON n.gun = g.gun
   WHERE r.id = a.repository_id AND n.name IN (
     (SELECT m.name FROM (${ofItAndItsParents}) d JOIN trust_target m ON m.sha256 = substr(d.digest, 8)::char(64)
      WHERE d.digest LIKE 'sha256:%' AND m.gun IN (SELECT gun FROM trust_repository own WHERE own.repository = r.name))
     UNION SELECT t.name FROM tag t WHERE t.artifact_id = a.id)
   ORDER BY n.name, g.gun, n.role LIMIT ${mostShown}`,
);
