import { InvalidUpdateError, refusedAs } from './errors';
import { parseEnvelope, type Envelope } from './metadata';
import { ancestorsOf, byDepth, isTargetsRole } from './role-name';
import { baseRoleKeys, parseRoot, verifyRoot, type RootFile } from './root';
import { parseSnapshot, requireHashes, type SnapshotFile } from './snapshot';
import { verifyTargets, type Hierarchy } from './targets';
import { requireThreshold, requireUnexpired } from './verification';

export interface Publication {
  gun: string;
  now: Date;
  /** Role → what the client sent. */
  uploaded: ReadonlyMap<string, Envelope>;
  /** The bytes of a role that is in force; undefined when there is none. */
  stored: (role: string) => Buffer | undefined;
}

export interface ValidPublication extends Hierarchy {
  /** What was loaded, sent or in force: what the next snapshot names. */
  files: Map<string, Buffer>;
  /** Undefined when the client leaves it to the server. */
  snapshot: SnapshotFile | undefined;
}

/**
 * Everything that a server checks of a publication before it stores it (signing.md section 1.1): the root, then targets
 * and delegations from the top down, then the snapshot. Throws InvalidUpdateError.
 */
export function validatePublication(publication: Publication): ValidPublication {
  const root = loadRoot(publication);
  const hierarchy: Hierarchy = { root, targets: new Map() };
  const files = new Map([['root', root.bytes]]);
  for (const role of [...publication.uploaded.keys()].filter(isTargetsRole).sort(byDepth))
    loadTargets(role, publication, hierarchy);
  for (const [role, { bytes }] of hierarchy.targets) files.set(role, bytes);
  return { ...hierarchy, files, snapshot: loadSnapshot(publication, root, files) };
}

/** The root in force told who signs what; a new one has to be signed by it, and to be the next. */
function loadRoot({ gun, now, uploaded, stored }: Publication): RootFile {
  const inForce = stored('root');
  const previous = inForce && parseRoot(parseEnvelope(inForce));
  const sent = uploaded.get('root');
  if (!sent) {
    if (!previous)
      throw new InvalidUpdateError('ErrValidation', 'no pre-existing root and no root provided in update.');
    return previous;
  }
  const current = previous?.signed.version ?? 1;
  if (sent.version !== current && sent.version !== current + 1)
    throw new InvalidUpdateError(
      'ErrBadRoot',
      `Root modifications must increment the version. Current ${current}, new ${sent.version}`,
    );
  return refusedAs('ErrBadRoot', () => verifyRoot(sent, { gun, now, previous }));
}

function loadTargets(role: string, { now, uploaded, stored }: Publication, hierarchy: Hierarchy): void {
  for (const ancestor of ancestorsOf(role)) {
    const bytes = hierarchy.targets.has(ancestor) ? undefined : stored(ancestor);
    if (!bytes) continue;
    const loaded = refusedAs('ErrBadTargets', () =>
      verifyTargets(parseEnvelope(bytes), ancestor, { hierarchy, now, allowExpired: true }),
    );
    hierarchy.targets.set(ancestor, loaded.file);
  }
  const sent = uploaded.get(role);
  if (!sent) return;
  const { file } = refusedAs('ErrBadTargets', () => verifyTargets(sent, role, { hierarchy, now }));
  hierarchy.targets.set(role, file);
}

/** Files that were not loaded are not compared: the snapshot alone says which ones are in force. */
function loadSnapshot(
  { now, uploaded }: Publication,
  root: RootFile,
  files: ReadonlyMap<string, Buffer>,
): SnapshotFile | undefined {
  const sent = uploaded.get('snapshot');
  if (!sent) return undefined;
  return refusedAs('ErrBadSnapshot', () => {
    const file = parseSnapshot(sent);
    requireThreshold(file, baseRoleKeys(root, 'snapshot'));
    requireUnexpired(file.signed, 'snapshot', now);
    requireHashes(file, files);
    return file;
  });
}
