// Makes coturn's configuration of the environment; README.md lists the settings.
//   node turn/render.mjs             prints it
//   node turn/render.mjs FILE        writes it, readable by its owner alone: it holds the secret
import { chmodSync, writeFileSync } from 'node:fs';
import { renderConfiguration, SettingsError } from './configuration.mjs';

const [file, ...more] = process.argv.slice(2);

try {
  if (more.length > 0 || file?.startsWith('-'))
    throw new SettingsError(['usage: render.mjs [FILE]']);
  const text = renderConfiguration(process.env);
  if (file === undefined) process.stdout.write(text);
  else {
    writeFileSync(file, text, { mode: 0o600 });
    chmodSync(file, 0o600); // of a file that was there before
  }
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
