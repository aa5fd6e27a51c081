// No screen and no panel has a fault that axe knows, in either scheme.
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { scenes } from './scenes.ts';
import { visitGallery } from './visit.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const visit = visitGallery();

const faults = () =>
  visit.page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`,
    );
  });

test.each(Object.keys(scenes))('%s is accessible in both schemes', async (scene) => {
  const still = { name: 'prefers-reduced-motion', value: 'reduce' };
  await visit.page.setBypassCSP(true);
  await visit.page.emulateMediaFeatures([still]);
  await visit.open(scene);
  await visit.page.addScriptTag({ path: AXE });
  for (const value of ['light', 'dark']) {
    await visit.page.emulateMediaFeatures([still, { name: 'prefers-color-scheme', value }]);
    expect({ [value]: await faults() }).toEqual({ [value]: [] });
  }
});
