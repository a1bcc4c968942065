// npm run sbom: what the package is made of and needs, as CycloneDX 1.5 JSON on stdout; with --licences a line for each package
// with its licence. From package-lock.json: the dependencies, theirs, and whatever else was bundled into dist/. (`npm sbom
// --omit=dev` leaves out a dependency that a development tool needs as well.)
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const { packages } = read('package-lock.json');
const { name, version, license, description } = read('package.json');

const places = [...neededPlaces()].toSorted((a, b) => (a < b ? -1 : 1));
if (process.argv.includes('--licences')) {
  const lines = places.map(
    (place) => `${nameAt(place)} ${packages[place].version}: ${packages[place].license ?? 'unknown'}`,
  );
  console.log([...new Set(lines)].join('\n'));
} else {
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: { type: 'application', name, version, description, ...licencesOf(license), 'bom-ref': name },
    },
    components: places.map(component),
  };
  console.log(JSON.stringify(bill, null, 2));
}

/** Keys of package-lock.json. */
function* neededPlaces() {
  const seen = new Set();
  const left = [
    ['', packages[''].dependencies],
    ['', Object.fromEntries(bundled().map((one) => [one, '*']))],
  ];
  for (const [from, dependencies = {}] of left) {
    for (const wanted of Object.keys(dependencies)) {
      const place = placeOf(wanted, from);
      if (place === undefined || seen.has(place)) continue;
      seen.add(place);
      left.push([place, { ...packages[place].dependencies, ...packages[place].optionalDependencies }]);
      yield place;
    }
  }
}

/** As Node looks for it: in the directory of whoever wants it, then further up. */
function placeOf(wanted, from) {
  for (let folder = from; ; folder = folder.replace(/(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+$/, '')) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${wanted}`;
    if (packages[place] !== undefined) return place;
    if (folder === '') return undefined;
  }
}

/** What the bundler has taken, where there was a build. */
function bundled() {
  if (!existsSync(join(root, 'build/metafile.json'))) return [];
  const files = Object.keys(read('build/metafile.json').inputs);
  return [...new Set(files.flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []))];
}

function nameAt(place) {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function component(place) {
  const { version: has, integrity = '', license: licence } = packages[place];
  const [, algorithm, sum] = /^(sha\d+)-(.*)$/.exec(integrity) ?? [];
  const purl = `pkg:npm/${nameAt(place).replace('@', '%40')}@${has}`;
  const hashes =
    sum === undefined
      ? []
      : [{ alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(sum, 'base64').toString('hex') }];
  return {
    type: 'library',
    name: nameAt(place),
    version: has,
    purl,
    'bom-ref': `${place}@${has}`,
    ...licencesOf(licence),
    hashes,
  };
}

function licencesOf(licence) {
  if (licence === undefined) return {};
  return {
    licenses: [
      /^\(| OR | AND /.test(licence)
        ? { expression: licence.replace(/^\((.*)\)$/, '$1') }
        : { license: { id: licence } },
    ],
  };
}
