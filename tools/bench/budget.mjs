// The data-plane budget: what the measured figures are held against. Nothing fails by it; it is shown.
import { factor, figure } from './table.mjs';

const PEER = 'docker-registry';
const NEWER = 'distribution-3';
const WARM = ['manifest-tag', 'manifest-digest', 'manifest-head'];

/** Of several paths the one that stands worst counts. */
const worst = (values) => {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
};

const perCpu = (scenario, door, peer) => ratio(scenario, [door, peer], 'perCpuSecond');
const speed = (scenario, door, peer) => ratio(scenario, [door, peer], 'rate');

function ratio(scenario, [door, peer], field) {
  return (results) => {
    const ours = results.get(scenario)?.get(door)?.[field];
    const theirs = results.get(scenario)?.get(peer)?.[field];
    return ours === undefined || !theirs ? undefined : ours / theirs;
  };
}

const value = (scenario, door, field) => (results) => results.get(scenario)?.get(door)?.[field];
const warm = (door, peer) => (results) => worst(WARM.map((scenario) => perCpu(scenario, door, peer)(results)));

/** `atLeast` and `atMost` in the unit that `show` writes; `of` finds the figure, undefined when it was not measured. */
const LINES = [
  { text: 'manifest, warm, at the registry, per CPU-second: × 2.8.2', of: warm('registry', PEER), atLeast: 20 },
  {
    text: 'manifest, warm, at the registry, per CPU-second: × distribution 3',
    of: warm('registry', NEWER),
    atLeast: 6,
  },
  {
    text: 'manifest, warm, p99 at 32 connections: of that of 2.8.2',
    of: ratio('manifest-tag', ['registry', PEER], 'p99'),
    atMost: 0.1,
  },
  { text: 'manifest, warm, front door http, nginx counted: × 2.8.2', of: warm('http', PEER), atLeast: 8 },
  { text: 'manifest, warm, front door https, nginx counted: × 2.8.2', of: warm('https', PEER), atLeast: 8 },
  {
    text: 'manifest, cold, per CPU-second: × distribution 3',
    of: perCpu('manifest-cold', 'registry', NEWER),
    atLeast: 2,
  },
  { text: 'blob HEAD, per CPU-second: × 2.8.2', of: perCpu('blob-head', 'registry', PEER), atLeast: 15 },
  { text: '1 KB blob GET, per CPU-second: × 2.8.2', of: perCpu('blob-1k', 'registry', PEER), atLeast: 30 },
  {
    text: '100 MB blob GET at the registry, CPU: of that of 2.8.2',
    of: inverse(perCpu('blob-100m-1', 'registry', PEER)),
    atMost: 0.75,
  },
  {
    text: '100 MB blob GET through the front door, speed: × nginx',
    of: speed('blob-100m-1', 'http', 'nginx'),
    atLeast: 0.9,
  },
  { text: 'push on disk, 16 clients: × 2.8.2', of: speed('push-disk-16', 'registry', PEER), atLeast: 4 },
  { text: 'push on tmpfs, 16 clients: × distribution 3', of: speed('push-tmpfs-16', 'registry', NEWER), atLeast: 1.4 },
  { text: 'upload, one large blob: × 2.8.2', of: speed('upload-monolithic', 'registry', PEER), atLeast: 1.5 },
  { text: 'upload, one large blob: × distribution 3', of: speed('upload-monolithic', 'registry', NEWER), atLeast: 1 },
  {
    text: 'memory of the registry while uploading',
    of: value('upload-monolithic', 'registry', 'memory'),
    atMost: 200,
    show: megabytes,
  },
  {
    text: 'memory of the registry while downloading',
    of: value('download', 'registry', 'memory'),
    atMost: 200,
    show: megabytes,
  },
  {
    text: 'manifest, warm, signed as a trust policy asks, per CPU-second: × without a policy',
    of: between('registry', 'trust-signed', 'trust-plain'),
    atLeast: 0.95,
  },
  {
    text: 'manifest, warm, signed as a trust policy asks, CPU of Postgres: × without a policy',
    of: between('registry', 'trust-signed', 'trust-plain', ({ shares }) => shares.postgres),
    atMost: 1.2,
  },
  {
    text: '/service/token with Basic, warm, per CPU-second',
    of: value('token', 'core', 'perCpuSecond'),
    atLeast: 2_000,
    show: figure,
  },
];

/** Two scenarios at one door. */
function between(door, scenario, other, of = ({ perCpuSecond }) => perCpuSecond) {
  return (results) => {
    const [ours, theirs] = [scenario, other].map((id) => results.get(id)?.get(door)).map((row) => row && of(row));
    return ours === undefined || !theirs ? undefined : ours / theirs;
  };
}

function inverse(find) {
  return (results) => {
    const found = find(results);
    return found === undefined ? undefined : 1 / found;
  };
}

function megabytes(count) {
  return `${figure(count)} MB`;
}

/**
 * @param {Map<string, Map<string, object>>} results per scenario and door, as Measurement.run() gives them
 * @returns {{ text: string, wanted: string, measured: string, verdict: 'met' | 'missed' | 'not measured' }[]}
 */
export function budget(results) {
  return LINES.map(({ text, of, atLeast, atMost, show = factor }) => {
    const found = of(results);
    const wanted = atLeast === undefined ? `≤ ${show(atMost)}` : `≥ ${show(atLeast)}`;
    if (found === undefined) return { text, wanted, measured: '–', verdict: 'not measured' };
    const met = atLeast === undefined ? found <= atMost : found >= atLeast;
    return { text, wanted, measured: show(found), verdict: met ? 'met' : 'missed' };
  });
}
