import { testScannerMetadata } from '@breakwater/testing';
import { abilitiesOf, readMetadata } from './adapter-metadata';

const read = (changed: object) => readMetadata(JSON.stringify({ ...testScannerMetadata, ...changed }));
const [vulnerability, sbom] = testScannerMetadata.capabilities;

describe('readMetadata', () => {
  it('reads what the specification shows, and leaves out what nobody asked for', () => {
    const { additional_attributes: _attributes, ...plainSbom } = sbom!;
    expect(read({ more: 1 })).toEqual({ ...testScannerMetadata, capabilities: [vulnerability, plainSbom] });
  });

  it('takes an adapter of before 1.2, without types and properties', () => {
    const { type: _type, ...old } = vulnerability!;
    expect(read({ capabilities: [old], properties: null })).toMatchObject({
      capabilities: [{ ...old, type: '' }],
      properties: {},
    });
  });

  it('takes media types without the space', () => {
    const produces_mime_types = ['application/vnd.security.vulnerability.report;version=1.1'];
    expect(read({ capabilities: [{ ...vulnerability, produces_mime_types }] }).capabilities).toHaveLength(1);
  });

  it.each([
    ['no name', { scanner: { ...testScannerMetadata.scanner, name: '' } }, 'scanner.name'],
    ['no vendor', { scanner: { name: 'a', version: 'b' } }, 'scanner.vendor'],
    ['no version', { scanner: { name: 'a', vendor: 'b', version: '' } }, 'scanner.version'],
    ['no scanner', { scanner: undefined }, 'scanner'],
    ['no capability', { capabilities: [] }, 'capabilities'],
    [
      'a capability without the Docker manifest',
      {
        capabilities: [vulnerability, { ...sbom, consumes_mime_types: ['application/vnd.oci.image.manifest.v1+json'] }],
      },
      'does not consume',
    ],
    [
      'a capability without a known report',
      { capabilities: [vulnerability, { ...sbom, produces_mime_types: ['text/plain'] }] },
      'produces none',
    ],
    ['properties of other types', { properties: { secret: 7 } }, /properties: invalid_type$/],
  ])('refuses %s', (_what, changed, problem) => {
    expect(() => read(changed)).toThrow(problem);
  });

  it.each(['', 'null', '[]', '"a"', '{', '<html>'])('refuses %j', (text) => {
    expect(() => readMetadata(text)).toThrow('malformed: no JSON object');
  });
});

describe('abilitiesOf', () => {
  it.each([
    [['vulnerability', 'sbom'], { vulnerability: true, sbom: true }],
    [['sbom'], { vulnerability: false, sbom: true }],
    [[''], { vulnerability: true, sbom: false }],
  ])('%j', (types, expected) => {
    const capabilities = types.map((type) => ({ ...vulnerability, type }));
    expect(abilitiesOf(read({ capabilities }))).toEqual(expected);
  });
});
