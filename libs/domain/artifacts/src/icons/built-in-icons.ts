import { createHash } from 'node:crypto';

export interface IconContent {
  contentType: string;
  content: Buffer;
}

/** A shape in a square of 24, and its colour. */
const shapes = {
  image: ['#2563eb', '<path d="M12 2 3 7v10l9 5 9-5V7zM3 7l9 5 9-5M12 12v10"/>'],
  chart: [
    '#0f766e',
    '<circle cx="12" cy="12" r="5"/><path d="M12 2v5M12 17v5M2 12h5M17 12h5M5 5l3 3M16 16l3 3M19 5l-3 3M8 16l-3 3"/>',
  ],
  bundle: ['#9333ea', '<path d="M4 8h16v12H4zM2 4h20v4H2zM9 12h6"/>'],
  module: ['#654ff0', '<path d="M3 3h6a3 3 0 0 0 6 0h6v18H3z"/>'],
  bom: ['#b45309', '<path d="M5 2h10l4 4v16H5zM9 10h6M9 14h6M9 18h4"/>'],
  model: [
    '#db2777',
    '<circle cx="12" cy="4" r="2"/><circle cx="5" cy="19" r="2"/><circle cx="19" cy="19" r="2"/><path d="M11 6 6 17M13 6l5 11M7 19h10"/>',
  ],
  signature: ['#15803d', '<path d="M12 2 4 5v7c0 5 4 8 8 10 4-2 8-5 8-10V5zM8 12l3 3 5-6"/>'],
  attestation: ['#0369a1', '<path d="M6 2h12v13H6zM9 6h6M9 10h6M10 15l-1 7 3-2 3 2-1-7"/>'],
  accelerator: ['#ca8a04', '<path d="M13 2 4 14h7l-1 8 9-12h-7z"/>'],
  other: ['#6b7280', '<path d="M5 2h9l5 5v15H5zM14 2v5h5"/>'],
} as const;

type Shape = keyof typeof shapes;

const drawn = Object.fromEntries(
  Object.entries(shapes).map(([name, [colour, path]]) => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="50" height="50" viewBox="0 0 24 24" fill="none" stroke="${colour}" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round">${path}</svg>`;
    const content = Buffer.from(svg);
    return [name, { digest: `sha256:${createHash('sha256').update(content).digest('hex')}`, content }];
  }),
) as Record<Shape, { digest: string; content: Buffer }>;

const byDigest = new Map(
  Object.values(drawn).map(({ digest, content }) => [digest, { contentType: 'image/svg+xml', content }]),
);

const ofTypes: Readonly<Record<string, Shape>> = {
  IMAGE: 'image',
  CHART: 'chart',
  CNAB: 'bundle',
  WASM: 'module',
  SBOM: 'bom',
  CNAI: 'model',
  'signature.cosign': 'signature',
  'signature.notation': 'signature',
  'sbom.harbor': 'bom',
  'attestation.buildkit': 'attestation',
  'accelerator.nydus': 'accelerator',
};

/** Digest of the icon of artifacts, or accessories, of that type. */
export function iconOfType(type: string): string {
  return drawn[(Object.hasOwn(ofTypes, type) && ofTypes[type]) || 'other'].digest;
}

export function builtInIcon(digest: string): IconContent | undefined {
  return byDigest.get(digest);
}
